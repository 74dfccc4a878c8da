"""Addresses of the agreement and the calculator."""

from django.urls import path

from slaportal.policies import views

app_name = "policies"
urlpatterns = [
    path("agreement", views.agreement, name="agreement"),
    path("agreement/<int:pk>", views.agreement_detail, name="agreement-detail"),
    path("calculator", views.calculator, name="calculator"),
]
