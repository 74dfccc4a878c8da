"""Addresses of the API of escalations and exceptions."""

from django.urls import path

from slaportal.escalations.api import views

app_name = "escalations-api"
urlpatterns = [
    path("escalations", views.EscalationsView.as_view(), name="escalations"),
    path("exceptions", views.ExceptionsView.as_view(), name="exceptions"),
    path("issues/<str:reference>/exceptions", views.ExceptionRequestView.as_view(), name="request-exception"),
    path("issues/<str:reference>/reasons", views.ReasonView.as_view(), name="reason"),
]
