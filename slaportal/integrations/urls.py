"""Addresses of webhooks, and of mail providers that call us."""

from django.urls import path

from slaportal.integrations.views import hooks, leaving, webhooks

app_name = "integrations"
urlpatterns = [
    path("leaving", leaving.leave, name="leaving"),
    path("leaving/<str:reference>", leaving.file, name="leaving-file"),
    path("hooks/mail", hooks.mail_hook, name="mail-hook"),
    path("webhooks", webhooks.webhooks, name="webhooks"),
    path("webhooks/<int:pk>", webhooks.webhook, name="webhook"),
    path("webhooks/<int:pk>/<slug:act>", webhooks.act, name="webhook-act"),
    path("webhooks/deliveries/<int:pk>", webhooks.delivery, name="delivery"),
    path("webhooks/deliveries/<int:pk>/again", webhooks.send_again, name="send-again"),
]
