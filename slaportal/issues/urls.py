"""Addresses of issues."""

from django.urls import path

from slaportal.issues.views import acts, files, lists, page, submission

app_name = "issues"
urlpatterns = [
    path("", lists.issues, name="list"),
    path("issues/new", submission.submit, name="submit"),
    path("issues/similar", submission.similar, name="similar"),
    path("issues/<str:reference>", page.detail, name="detail"),
    path("issues/<str:reference>/explain", page.explain, name="explain"),
    path("issues/<str:reference>/acts/<slug:name>", acts.act, name="act"),
    path("attachments/<str:reference>", files.attachment, name="attachment"),
]
