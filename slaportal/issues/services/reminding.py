"""Saying beforehand that silence will decide: on the level once, on a resolution twice (spec §3, §4)."""

from datetime import datetime
from fractions import Fraction

from django.db import transaction

from slaportal.accounts.models import Party
from slaportal.issues.models import Issue, Reminder
from slaportal.issues.services import acts
from slaportal.lib.wording import neutral
from slaportal.policies import clock
from slaportal.policies.clock import Unit

# Where in the period a reminder goes out.
ANSWER_SHARES = (Fraction(3, 4),)
CONFIRMATION_SHARES = (Fraction(2, 5), Fraction(4, 5))


def remind_of_answer(issue: Issue, *, start: datetime) -> None:
    """Plan the reminder for the party whose answer on the level is awaited until `issue.answer_due_at`."""
    assert issue.answer_due_at is not None
    for share in ANSWER_SHARES:
        at = start + (issue.answer_due_at - start) * float(share)
        _plan(issue, Reminder.Kind.ANSWER, at, issue.answer_due_at)


def remind_of_confirmation(issue: Issue, *, start: datetime) -> None:
    """Plan the two reminders to confirm or reject the resolution given at `start`."""
    assert issue.confirm_by is not None
    days = issue.agreement.policy_version.confirmation_days
    for share in CONFIRMATION_SHARES:
        at = clock.deadline(
            start=start, amount=days * share, unit=Unit.BUSINESS_DAYS, calendar=issue.agreement.hours()
        )
        assert at is not None
        _plan(issue, Reminder.Kind.CONFIRMATION, at, issue.confirm_by)


def _plan(issue: Issue, kind: str, at: datetime, ends_at: datetime) -> None:
    if at < ends_at:
        planned = Reminder(issue=issue, kind=kind, at=at, period_ends_at=ends_at)
        Reminder.objects.bulk_create([planned], ignore_conflicts=True)


@transaction.atomic
def remind(*, reminder: Reminder, now: datetime) -> bool:
    """Send a due reminder, unless the answer came meanwhile; return whether it went out. Twice sends once."""
    claimed = Reminder.objects.filter(pk=reminder.pk, done_at=None).update(done_at=now)
    if not claimed:
        return False
    issue = Issue.objects.select_related("organization").get(pk=reminder.issue_id)
    answer = reminder.kind == Reminder.Kind.ANSWER
    awaited = issue.answer_due_at if answer else issue.confirm_by
    if awaited != reminder.period_ends_at or now >= awaited:
        return False
    party = issue.awaiting_level_from if answer else Party.CLIENT
    event = acts.record(
        issue,
        "reminder.sent",
        actor=None,
        at=reminder.at,
        recorded_at=now,
        about=reminder.kind,
        party=party,
        ends=reminder.period_ends_at,
    )
    acts.tell(
        issue,
        "classification-lapse-soon" if answer else "confirm-soon",
        cause=event,
        to=issue.people_of(party),
        now=now,
        answer_by=issue.answer_due_at,
        confirm_by=issue.confirm_by,
        new_level=_standing_level(issue) if answer else "",
    )
    return True


def _standing_level(issue: Issue) -> str:
    return neutral(issue.proposals.filter(round=issue.round).latest("revision").get_level_display)
