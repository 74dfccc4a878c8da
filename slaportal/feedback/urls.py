"""Addresses of post-mortems, surveys, suggestions and what-ifs."""

from django.urls import path

from slaportal.feedback.views import changes, learning, postmortems, suggestions, surveys, whatif, writing

app_name = "feedback"

urlpatterns = [
    path("post-mortems/", learning.postmortems, name="postmortems"),
    path("post-mortems/actions", learning.actions, name="actions"),
    path("post-mortems/actions/<int:pk>", learning.action, name="action"),
    path("post-mortems/factors", learning.factors, name="factors"),
    path("post-mortems/<str:reference>", postmortems.postmortem, name="postmortem"),
    path("post-mortems/<str:reference>/write", writing.write, name="write-postmortem"),
    path("post-mortems/<str:reference>/preview", postmortems.preview, name="preview-postmortem"),
    path("post-mortems/<str:reference>/tick", postmortems.tick, name="tick-postmortem"),
    path("post-mortems/<str:reference>/accept", postmortems.accept, name="accept-postmortem"),
    path("post-mortems/<str:reference>/editions/<int:number>", postmortems.edition, name="edition"),
    path("post-mortems/<str:reference>/acts/<slug:act>", postmortems.act, name="postmortem-act"),
    path("agreement-changes", changes.changes, name="changes"),
    path("agreement-changes/new", changes.offer, name="change-new"),
    path("agreement-changes/<int:pk>", changes.change, name="change"),
    path("agreement-changes/<int:pk>/<slug:act>", changes.act, name="change-act"),
    path("what-if", whatif.what_ifs, name="what-ifs"),
    path("what-if/new", whatif.new_what_if, name="what-if-new"),
    path("what-if/<int:pk>", whatif.what_if, name="what-if"),
    path("suggestions", suggestions.suggestions, name="suggestions"),
    path("suggestions/new", suggestions.new_suggestion, name="suggestion-new"),
    path("suggestions/<str:reference>", suggestions.suggestion, name="suggestion"),
    path("suggestions/<str:reference>/<slug:act>", suggestions.act, name="suggestion-act"),
    path("survey/<str:token>", surveys.answer, name="survey"),
    path("satisfaction", surveys.results, name="results"),
    path("follow-ups", surveys.follow_ups, name="follow-ups"),
    path("follow-ups/<int:pk>/done", surveys.finish, name="follow-up-done"),
]
