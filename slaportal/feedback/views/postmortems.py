"""The page of one post-mortem: the vendor's working text, or what was published for the client."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership
from slaportal.feedback.forms.postmortems import CommitForm, Plain
from slaportal.feedback.models import SECTIONS, ActionState, PostMortem
from slaportal.feedback.selectors import drafts, editions, finding
from slaportal.feedback.selectors.hints import hints
from slaportal.feedback.services import postmortems as services
from slaportal.feedback.views.postmortem_acts import ACTS, OF_WHAT_WAS_SEEN, offered
from slaportal.lib.refusal import Refused

READ, ANALYZE = "postmortem.read", "postmortem.analyze"


@dataclass(frozen=True, slots=True)
class Failed:
    """An act that was refused, with what was typed."""

    name: str
    form: Plain


def found_for(member: Membership, reference: str) -> PostMortem:
    """Return the post-mortem if `member` may read its issue; whatever is not visible does not exist."""
    permissions.require(member, READ)
    postmortem = finding.find(member, reference)
    if postmortem is None:
        raise Http404("There is no such post-mortem.")
    return postmortem


def for_writers(request: HttpRequest, reference: str) -> tuple[PostMortem, Membership]:
    """Return the post-mortem for a page that only the vendor sees. Raises `NotAllowed` for a client."""
    member = member_of(request)
    postmortem = found_for(member, reference)
    permissions.require(member, ANALYZE, organization_id=postmortem.issue.organization_id)
    return postmortem, member


@require_safe
def postmortem(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one post-mortem as far as the reader may read it."""
    member = member_of(request)
    found = found_for(member, reference)
    if permissions.may(member, ANALYZE, organization_id=found.issue.organization_id):
        return _working_page(request, found, member)
    return _client_page(request, found, member)


@require_POST
def act(request: HttpRequest, reference: str, act: str) -> HttpResponse:
    """Do one act; the page again, with what was typed, if it is refused."""
    found, member = for_writers(request, reference)
    if act not in ACTS:
        raise Http404("There is no such act.")
    chosen = ACTS[act]
    permissions.require(member, chosen.right, organization_id=found.issue.organization_id)
    form = chosen.form(request.POST, postmortem=found, member=member, auto_id=f"{act}_%s")
    if not form.is_valid():
        return _working_page(request, found, member, failed=Failed(act, form), status=422)
    if act in OF_WHAT_WAS_SEEN:
        found.version = form.cleaned_data["version"]
    try:
        chosen.run(found, member, form.cleaned_data, now=datetime.now(UTC))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        status = 409 if isinstance(refusal, services.Conflict) else 422
        return _working_page(
            request, found_for(member, reference), member, failed=Failed(act, form), status=status
        )
    messages.success(request, str(chosen.done))
    return redirect("feedback:postmortem", reference)


