"""Whose turn it is: who must do what on an issue next, by when, and what silence would mean (spec §3, §4)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party
from slaportal.issues.models import Classification, Issue, IssueState
from slaportal.issues.models.issue import WORKING
from slaportal.policies.models import Metric

DECIDERS: Final = "deciders"
THIRD_PARTY: Final = "third_party"


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that somebody owes: `party` is client, vendor, deciders or third_party; `who` is its name.

    `what` is an infinitive ("confirm or reject the resolution"), `by` the instant, `otherwise` what silence means.
    """

    party: str
    who: str
    what: str
    by: datetime | None = None
    otherwise: str = ""
    yours: bool = False


def duties(issue: Issue, *, party: str, reader: Membership | None = None) -> list[Duty]:
    """Return what happens next on `issue`, what `party` owes first; `reader` also sees what they owe as a decider.

    Reads the issue's columns, its organization and its obligations only, so that lists can ask for each row.
    """
    found = [*_ending(issue), *_working(issue), *_level(issue)]
    mine = [_as_read(one, party, reader) for one in found]
    return sorted(mine, key=lambda one: not one.yours)


def _as_read(duty: Duty, party: str, reader: Membership | None) -> Duty:
    """Return `duty` as its reader is addressed by it: a client as “you”, people of the vendor as a team."""
    if duty.party == party:
        return replace(duty, who=_("Your team") if party == Party.VENDOR else _("You"), yours=True)
    if duty.party == DECIDERS and permissions.may(reader, "classification.decide"):
        return replace(duty, who=_("You, as a decider"), yours=True)
    return duty


def name_of(issue: Issue, party: str) -> str:
    """Return what the readers call `party` on `issue`."""
    return issue.organization.name if party == Party.CLIENT else settings.VENDOR_NAME


def _ending(issue: Issue) -> list[Duty]:
    if issue.state == IssueState.RESOLVED:
        what, silence = _("confirm or reject the resolution"), _("it counts as confirmed")
        return [Duty(Party.CLIENT, name_of(issue, Party.CLIENT), what, issue.confirm_by, silence)]
    if issue.state == IssueState.CONFIRMED:
        return [Duty(Party.VENDOR, name_of(issue, Party.VENDOR), _("publish the post-mortem"))]
    return []


def _working(issue: Issue) -> list[Duty]:
    if issue.state not in WORKING:
        return []
    found = []
    due = {one.metric: one.due_at for one in issue.obligations.all()}
    vendor = name_of(issue, Party.VENDOR)
    if issue.waiting_on == Party.CLIENT:
        found.append(Duty(Party.CLIENT, name_of(issue, Party.CLIENT), _("answer the question of the vendor")))
    elif issue.waiting_on:
        found.append(Duty(THIRD_PARTY, _("Third party"), _("deliver what the work waits for")))
    if issue.responded_at is None:
        found.append(Duty(Party.VENDOR, vendor, _("send the first response"), due.get(Metric.RESPONSE)))
    if not issue.waiting_on:
        found.append(Duty(Party.VENDOR, vendor, _("resolve the issue"), due.get(Metric.RESOLUTION)))
    if issue.next_update_at is not None:
        found.append(Duty(Party.VENDOR, vendor, _("give the promised update"), issue.next_update_at))
    return found


def _level(issue: Issue) -> list[Duty]:
    if not issue.is_live:
        return []
    if issue.classification == Classification.DISPUTED:
        return [Duty(DECIDERS, _("Both deciders"), _("choose the level"))]
    if issue.awaiting_level_from:
        party = issue.awaiting_level_from
        what, silence = _("agree to the proposed level or propose another"), _("the proposed level stands")
        return [Duty(party, name_of(issue, party), what, issue.answer_due_at, silence)]
    return []
