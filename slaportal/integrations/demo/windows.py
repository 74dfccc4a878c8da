"""Standing exceptions of the demo: one that both parties let stand, one that waits for the client, one to come."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from slaportal.integrations.demo.cast import CLIENTS, Line, team
from slaportal.integrations.demo.stage import HOUR

DAY = timedelta(days=1)
OUTAGE = "Outage of the upstream cloud region"
MOVE = "Move of the build servers"


def told(now: datetime) -> list[Line]:
    """Return what has happened by `now`, in time order."""
    lines = [*_outage(now - 40 * DAY), *_move(now - 2 * DAY, now)]
    return [line for line in lines if datetime.fromisoformat(line["at"]) <= now]


def _outage(begin: datetime) -> Iterator[Line]:
    """Half a day on which nobody could build anything, asked for the day after."""
    client = CLIENTS[0]
    key = "demo-outage"
    yield _act(
        begin + DAY,
        "request_standing",
        team("vendor_agent")[0],
        organization=client.key,
        exception=key,
        name=OUTAGE,
        effect="added_time",
        cause="force_majeure",
        reason="The cloud region in which all our builds and tests run was down for everybody.",
        plan="The platform team – keeps a second region warm – from next month on",
        **{"from": begin.isoformat(), "to": (begin + 14 * HOUR).isoformat()},
    )
    yield _act(begin + DAY + 3 * HOUR, "approve_standing", team("vendor_lead")[0], exception=key)
    yield _act(begin + 2 * DAY, "accept_standing", client.by_role("client_manager")[0], exception=key)


def _move(asked: datetime, now: datetime) -> Iterator[Line]:
    """Two days of maintenance that is announced and waits for the client's answer."""
    key = "demo-move"
    begin = now + 3 * DAY
    yield _act(
        asked,
        "request_standing",
        team("vendor_agent")[0],
        organization=CLIENTS[1].key,
        exception=key,
        name=MOVE,
        effect="added_time",
        cause="planned_maintenance",
        reason="The build servers move to another data center; no correction can be built meanwhile.",
        plan="The platform team – moves them in two halves – within two days",
        metric="resolution",
        **{"from": begin.isoformat(), "to": (begin + 2 * DAY).isoformat()},
    )
    yield _act(asked + 40 * HOUR, "approve_standing", team("vendor_lead")[0], exception=key)


def _act(at: datetime, act: str, actor: str, **fields: Any) -> Line:
    return {"at": at.isoformat(), "act": act, "actor": actor, **fields}
