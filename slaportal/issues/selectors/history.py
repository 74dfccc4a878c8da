"""From ledger events to facts: the only bridge between what is recorded and what is reckoned."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from slaportal.issues.models import Issue, Obligation
from slaportal.ledger.models import Event
from slaportal.lib.canonical import parse_instant
from slaportal.policies.facts import (
    Amended,
    Ended,
    Excepted,
    Fact,
    Governs,
    Paused,
    Restarted,
    Resumed,
    Rule,
    Stopped,
    Voided,
)
from slaportal.policies.models import Agreement, Metric
from slaportal.policies.reckoning import Reckoning, reckon
from slaportal.policies.selectors import rules_for

CLOCK_KINDS = (
    "level.governs",
    "comment.added",
    "waiting.began",
    "waiting.ended",
    "pause.upheld",
    "issue.resolved",
    "issue.reopened",
    "issue.withdrawn",
    "issue.duplicate",
    "exception.effective",
    "terms.applied",
)


def clock_events(issue: Issue) -> list[Event]:
    """Return the events of `issue` that can move a clock, in the order in which they hold."""
    return list(Event.objects.about(issue.reference).filter(kind__in=CLOCK_KINDS))


def facts(events: Iterable[Event], metric: str, *, stopping: Collection[str] | None = None) -> Iterator[Fact]:
    """Yield what `events` mean for the obligation of `metric`.

    Pauses and reopening touch the resolution only; the first message of the vendor touches the response only.
    `stopping` names the parties for whom waiting would stop the clock under other terms; None: as it was.
    """
    for event in events:
        data = json.loads(event.payload)["data"]
        if stopping is not None and event.kind == "waiting.began":
            data["stops_clock"] = data["on"] in stopping
        if event.kind == "terms.applied":
            yield Amended(event.at, _rules_of(data["after"], metric))
            continue
        fact = _fact(event.kind, event.at, data, response=metric == Metric.RESPONSE)
        if fact is not None:
            yield fact


def first_rules(issue: Issue, events: Iterable[Event], metric: str) -> Mapping[str, Rule]:
    """Return level → rule of the terms under which `issue` was submitted; terms applied later are facts of their own."""
    for event in events:
        if event.kind == "terms.applied":
            return _rules_of(json.loads(event.payload)["data"]["before"], metric)
    return rules_for(issue.agreement, metric)


def _rules_of(agreement: int, metric: str) -> Mapping[str, Rule]:
    return rules_for(Agreement.objects.select_related("policy_version", "calendar").get(pk=agreement), metric)


def _fact(kind: str, at: datetime, data: dict[str, Any], *, response: bool) -> Fact | None:
    match kind:
        case "level.governs":
            return Governs(at, data["level"], data["provisional"])
        case "issue.withdrawn" | "issue.duplicate":
            return Ended(at)
        case "exception.effective":
            concerned = Metric.RESPONSE if response else Metric.RESOLUTION
            return _excepted(at, data) if data["metric"] == concerned else None
        case "comment.added" | "issue.resolved" if response:
            return Stopped(at) if data["response"] else None
        case "issue.resolved":
            return Stopped(at)
        case "issue.reopened" if not response:
            return Restarted(at)
        case "waiting.began" if not response and data["stops_clock"]:
            return Paused(at, str(data["pause"]), data["label"])
        case "waiting.ended" if not response:
            return Resumed(at, str(data["pause"]))
        case "pause.upheld" if not response:
            return Voided(at, str(data["pause"]))
        case _:
            return None


def _excepted(at: datetime, data: dict[str, Any]) -> Excepted:
    """Return the fact of an exception: with a new date, or with the window of a standing one."""
    if "standing" in data:
        window = (parse_instant(data["begins"]), parse_instant(data["ends"]))
        return Excepted(at, data["effect"], window=window, key=data["standing"])
    return Excepted(at, data["effect"], parse_instant(data["until"]) if data["until"] else None)


def reckoning_of(obligation: Obligation, *, events: Sequence[Event], now: datetime) -> Reckoning:
    """Return what `obligation` is at `now`, from the events of its issue."""
    return reckon(
        rules=first_rules(obligation.issue, events, obligation.metric),
        start=obligation.started_at,
        facts=facts(events, obligation.metric),
        now=now,
    )
