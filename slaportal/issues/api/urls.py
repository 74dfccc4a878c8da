"""Addresses of the API of issues."""

from django.urls import path

from slaportal.issues.api.views import Explanation

app_name = "issues-api"
urlpatterns = [
    path("issues/<str:reference>/explain", Explanation.as_view(), name="explain"),
]
