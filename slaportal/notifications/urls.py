"""Addresses of the development mailbox."""

from django.urls import path

from slaportal.notifications import views

app_name = "notifications"
urlpatterns = [
    path("mailbox", views.mailbox, name="mailbox"),
    path("mailbox/<int:pk>", views.mail, name="mail"),
    path("mailbox/<int:pk>/html", views.mail_html, name="mail-html"),
]
