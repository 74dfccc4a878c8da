"""The page of one escalation for whoever received it, what they do there, and the one-click page of a mail."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership
from slaportal.escalations import services
from slaportal.escalations.forms import CloseForm, CommentForm, HandOnForm
from slaportal.escalations.models import Escalation
from slaportal.escalations.selectors import escalation_for, page_of, ticket_holder
from slaportal.issues.services import work
from slaportal.lib.refusal import Refused

Given = dict[str, Any]
Run = Callable[[Escalation, Membership, Given, datetime], object]


def _take_over(one: Escalation, member: Membership, given: Given, now: datetime) -> object:
    return services.take_over(escalation=one, actor=member, now=now)


def _comment(one: Escalation, member: Membership, given: Given, now: datetime) -> object:
    return work.comment(issue=one.issue, body=given["body"], actor=member, now=now)


def _hand_on(one: Escalation, member: Membership, given: Given, now: datetime) -> object:
    return services.hand_on(escalation=one, to=given["to"], sentence=given["sentence"], actor=member, now=now)


def _close(one: Escalation, member: Membership, given: Given, now: datetime) -> object:
    return services.close_escalation(escalation=one, outcome=given["outcome"], actor=member, now=now)


# act → what runs it, and what to say after it
ACTS: Final[dict[str, tuple[Run, Promise | str]]] = {
    "take-over": (_take_over, _("The issue is yours and the escalation is in your hands.")),
    "comment": (_comment, _("Your message is sent.")),
    "hand-on": (_hand_on, _("Handed on. Nobody has it in hand until it is acknowledged.")),
    "close": (_close, _("Closed. Both parties read the outcome.")),
}


@require_safe
def escalation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is late, by how much, why, who works on it, and the acts that are possible now."""
    member, now = member_of(request), datetime.now(UTC)
    return _page(request, _found(member, pk), _forms(member, now), now=now)


@require_POST
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Do one act; the page again, with what was typed, if it is refused."""
    member, now = member_of(request), datetime.now(UTC)
    found = _found(member, pk)
    if act not in ACTS:
        raise Http404("There is no such act.")
    run, done = ACTS[act]
    given = _forms(member, now, act=act, data=request.POST)
    form = given.get(act)
    refused = ""
    if form is None or form.is_valid():
        try:
            run(found, member, form.cleaned_data if form else {}, now)
        except Refused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, str(done))
            return redirect("escalations:detail", pk)
    return _page(request, _found(member, pk), given, now=now, refused=refused, status=422)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def in_hand(request: HttpRequest, token: str) -> HttpResponse:
    """Take an escalation in hand from a mail, without signing in. Opening the page changes nothing.

    Whoever holds the link acts as the person for whom it was made, and the page says so.
    """
    now = datetime.now(UTC)
    holder = ticket_holder(token, now=now)
    if holder is None:
        return render(request, "escalations/link_closed.html", status=410)
    found, member = holder
    if request.method == "POST":
        try:
            services.acknowledge(escalation=found, actor=member, now=now)
        except Refused:
            found.refresh_from_db()  # Somebody was faster; the page says who.
        else:
            return redirect(request.path)
    page = page_of(found, member=member, now=now)
    status = 409 if request.method == "POST" else 200
    context = {"page": page, "one": found, "issue": found.issue, "person": member}
    return render(request, "escalations/in_hand.html", context, status=status)


def _found(member: Membership, pk: int) -> Escalation:
    found = escalation_for(member, pk)
    if found is None:
        raise Http404("There is no such escalation.")
    return found


def _forms(member: Membership, now: datetime, *, act: str = "", data: Any = None) -> dict[str, forms.Form]:
    """Return the forms of the page; `data` goes into that of `act`."""

    def given(name: str) -> Any:
        return data if name == act else None

    return {
        "comment": CommentForm(given("comment"), auto_id="comment-%s"),
        "hand-on": HandOnForm(given("hand-on"), auto_id="hand-on-%s", member=member, now=now),
        "close": CloseForm(given("close"), auto_id="close-%s"),
    }


def _page(
    request: HttpRequest,
    found: Escalation,
    given: dict[str, forms.Form],
    *,
    now: datetime,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    page = page_of(found, member=member_of(request), now=now)
    offered = [(name, given[name]) for name in ("comment", "hand-on", "close") if name in page.may]
    context = {"page": page, "one": found, "issue": found.issue, "forms": offered, "refused": refused}
    return render(request, "escalations/detail.html", context, status=status)
