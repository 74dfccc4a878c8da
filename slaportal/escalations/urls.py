"""Addresses of escalations and exceptions."""

from django.urls import path

from slaportal.escalations.views import escalations, exceptions

app_name = "escalations"
urlpatterns = [
    path("", escalations.escalations, name="list"),
    path("<int:pk>/acknowledge", escalations.acknowledge, name="acknowledge"),
    path("raise/<str:reference>", escalations.escalate, name="raise"),
    path("exceptions/request/<str:reference>", exceptions.request_exception, name="request-exception"),
    path("exceptions/<int:pk>", exceptions.exception, name="exception"),
    path("exceptions/<int:pk>/<slug:act>", exceptions.answer, name="answer-exception"),
]
