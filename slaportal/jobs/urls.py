"""Addresses of long work."""

from django.urls import path

from slaportal.jobs import views

app_name = "jobs"

urlpatterns = [
    path("", views.jobs, name="list"),
    path("<str:reference>/", views.detail, name="detail"),
    path("<str:reference>/cancel", views.cancel, name="cancel"),
    path("<str:reference>/again", views.again, name="again"),
]
