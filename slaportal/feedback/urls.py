"""Addresses of what is learned."""

from django.urls import path

from slaportal.feedback.views import surveys

app_name = "feedback"

urlpatterns = [
    path("survey/<str:token>", surveys.answer, name="survey"),
    path("satisfaction", surveys.results, name="results"),
    path("follow-ups", surveys.follow_ups, name="follow-ups"),
    path("follow-ups/<int:pk>/done", surveys.finish, name="follow-up-done"),
]
