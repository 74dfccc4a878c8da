"""Acts of escalations on the staff's page of an issue."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.escalations import services
from slaportal.escalations.models import CODES, Escalation, SlaException
from slaportal.issues.admin.staff_acts import StaffAct, offer
from slaportal.issues.forms.acts import ActForm, Plain, Reason, text
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.views.offers import Act
from slaportal.lib.refusal import Refused
from slaportal.policies.reckoning import Outcome

Given = dict[str, Any]


class Raise(Reason):
    """Why senior management should look at it now."""

    reason = text(_("Why should senior management look at it now?"), _("Both parties read it."))


class RequestException(ActForm):
    """Why it cannot be done in time, and what is done about it."""

    effect = forms.ChoiceField(label=_("What is asked for"), choices=SlaException.Effect.choices)
    cause = forms.ChoiceField(label=_("Cause"), choices=SlaException.Cause.choices)
    reason = text(_("Reason for the delay"), _("The client reads it once a colleague has approved."))
    plan = text(_("Mitigation plan"), _("What is done against the delay, by whom and until when."))
    until = forms.DateTimeField(
        label=_("New date"),
        required=False,
        help_text=_("Only where time is added."),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )


def _raise(issue: Issue, actor: Membership, given: Given, now: datetime) -> None:
    services.escalate(issue=issue, reason=given["reason"], actor=actor, now=now)


def _acknowledge(issue: Issue, actor: Membership, given: Given, now: datetime) -> None:
    open_ones = list(issue.escalations.unanswered().order_by("due_at", "pk"))
    if not open_ones:
        raise Refused("No escalation of this issue waits for an acknowledgement.")
    for escalation in open_ones:
        services.acknowledge(escalation=escalation, actor=actor, now=now)


def _request(issue: Issue, actor: Membership, given: Given, now: datetime) -> None:
    asked: dict[str, Any] = {name: given[name] for name in ("effect", "cause", "reason", "plan", "until")}
    services.request_exception(issue=issue, actor=actor, now=now, **asked)


def _requested(issue: Issue) -> SlaException:
    """Return the exception that waits for approval. Raises `Refused` where there is none."""
    found = issue.exceptions.filter(status=SlaException.Status.REQUESTED).order_by("pk").first()
    if found is None:
        raise Refused("No exception of this issue waits for approval.")
    # The services claim the issue by the version that the person saw.
    found.issue = issue
    return found


def _approve(issue: Issue, actor: Membership, given: Given, now: datetime) -> None:
    services.approve_exception(exception=_requested(issue), actor=actor, now=now)


def _reject(issue: Issue, actor: Membership, given: Given, now: datetime) -> None:
    services.reject_exception(exception=_requested(issue), reason=given["reason"], actor=actor, now=now)


class GiveReason(ActForm):
    """Why a deadline was missed, and with whom that lies."""

    metric = forms.ChoiceField(label=_("Which deadline"))
    code = forms.ChoiceField(label=_("With whom it lies"), choices=[("", "–"), *CODES])
    sentence = text(_("What happened"), _("Both parties read it. It explains and changes no figure."))

    def prepare(self) -> None:
        """Offer the deadlines that were missed."""
        metric = self.fields["metric"]
        assert isinstance(metric, forms.ChoiceField)
        metric.choices = [(one.metric, one.get_metric_display()) for one in _missed(self.issue)]


def _missed(issue: Issue) -> list[Obligation]:
    return [one for one in issue.obligations.all() if one.outcome == Outcome.BREACHED]


def _give_reason(issue: Issue, actor: Membership, given: Given, now: datetime) -> None:
    obligation = next((one for one in _missed(issue) if one.metric == given["metric"]), None)
    if obligation is None:
        raise Refused("This deadline was not missed.")
    # The service claims the issue by the version that the person saw.
    obligation.issue = issue
    services.give_reason(
        obligation=obligation, code=given["code"], sentence=given["sentence"], actor=actor, now=now
    )


def _can_give_reason(issue: Issue, actor: Membership) -> bool:
    return bool(_missed(issue))


def _can_raise(issue: Issue, actor: Membership) -> bool:
    return issue.is_live and not issue.escalations.filter(step=None, status=Escalation.Status.OPEN).exists()


def _can_acknowledge(issue: Issue, actor: Membership) -> bool:
    return issue.escalations.unanswered().exists()


def _can_request(issue: Issue, actor: Membership) -> bool:
    waiting = (SlaException.Status.REQUESTED, SlaException.Status.APPROVED)
    return issue.is_live and not issue.exceptions.filter(status__in=waiting).exists()


def _can_approve(issue: Issue, actor: Membership) -> bool:
    waiting = issue.exceptions.filter(status=SlaException.Status.REQUESTED)
    return waiting.exclude(requested_by=actor).exists()


def _is_requested(issue: Issue, actor: Membership) -> bool:
    return issue.exceptions.filter(status=SlaException.Status.REQUESTED).exists()


offer(
    StaffAct(
        "acknowledge",
        "Take the escalation in hand",
        Act(
            "escalation.acknowledge",
            Plain,
            _acknowledge,
            _can_acknowledge,
            "You have it in hand. The next step waits for a while.",
            versioned=False,
        ),
        icon="front_hand",
    ),
    StaffAct(
        "escalate",
        "Escalate",
        Act("escalation.raise", Raise, _raise, _can_raise, "Senior management has been told."),
        icon="arrow_upward",
    ),
    StaffAct(
        "give-reason",
        "Give the reason for a missed deadline",
        Act("escalation.reason", GiveReason, _give_reason, _can_give_reason, "The reason is on record."),
        icon="edit_note",
    ),
    StaffAct(
        "request-exception",
        "Request an exception",
        Act(
            "exception.request",
            RequestException,
            _request,
            _can_request,
            "Requested. Another person of ours must approve it before the client sees it.",
        ),
        icon="rule",
    ),
    StaffAct(
        "approve-exception",
        "Approve the exception",
        Act(
            "exception.approve",
            Plain,
            _approve,
            _can_approve,
            "Approved. The client accepts or contests it now.",
        ),
        icon="done_all",
    ),
    StaffAct(
        "reject-exception",
        "Do not grant the exception",
        Act("exception.approve", Reason, _reject, _is_requested, "Not granted; the requester may ask anew."),
        icon="block",
    ),
)