@require_POST
def tick(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep the ticked events in the timeline."""
    found, member = for_writers(request, reference)
    permissions.require(member, "postmortem.write", organization_id=found.issue.organization_id)
    events = [int(one) for one in request.POST.getlist("event") if one.isdigit()]
    try:
        services.tick(postmortem=found, events=events, actor=member, now=datetime.now(UTC))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The timeline holds what you ticked."))
    return redirect("feedback:postmortem", reference)


@require_safe
def preview(request: HttpRequest, reference: str) -> HttpResponse:
    """Show exactly what the client would read, with the button that publishes it where it may be pressed."""
    found, member = for_writers(request, reference)
    acts = offered(found, member)
    form = None
    if "publish" in acts:
        form = acts["publish"].form(postmortem=found, member=member, auto_id="publish_%s")
    context = {
        "postmortem": found,
        "issue": found.issue,
        "client": editions.client_of(found),
        "form": form,
        "missing": drafts.missing(found),
    }
    return render(request, "feedback/preview.html", context)


@require_safe
def edition(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Show one published edition, for ever as it was: for the vendor with the internal text."""
    found, _member = for_writers(request, reference)
    shown = found.editions.select_related("author__user", "reviewed_by__user", "published_by__user")
    one = shown.filter(number=number).first()
    if one is None:
        raise Http404("There is no such edition.")
    sections = [(drafts.LABELS[name], one.content["sections"].get(name, "")) for name in SECTIONS[:-1]]
    context = {"postmortem": found, "issue": found.issue, "edition": one, "sections": sections}
    return render(request, "feedback/edition.html", context)


@require_POST
def accept(request: HttpRequest, reference: str) -> HttpResponse:
    """Publish the newest edition inside the client's organization."""
    member = member_of(request)
    found = found_for(member, reference)
    permissions.require(member, "postmortem.accept", organization_id=found.issue.organization_id)
    one = editions.readable_edition(found, reader=member)
    if one is None:
        raise Http404("Nothing is published yet.")
    one.postmortem = found
    try:
        services.accept(edition=one, actor=member, now=datetime.now(UTC))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Published to everybody of yours who follows the issue."))
    return redirect("feedback:postmortem", reference)


def _client_page(request: HttpRequest, found: PostMortem, member: Membership) -> HttpResponse:
    one = editions.readable_edition(found, reader=member)
    may_accept = permissions.may(member, "postmortem.accept", organization_id=found.issue.organization_id)
    context = {
        "postmortem": found,
        "issue": found.issue,
        "edition": one,
        "states": finding.states_of(one.client["actions"]) if one else {},
        "may_accept": may_accept and one is not None and getattr(one, "acceptance", None) is None,
        "with_manager": one is None and found.published_at is not None,
    }
    return render(request, "feedback/postmortem_client.html", context)


def _working_page(
    request: HttpRequest,
    found: PostMortem,
    member: Membership,
    *,
    failed: Failed | None = None,
    status: int = 200,
) -> HttpResponse:
    now = datetime.now(UTC)
    acts = offered(found, member)
    forms: dict[str, Any] = {
        name: one.form(postmortem=found, member=member, auto_id=f"{name}_%s") for name, one in acts.items()
    }
    if failed is not None:
        forms[failed.name] = failed.form
    actions = list(found.actions.select_related("owner__user", "ended_by__user"))
    ideas = [one for one in actions if one.state == ActionState.IDEA]
    lines = drafts.lines_of(found, reader=member)
    context = {
        "postmortem": found,
        "issue": found.issue,
        "member": member,
        "now": now,
        "may_write": "submit" in acts,
        "forms": forms,
        "failed": failed,
        "failed_name": failed.name if failed else "",
        "sections": [
            (name, drafts.LABELS[name], getattr(found, name)) for name in SECTIONS if name != "client_text"
        ],
        "missing": drafts.missing(found) if "submit" in acts else [],
        "hints": hints(found) if "submit" in acts else [],
        "known_factors": drafts.known_names() if "add-factor" in acts else [],
        "factors": list(found.factors.all()),
        "lines": lines,
        "own_entries": [one.own for one in lines if one.own],
        "ideas": [
            (one, _commit_form(found, member, one.pk) if "commit-idea" in acts else None) for one in ideas
        ],
        "actions": [one for one in actions if one.state != ActionState.IDEA],
        "editions": list(found.editions.select_related("published_by__user", "acceptance__member__user")),
        "steps": _steps(found),
    }
    return render(request, "feedback/postmortem.html", context, status=status)


def _commit_form(found: PostMortem, member: Membership, row: int) -> CommitForm:
    return CommitForm(postmortem=found, member=member, initial={"row": row}, auto_id=f"commit-{row}_%s")


def _steps(found: PostMortem) -> list[dict[str, str]]:
    """Return the way from draft to publication for the stepper; nothing on the way to a waiver."""
    if found.state in ("waiver", "waived"):
        return []
    order = ["draft", "review", "reviewed", "published"]
    at = order.index(found.state)
    words = {
        "draft": _("Draft"),
        "review": _("Review"),
        "reviewed": _("Reviewed"),
        "published": _("Published"),
    }
    return [
        {
            "label": words[name],
            "state": "done"
            if index < at or found.state == "published"
            else "now"
            if index == at
            else "later",
        }
        for index, name in enumerate(order)
    ]
