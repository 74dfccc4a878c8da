"""Addresses of the API of post-mortems and feedback."""

from django.urls import path

from slaportal.feedback.api import views

app_name = "feedback-api"
urlpatterns = [
    path("postmortems", views.PostMortemsView.as_view(), name="postmortems"),
    path("feedback/satisfaction", views.SatisfactionView.as_view(), name="satisfaction"),
]
