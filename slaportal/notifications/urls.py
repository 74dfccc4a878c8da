"""Addresses of the inbox, of what people want of it, and of the development mailbox."""

from django.urls import path

from slaportal.notifications.views import inbox, mailbox, preferences

app_name = "notifications"
urlpatterns = [
    path("inbox", inbox.inbox, name="inbox"),
    path("inbox/read", inbox.read_all, name="read-all"),
    path("inbox/<int:pk>/read", inbox.read, name="read"),
    path("profile/messages", preferences.preferences, name="preferences"),
    path("mailbox", mailbox.mailbox, name="mailbox"),
    path("mailbox/<int:pk>", mailbox.mail, name="mail"),
    path("mailbox/<int:pk>/html", mailbox.mail_html, name="mail-html"),
]
