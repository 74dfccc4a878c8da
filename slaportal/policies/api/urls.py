"""Addresses of the API of agreements."""

from django.urls import path

from slaportal.policies.api import views

app_name = "policies-api"
urlpatterns = [
    path("agreements", views.AgreementsView.as_view(), name="agreements"),
    path("agreements/<int:pk>", views.AgreementView.as_view(), name="agreement"),
    path("agreements/<int:pk>/deadlines", views.DeadlinesView.as_view(), name="deadlines"),
    path("calendars", views.CalendarsView.as_view(), name="calendars"),
]
