"""What lets a stream go on: asked for all streams of a process together, every few seconds (promise P10)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from slaportal.accounts import presence
from slaportal.reports.selectors import wallboards


@dataclass(frozen=True, slots=True)
class SessionTicket:
    """The session of a person who signed in, and as whom it acted when the stream began."""

    session_key: str
    member_id: int
    role: str


@dataclass(frozen=True, slots=True)
class WallTicket:
    """A wallboard, and as whose eyes it saw when the stream began."""

    wallboard_id: int
    role: str


Ticket = SessionTicket | WallTicket


def valid(tickets: Iterable[Ticket], *, now: datetime) -> set[Ticket]:
    """Return those of `tickets` that still let in: same membership, same role. A few queries for any number."""
    held = set(tickets)
    sessions = {one.session_key for one in held if isinstance(one, SessionTicket)}
    walls = {one.wallboard_id for one in held if isinstance(one, WallTicket)}
    good: set[Ticket] = set()
    if sessions:
        acting = presence.acting(sessions, now=now)
        good |= {SessionTicket(key, member.pk, member.role) for key, member in acting.items()}
    if walls:
        still = wallboards.still_open(walls, now=now)
        good |= {WallTicket(one.pk, one.opened_by.role) for one in still}
    return held & good
