"""Who may do what: permissions.csv, read once and asked by code, tests and the documentation.

Letters: o own (reporter, affected person or watcher), g own organization, a all clients of the vendor,
n named in an engagement, - never. Deny by default: an act that is not in the table does not exist.
"""

import csv
from functools import cache
from pathlib import Path
from typing import ClassVar, Final

from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership, Role
from slaportal.accounts.scopes import scope_of
from slaportal.lib.wording import in_sentence

PATH: Final = Path(__file__).with_name("permissions.csv")
OWN, ORGANIZATION, ALL, NAMED, NEVER = "o", "g", "a", "n", "-"


class NotAllowed(Exception):
    """The actor's role has no right to this act; the message names both. `code` is what programs read."""

    code: ClassVar[str] = "not_allowed"


class NeedsAPerson(NotAllowed):
    """No program may do this act, whatever its token: it is marked `human` in permissions.csv."""

    code: ClassVar[str] = "needs_a_person"


class ScopeMissing(NotAllowed):
    """The token was not made for this act."""

    code: ClassVar[str] = "scope_missing"


@cache
def table() -> dict[str, dict[str, str]]:
    """Return act → role → scope letter."""
    with PATH.open(encoding="utf-8", newline="") as lines:
        return {row["act"]: {role: row[role] for role in Role.values} for row in csv.DictReader(lines)}


@cache
def human_acts() -> frozenset[str]:
    """Return the acts that only a person may do, never a token or an impersonator."""
    with PATH.open(encoding="utf-8", newline="") as lines:
        return frozenset(row["act"] for row in csv.DictReader(lines) if row["human"] == "yes")


def scope(role: str, act: str) -> str:
    """Return the scope letter of `role` for `act`. Raises `KeyError` for an act that is not in the table."""
    return table()[act][role]


def roles_with(act: str) -> list[str]:
    """Return the roles that have any right to `act`."""
    return [role for role, letter in table()[act].items() if letter != NEVER]


def may(
    member: Membership | None, act: str, *, organization_id: int | None = None, own: bool = False
) -> bool:
    """Whether `member` may do `act` on something of `organization_id` (None: on nothing in particular).

    `own` says that the member reported it, is affected by it or watches it.
    """
    if member is None or not member.active or _closed_to_token(member, act):
        return False
    match scope(member.role, act):
        case "a":
            return True
        case "g" | "n":
            return organization_id in (None, member.organization_id)
        case "o":
            return organization_id in (None, member.organization_id) and (own or organization_id is None)
        case _:
            return False


def require(
    member: Membership | None, act: str, *, organization_id: int | None = None, own: bool = False
) -> None:
    """Raise `NotAllowed` with a sentence unless `may` says yes."""
    if member is not None and (closed := _closed_to_token(member, act)):
        raise closed
    if not may(member, act, organization_id=organization_id, own=own):
        who = (
            _("A %(role)s") % {"role": in_sentence(member.get_role_display())}
            if member
            else _("Nobody without a membership")
        )
        verb = act.partition(".")[2].replace("_", " ")
        raise NotAllowed(
            _("%(who)s may not do this here (%(topic)s: %(verb)s).")
            % {"who": who, "topic": act.partition(".")[0], "verb": verb}
        )


def _closed_to_token(member: Membership, act: str) -> NotAllowed | None:
    """Return why the token through which `member` acts does not open `act`; None for a person, or where it does."""
    if member.through is None:
        return None
    if act in human_acts():
        return NeedsAPerson(_("Only a person can do this (%(act)s). Do it on the page.") % {"act": act})
    if member.through.opens(act):
        return None
    needed = scope_of(act)
    if needed is None:
        return NeedsAPerson(
            _("No token opens this (%(act)s). A person can do it on the page.") % {"act": act}
        )
    return ScopeMissing(
        _("The token “%(name)s” was not made for this; it needs the scope %(scope)s.")
        % {"name": member.through.name, "scope": needed}
    )
