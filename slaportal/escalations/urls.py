"""Addresses of escalations."""

from django.urls import path

from slaportal.escalations import views

app_name = "escalations"
urlpatterns = [
    path("", views.escalations, name="list"),
    path("<int:pk>/acknowledge", views.acknowledge, name="acknowledge"),
    path("raise/<str:reference>", views.escalate, name="raise"),
]
