"""Suggestions of both parties: made, discussed, decided, linked to the draft they led to."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership
from slaportal.feedback import services
from slaportal.feedback.forms.suggestions import DecisionForm, SuggestionForm, WordForm
from slaportal.feedback.models import Suggestion, SuggestionState
from slaportal.feedback.selectors import suggestions as selectors
from slaportal.lib.references import normalize_reference
from slaportal.lib.refusal import Refused

A_PAGE = 50
Given = dict[str, Any]
Run = Callable[[Suggestion, Membership, Given, datetime], object]


def _discuss(one: Suggestion, member: Membership, given: Given, now: datetime) -> object:
    return services.discuss(suggestion=one, body=given["body"], actor=member, now=now)


def _triage(one: Suggestion, member: Membership, given: Given, now: datetime) -> object:
    return services.triage(suggestion=one, actor=member, now=now)


def _decide(one: Suggestion, member: Membership, given: Given, now: datetime) -> object:
    return services.decide(
        suggestion=one, accepted=given["accepted"], reason=given["reason"], actor=member, now=now
    )


def _draft(one: Suggestion, member: Membership, given: Given, now: datetime) -> object:
    return services.draft_for(suggestion=one, actor=member, now=now)


# act → its form, what runs it, and what to say after it
ACTS: Final[dict[str, tuple[type[forms.Form], Run, Promise | str]]] = {
    "discuss": (WordForm, _discuss, _("Your word is sent to everybody concerned.")),
    "triage": (forms.Form, _triage, _("Taken up.")),
    "decide": (DecisionForm, _decide, _("Decided. Both parties read the reason.")),
    "draft": (
        forms.Form,
        _draft,
        _("Linked to the draft. Change its targets there, then ask what it would do."),
    ),
}


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """List suggestions by where they stand."""
    member = member_of(request)
    permissions.require(member, "suggestion.read")
    tab = request.GET.get("tab", "open")
    tab = tab if tab in selectors.TABS else "open"
    page = Paginator(selectors.suggestions(member, tab=tab), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "tab": tab,
        "counts": selectors.counts(member),
        "may_suggest": permissions.may(member, "suggestion.make"),
        "is_vendor": member.is_vendor,
    }
    return render(request, "feedback/suggestions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_suggestion(request: HttpRequest) -> HttpResponse:
    """Propose a change."""
    member = member_of(request)
    permissions.require(member, "suggestion.make")
    form = SuggestionForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.suggest(**form.suggestion(), actor=member, now=datetime.now(UTC))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, str(_("Thank you. Both parties can read and discuss it now.")))
            return redirect("feedback:suggestion", made.reference)
    return render(request, "feedback/suggestion_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def suggestion(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one suggestion, its discussion, its decision and what became of it."""
    member = member_of(request)
    return _page(request, _found(member, reference), {})


@require_POST
def act(request: HttpRequest, reference: str, act: str) -> HttpResponse:
    """Do one act; the page again, with what was typed, if it is refused."""
    member = member_of(request)
    found = _found(member, reference)
    if act not in ACTS:
        raise Http404("There is no such act.")
    made, run, done = ACTS[act]
    form = made(request.POST, auto_id=f"{act}-%s")
    if form.is_valid():
        try:
            run(found, member, form.cleaned_data, datetime.now(UTC))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, str(done))
            return redirect("feedback:suggestion", found.reference)
    return _page(request, _found(member, reference), {act: form}, status=422)


def _found(member: Membership, reference: str) -> Suggestion:
    permissions.require(member, "suggestion.read")
    found = selectors.suggestion_for(member, normalize_reference(reference))
    if found is None:
        raise Http404("There is no such suggestion.")
    return found


def _page(
    request: HttpRequest, found: Suggestion, tried: dict[str, forms.Form], *, status: int = 200
) -> HttpResponse:
    member = member_of(request)
    may_decide = permissions.may(member, "suggestion.decide", organization_id=found.organization_id)
    may_draft = permissions.may(member, "policy.draft") and member.is_vendor
    shown = {
        name: tried.get(name) or form(auto_id=f"{name}-%s") for name, (form, _run, _done) in ACTS.items()
    }
    draft = found.version if found.version and not found.version.published else None
    context = {
        "suggestion": found,
        "comments": found.comments.select_related("author__user", "author__organization"),
        "forms": shown,
        "refused": next((form for form in tried.values() if form.errors), None),
        "may_discuss": permissions.may(member, "suggestion.make", organization_id=found.organization_id),
        "may_triage": may_decide and found.state == SuggestionState.NEW,
        "may_decide": may_decide and found.undecided,
        "may_draft": may_draft and found.state == SuggestionState.ACCEPTED and found.version is None,
        "draft_href": reverse("admin:policies_policyversion_change", args=[draft.pk])
        if draft and member.user.is_staff
        else "",
        "may_ask": permissions.may(member, "whatif.run") and (member.is_vendor or draft is None),
    }
    return render(request, "feedback/suggestion.html", context, status=status)
