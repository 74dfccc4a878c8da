"""Addresses of issues."""

from django.urls import path

from slaportal.issues.views import acts, files, lists, page, saved_views, submission

app_name = "issues"
urlpatterns = [
    path("", lists.issues, name="list"),
    path("views/save", saved_views.save, name="save-view"),
    path("views/<int:view>/rename", saved_views.rename, name="rename-view"),
    path("views/<int:view>/remove", saved_views.remove, name="remove-view"),
    path("issues/new", submission.submit, name="submit"),
    path("issues/similar", submission.similar, name="similar"),
    path("issues/<str:reference>", page.detail, name="detail"),
    path("issues/<str:reference>/explain", page.explain, name="explain"),
    path("issues/<str:reference>/acts/<slug:name>", acts.act, name="act"),
    path("attachments/<str:reference>", files.attachment, name="attachment"),
]
