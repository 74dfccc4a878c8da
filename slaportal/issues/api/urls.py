"""Addresses of the API of issues."""

from django.urls import path

from slaportal.issues.api import events, views
from slaportal.issues.api.acts import IssueAct, open_to_programs

app_name = "issues-api"
ISSUE = "issues/<str:reference>"
urlpatterns = [
    path("issues", views.IssuesView.as_view(), name="issues"),
    path(ISSUE, views.IssueView.as_view(), name="issue"),
    path(f"{ISSUE}/comments", views.CommentsView.as_view(), name="comments"),
    path(f"{ISSUE}/notes", views.NotesView.as_view(), name="notes"),
    path(f"{ISSUE}/proposals", views.ProposalsView.as_view(), name="proposals"),
    path(f"{ISSUE}/attachments", views.AttachmentsView.as_view(), name="attachments"),
    path("attachments/<str:reference>/content", views.AttachmentContent.as_view(), name="attachment"),
    path(f"{ISSUE}/explain", views.Explanation.as_view(), name="explain"),
    path("obligations", views.ObligationsView.as_view(), name="obligations"),
    path("events", events.EventsView.as_view(), name="events"),
    *(
        path(f"{ISSUE}/acts/{name}", IssueAct.as_view(name=name), name="act")
        for name in sorted(open_to_programs())
    ),
    # Acts that only a person may do are refused by name; they have no place in the reference.
    path(f"{ISSUE}/acts/<slug:name>", IssueAct.as_view(schema=None), name="act"),
]
