"""What staff may do on an issue's page in the admin: the acts of `issues.views.offers`, with the words of the desk.

Upper apps add theirs with `offer`, so that their acts stand on the same page without an import upwards.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.issues.forms.acts import Plain
from slaportal.issues.models import Issue
from slaportal.issues.services import acts, work
from slaportal.issues.views.offers import ACTS, Act

AREAS = ("level", "talk", "inside", "work")


@dataclass(frozen=True, slots=True)
class StaffAct:
    """One act on the page: its name in addresses, its words, where it stands (see `AREAS`), an icon, and what it does."""

    key: str
    label: str | Promise
    act: Act
    area: str = "work"
    icon: str = ""


_offered: dict[str, StaffAct] = {}


def offer(*added: StaffAct) -> None:
    """Put acts on the issue page, in this order. Raises `ValueError` where two have the same key."""
    for one in added:
        if one.key in _offered:
            raise ValueError(f"There are two acts called {one.key}.")
        _offered[one.key] = one


def everything() -> list[StaffAct]:
    """Return every act that was offered, possible now or not."""
    return list(_offered.values())


def find(key: str) -> StaffAct | None:
    """Return the act called `key`."""
    return _offered.get(key)


def available(issue: Issue, actor: Membership) -> list[StaffAct]:
    """Return the acts that `actor` has the right to and that are possible now; the services have the last word."""
    may = {right: acts.can(issue, actor, right) for right in {one.act.right for one in everything()}}
    return [one for one in everything() if may[one.act.right] and one.act.possible(issue, actor)]


def _take(issue: Issue, actor: Membership, given: dict[str, Any], now: datetime) -> object:
    return work.assign(issue=issue, to=actor, actor=actor, now=now)


def _can_take(issue: Issue, actor: Membership) -> bool:
    return issue.is_live and issue.assigned_to_id != actor.pk


offer(
    StaffAct("comment", _("Send to the client"), ACTS["comment"], "talk"),
    StaffAct("note", _("Keep as internal note"), ACTS["note"], "inside"),
    StaffAct("agree", _("Agree to the client’s level"), ACTS["agree"], "level"),
    StaffAct("counter", _("Propose another level"), ACTS["counter"], "level"),
    StaffAct("dispute", _("Take it to the deciders"), ACTS["dispute"], "level"),
    StaffAct("decide", _("Decide as our decider"), ACTS["decide"], "level"),
    StaffAct("repropose", _("Propose a new level"), ACTS["repropose"], "level"),
    StaffAct(
        "take",
        _("Assign to me"),
        Act("issue.assign", Plain, _take, _can_take, _("The issue is yours.")),
        icon="person_add",
    ),
    StaffAct("assign", _("Assign to …"), ACTS["assign"], icon="group"),
    StaffAct("progress", _("Update progress"), ACTS["progress"], icon="trending_up"),
    StaffAct("wait", _("Wait for somebody"), ACTS["wait"], icon="pause"),
    StaffAct("resume", _("End the waiting"), ACTS["resume"], icon="play_arrow"),
    StaffAct("judge", _("Judge the contest"), ACTS["judge"], icon="gavel"),
    StaffAct("resolve", _("Resolve"), ACTS["resolve"], icon="check"),
    StaffAct("split", _("Split off a second issue"), ACTS["split"], icon="call_split"),
    StaffAct("duplicate", _("Mark as duplicate"), ACTS["duplicate"], icon="content_copy"),
)
