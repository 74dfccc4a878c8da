"""Addresses of escalations and exceptions."""

from django.urls import path

from slaportal.escalations.views import absences, escalations, exceptions, handling, reasons, standing

app_name = "escalations"
urlpatterns = [
    path("", escalations.escalations, name="list"),
    path("<int:pk>/acknowledge", escalations.acknowledge, name="acknowledge"),
    path("<int:pk>", handling.escalation, name="detail"),
    path("<int:pk>/<slug:act>", handling.act, name="act"),
    path("in-hand/<str:token>", handling.in_hand, name="in-hand"),
    path("absences", absences.absences, name="absences"),
    path("absences/<int:pk>/end", absences.end, name="end-absence"),
    path("reason/<str:reference>/<slug:metric>", reasons.give_reason, name="reason"),
    path("raise/<str:reference>", escalations.escalate, name="raise"),
    path("standing", standing.exceptions, name="standing"),
    path("standing/request", standing.request_exception, name="request-standing"),
    path("standing/<str:reference>", standing.exception, name="standing-detail"),
    path("standing/<str:reference>/<slug:act>", standing.answer, name="answer-standing"),
    path("exceptions/request/<str:reference>", exceptions.request_exception, name="request-exception"),
    path("evidence/<str:reference>", exceptions.evidence, name="evidence"),
    path("exceptions/<int:pk>", exceptions.exception, name="exception"),
    path("exceptions/<int:pk>/<slug:act>", exceptions.answer, name="answer-exception"),
]
