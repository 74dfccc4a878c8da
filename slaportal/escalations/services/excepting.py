"""Exceptions: requested by the vendor, approved by another person, put to the client (spec §5)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership, Party
from slaportal.escalations.models import Evidence, SlaException
from slaportal.issues.models import Issue
from slaportal.issues.services import acts, attaching, obligations, periods, timed
from slaportal.ledger.models import Audience, Event
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy
from slaportal.lib.wording import in_sentence, neutral


@transaction.atomic
def request_exception(
    *,
    issue: Issue,
    effect: str,
    cause: str,
    reason: str,
    plan: str,
    actor: Membership,
    now: datetime,
    until: datetime | None = None,
    metric: str = "resolution",
    evidence: Sequence[UploadedFile[Any]] = (),
    source_key: str | None = None,
) -> SlaException:
    """Ask, for the vendor, for a departure from counting, with the reason for the delay and the mitigation plan.

    `evidence`: files that support it; whoever may read the exception may read them.
    """
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "exception.request")
    _check(effect, cause, reason, plan, until, now)
    attaching.check(evidence)
    if issue.exceptions.filter(metric=metric, status__in=["requested", "approved"]).exists():
        raise Refused(_("An exception for this clock is waiting for an answer already."))
    exception = SlaException.objects.create(
        issue=issue,
        metric=metric,
        effect=effect,
        cause=cause,
        reason=tidy(reason),
        plan=tidy(plan),
        until=until if effect == SlaException.Effect.ADDED_TIME else None,
        requested_by=actor,
        requested_at=now,
        source_key=source_key,
    )
    _keep(exception, evidence, actor, now)
    _tell(
        exception, "exception-requested", _record(exception, "requested", actor, now, plan=True), actor, now
    )
    return exception


@transaction.atomic
def approve_exception(*, exception: SlaException, actor: Membership, now: datetime) -> None:
    """Approve, as another person of the vendor than the requester, and put it to the client."""
    issue = _begin(exception, actor, "exception.approve", now)
    _must_be(exception, SlaException.Status.REQUESTED)
    if exception.requested_by_id == actor.pk:
        raise Refused(_("You requested this exception; another person must approve it."))
    exception.status = SlaException.Status.APPROVED
    exception.approved_by, exception.approved_at = actor, now
    days = issue.agreement.policy_version.client_answer_days
    exception.answer_due_at = periods.business_days_after(issue, days, start=now)
    exception.save(update_fields=["status", "approved_by", "approved_at", "answer_due_at"])
    _tell(exception, "exception-approved", _record(exception, "approved", actor, now), actor, now)


@transaction.atomic
def reject_exception(*, exception: SlaException, reason: str, actor: Membership, now: datetime) -> None:
    """Refuse a requested exception, for the vendor, with a reason; the requester may ask anew."""
    _begin(exception, actor, "exception.approve", now)
    _must_be(exception, SlaException.Status.REQUESTED)
    if not reason.strip():
        raise Refused(_("Say why this exception is not granted."))
    exception.status, exception.contest_reason = SlaException.Status.REJECTED, tidy(reason)
    exception.save(update_fields=["status", "contest_reason"])
    _tell(exception, "exception-refused", _record(exception, "rejected", actor, now), actor, now)


@transaction.atomic
def accept_exception(*, exception: SlaException, actor: Membership, now: datetime) -> None:
    """Accept, for the client; the exception takes effect on the adjusted figure now."""
    _begin(exception, actor, "exception.accept", now)
    _must_be(exception, SlaException.Status.APPROVED)
    exception.answered_by, exception.answered_at = actor, now
    event = _record(exception, "accepted", actor, now)
    take_effect(exception, at=now, now=now)
    _tell(exception, "exception-accepted", event, actor, now)


@transaction.atomic
def contest_exception(*, exception: SlaException, reason: str, actor: Membership, now: datetime) -> None:
    """Contest, for the client: the exception has no effect; the strict figure stands alone."""
    _begin(exception, actor, "exception.accept", now)
    _must_be(exception, SlaException.Status.APPROVED)
    if not reason.strip():
        raise Refused(_("Say in a sentence why you do not accept this exception."))
    exception.status, exception.contest_reason = SlaException.Status.CONTESTED, tidy(reason)
    exception.answered_by, exception.answered_at, exception.answer_due_at = actor, now, None
    exception.save(update_fields=["status", "contest_reason", "answered_by", "answered_at", "answer_due_at"])
    _tell(exception, "exception-contested", _record(exception, "contested", actor, now), actor, now)


@transaction.atomic
def accept_by_silence(*, exception: SlaException, now: datetime) -> None:
    """Let an approved exception stand that the client did not answer, at the end of its period."""
    issue = exception.issue
    acts.claim(issue)
    exception.refresh_from_db()
    at = exception.answer_due_at
    if exception.status != SlaException.Status.APPROVED or at is None or at > now:
        return
    timed.catch_up(issue, now=now)
    event = _record(exception, "accepted", None, at, recorded_at=now)
    take_effect(exception, at=at, now=now)
    _tell(exception, "exception-accepted", event, None, now)


def take_effect(exception: SlaException, *, at: datetime, now: datetime) -> None:
    """Let the exception change the adjusted figure from `at` on, by an event that the clock reads."""
    exception.status, exception.answer_due_at = SlaException.Status.ACCEPTED, None
    exception.save(update_fields=["status", "answer_due_at", "answered_by", "answered_at"])
    acts.record(
        exception.issue,
        "exception.effective",
        actor=None,
        at=at,
        recorded_at=now,
        exception=exception.pk,
        metric=exception.metric,
        effect=exception.effect,
        until=exception.until,
    )
    obligations.follow(exception.issue, now=now)
    acts.save(exception.issue, now=now)


def _check(effect: str, cause: str, reason: str, plan: str, until: datetime | None, now: datetime) -> None:
    if effect not in SlaException.Effect.values:
        raise Refused(
            _("“%(effect)s” is not an effect. Choose one of %(choices)s.")
            % {"effect": effect, "choices": ", ".join(SlaException.Effect.values)}
        )
    if cause not in SlaException.Cause.values:
        raise Refused(
            _("“%(cause)s” is not a cause. Choose one of %(choices)s.")
            % {"cause": cause, "choices": ", ".join(SlaException.Cause.values)}
        )
    if not reason.strip():
        raise Refused(_("Document the reason for the delay."))
    if not plan.strip():
        raise Refused(_("Document the mitigation plan."))
    if effect == SlaException.Effect.ADDED_TIME and (until is None or until <= now):
        raise Refused(_("Added time needs a new date in the future."))


def _begin(exception: SlaException, actor: Membership, act: str, now: datetime) -> Issue:
    issue = exception.issue
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, act)
    exception.refresh_from_db(fields=["status", "answer_due_at"])
    return issue


def _must_be(exception: SlaException, status: str) -> None:
    if exception.status != status:
        raise Refused(
            _("This exception is %(status)s already.")
            % {"status": in_sentence(exception.get_status_display())}
        )


def _record(
    exception: SlaException,
    what: str,
    actor: Membership | None,
    at: datetime,
    *,
    plan: bool = False,
    recorded_at: datetime | None = None,
) -> Event:
    texts = {"reason": exception.contest_reason}
    if plan:
        texts = {"reason": exception.reason, "plan": exception.plan}
    return acts.record(
        exception.issue,
        f"exception.{what}",
        actor=actor,
        at=at,
        recorded_at=recorded_at,
        # A request stays with the vendor until it is approved.
        audience=Audience.VENDOR if what in ("requested", "rejected") else Audience.BOTH,
        texts=texts,
        exception=exception.pk,
        metric=exception.metric,
        effect=exception.effect,
        cause=exception.cause,
        until=exception.until,
        evidence=[
            {"file": one.reference, "size": one.size, "sha256": one.sha256}
            for one in exception.evidence.all()
        ],
    )


def _keep(
    exception: SlaException, files: Sequence[UploadedFile[Any]], actor: Membership, now: datetime
) -> None:
    """Keep the files that support the exception; the events of its request and approval name their hashes."""
    for file in files:
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        Evidence.objects.create(
            exception=exception,
            name=attaching.clean_name(file.name),
            size=file.size or 0,
            sha256=digest.hexdigest(),
            file=file,
            uploaded_by=actor,
            at=now,
        )


def _tell(exception: SlaException, kind: str, event: Event, actor: Membership | None, now: datetime) -> None:
    """Tell whom it concerns; a request stays with the vendor until it is approved."""
    issue = exception.issue
    inside = kind in ("exception-requested", "exception-refused", "exception-contested")
    facts: dict[str, Any] = {
        "reason": exception.contest_reason or exception.reason,
        "text": exception.plan,
        "metric": neutral(exception.get_metric_display),
        "step": neutral(exception.get_effect_display),
        "due_at": exception.until,
        "answer_by": exception.answer_due_at,
    }
    for party in [Party.VENDOR] if inside else list(Party):
        # Approving puts it to the client; the vendor's people only look on.
        fyi = kind == "exception-approved" and party == Party.VENDOR
        people = issue.people_of(party)
        acts.tell(issue, kind, cause=event, to=people, now=now, actor=actor, fyi=fyi, **facts)
