"""Addresses of the ledger's seal."""

from django.urls import path

from slaportal.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.checkpoints, name="checkpoints"),
    path("key", views.key, name="key"),
    path("<str:reference>.txt", views.checkpoint, name="checkpoint"),
]
