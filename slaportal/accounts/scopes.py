"""What a token may be made for: each scope opens some acts of permissions.csv, and no scope opens the others.

There is none for agreeing, approving, signing, publishing, access or settings: an act that stands in no scope cannot
be done by a program at all.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Scope:
    """A name as programs write it, what it means for the person who makes the token, and the acts it opens."""

    name: str
    label: str | Promise
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Through:
    """The token through which a member acts now: its row, its name, and its scopes."""

    token: int
    name: str
    scopes: frozenset[str]

    def opens(self, act: str) -> bool:
        """Whether one of the scopes opens `act`."""
        return scope_of(act) in self.scopes


ISSUE_ACTS: Final = (
    *("issue.submit", "issue.edit", "issue.resolve", "issue.confirm", "issue.reopen", "issue.withdraw"),
    *("issue.duplicate", "issue.split", "issue.assign", "issue.progress", "issue.watch"),
    *("pause.request", "exception.request", "escalation.reason"),
)
SCOPES: Final[dict[str, Scope]] = {
    one.name: one
    for one in (
        Scope(
            "issues:read", _("Read issues, messages, deadlines and history"), ("issue.read", "comment.read")
        ),
        Scope("issues:write", _("Report issues and work on them"), ISSUE_ACTS),
        Scope("comments:write", _("Write messages that both parties see"), ("comment.write",)),
        Scope("classify:propose", _("Propose another level; never agree"), ("classification.propose",)),
        Scope("notes:read", _("Read the vendor’s internal notes"), ("note.read",)),
        Scope("contracts:read", _("Read agreements, calendars and the calculator"), ("policy.read",)),
        Scope(
            "reports:read",
            _("Read reports, published post-mortems and totals of feedback"),
            ("report.read", "postmortem.read", "survey.read"),
        ),
        Scope("people:read", _("Read who belongs to an organization"), ("people.read",)),
    )
}
_BY_ACT: Final = {act: scope.name for scope in SCOPES.values() for act in scope.acts}


def scope_of(act: str) -> str | None:
    """Return the scope that opens `act`; None for what no program may do."""
    return _BY_ACT.get(act)
