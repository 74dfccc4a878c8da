"""Addresses of webhooks."""

from django.urls import path

from slaportal.integrations.views import webhooks

app_name = "integrations"
urlpatterns = [
    path("webhooks", webhooks.webhooks, name="webhooks"),
    path("webhooks/<int:pk>", webhooks.webhook, name="webhook"),
    path("webhooks/<int:pk>/<slug:act>", webhooks.act, name="webhook-act"),
    path("webhooks/deliveries/<int:pk>", webhooks.delivery, name="delivery"),
    path("webhooks/deliveries/<int:pk>/again", webhooks.send_again, name="send-again"),
]
