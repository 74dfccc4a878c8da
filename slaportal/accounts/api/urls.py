"""Addresses of the API about the caller."""

from django.urls import path

from slaportal.accounts.api import views

app_name = "accounts-api"
urlpatterns = [
    path("me", views.MeView.as_view(), name="me"),
    path("people", views.PeopleView.as_view(), name="people"),
    path("organizations", views.OrganizationsView.as_view(), name="organizations"),
]
