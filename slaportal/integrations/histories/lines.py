"""The lines of a history and what each may say, checked before anything is done (spec §8)."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from slaportal.integrations.histories import fields as kinds
from slaportal.integrations.histories.fields import Field, Wrong

ROLES = (
    *("client_reporter", "client_manager", "client_auditor", "vendor_agent", "vendor_lead"),
    *("senior_management", "auditor", "admin"),
)
UNITS = ("minutes", "hours", "days", "business_minutes", "business_hours", "business_days")


class LineRefused(Exception):
    """A line stops the load; the message is “line N: ” and a sentence."""

    def __init__(self, number: int, sentence: str) -> None:
        """Name the line by its number in the file, from 1."""
        super().__init__(
            f"line {number}: {sentence if sentence.endswith(('.', '?', '!')) else sentence + '.'}"
        )
        self.number = number


@dataclass(frozen=True, slots=True)
class Line:
    """One checked line. `digest` tells equal lines of one file apart and is the same in the next load."""

    number: int
    at: datetime
    act: str
    data: Mapping[str, Any]
    digest: str


def _must(check: kinds.Check) -> Field:
    return Field(check)


def _may(check: kinds.Check) -> Field:
    return Field(check, required=False)


_TARGET = {
    "level": _must(kinds.level),
    "metric": _must(kinds.one_of("response", "resolution")),
    "amount": _must(kinds.number),
    "unit": _must(kinds.one_of(*UNITS)),
    "bound": _must(kinds.one_of("before", "within")),
}

WORLD: dict[str, dict[str, Field]] = {
    "organization": {
        "key": _must(kinds.text),
        "name": _must(kinds.text),
        "party": _must(kinds.one_of("client", "vendor")),
        "timezone": _must(kinds.text),
    },
    "person": {
        "email": _must(kinds.email),
        "name": _must(kinds.text),
        "organization": _must(kinds.text),
        "role": _must(kinds.one_of(*ROLES)),
    },
    "calendar": {
        "key": _must(kinds.text),
        "timezone": _must(kinds.text),
        "weekly": _must(kinds.mapping),
        "holidays": _may(kinds.or_null(kinds.dates)),
        "special": _may(kinds.or_null(kinds.mapping)),
        "name": _may(kinds.text),
    },
    "policy": {
        "key": _must(kinds.text),
        "version": _must(kinds.whole),
        "targets": _must(kinds.objects(_TARGET)),
        "pauses": _may(kinds.texts),
        "name": _may(kinds.text),
    },
    "agreement": {
        "organization": _must(kinds.text),
        "policy": _must(kinds.text),
        "version": _must(kinds.whole),
        "calendar": _must(kinds.or_null(kinds.text)),
        "from": _must(kinds.instant_or_date),
        "to": _may(kinds.or_null(kinds.instant_or_date)),
        "counts_from": _may(kinds.or_null(kinds.instant_or_date)),
        "timezone": _may(kinds.text),
        "signed_by_client": _may(kinds.text),
        "signed_by_vendor": _may(kinds.text),
    },
    "until": {},
    "report": {},
}

# Lines of the world that need an instant of their own.
TIMED = ("until", "report")

_REASON = {"reason": _must(kinds.text)}
_EXCEPTION = {"exception": _must(kinds.text)}
_LEVEL_AND_REASON = {"level": _must(kinds.level), **_REASON}

ACTS: dict[str, dict[str, Field]] = {
    "submit": {
        "organization": _must(kinds.text),
        "level": _must(kinds.level),
        "title": _must(kinds.text),
        "text": _must(kinds.text),
        "reason": _may(kinds.any_text),
        "product": _may(kinds.any_text),
        "product_version": _may(kinds.any_text),
        "environment": _may(kinds.any_text),
        "contact": _may(kinds.any_text),
        "answers": _may(kinds.mapping),
        "on_behalf_of": _may(kinds.or_null(kinds.email)),
        "watchers": _may(kinds.emails),
    },
    "agree": {},
    "counter": _LEVEL_AND_REASON,
    "dispute": _REASON,
    "decide": {"level": _must(kinds.level)},
    "repropose": _LEVEL_AND_REASON,
    "comment": {"text": _must(kinds.text)},
    "note": {"text": _must(kinds.text)},
    "assign": {"to": _must(kinds.or_null(kinds.email))},
    "progress": {
        "stage": _must(kinds.text),
        "percent": _must(kinds.whole),
        "next_update": _may(kinds.or_null(kinds.instant)),
    },
    "wait": {"on": _must(kinds.text), **_REASON},
    "resume": {},
    "contest": _REASON,
    "uphold": _REASON,
    "dismiss": _REASON,
    "resolve": {"note": _must(kinds.text)},
    "confirm": {},
    "reopen": _REASON,
    "withdraw": _REASON,
    "duplicate": {"of": _must(kinds.text)},
    "request_exception": {
        "exception": _must(kinds.text),
        "effect": _must(kinds.one_of("added_time", "waived", "explanation")),
        "cause": _must(kinds.text),
        **_REASON,
        "plan": _must(kinds.text),
        "until": _may(kinds.or_null(kinds.instant)),
        "metric": _may(kinds.one_of("response", "resolution")),
    },
    "approve_exception": _EXCEPTION,
    "reject_exception": _EXCEPTION | _REASON,
    "accept_exception": _EXCEPTION,
    "contest_exception": _EXCEPTION | _REASON,
    "escalate": _REASON,
    "acknowledge": {},
    "give_reason": {
        "metric": _must(kinds.one_of("response", "resolution")),
        "code": _must(kinds.text),
        "text": _must(kinds.text),
    },
}
# Acts by somebody that are about an agreement, not about one issue.
STANDING: dict[str, dict[str, Field]] = {
    "request_standing": {
        "organization": _must(kinds.text),
        **_EXCEPTION,
        "name": _must(kinds.text),
        "effect": _must(kinds.one_of("added_time", "waived", "explanation")),
        "cause": _must(kinds.one_of("planned_maintenance", "force_majeure")),
        **_REASON,
        "plan": _must(kinds.text),
        "from": _must(kinds.instant),
        "to": _must(kinds.instant),
        "metric": _may(kinds.one_of("response", "resolution")),
    },
    "approve_standing": _EXCEPTION,
    "reject_standing": _EXCEPTION | _REASON,
    "accept_standing": _EXCEPTION,
    "contest_standing": _EXCEPTION | _REASON,
    "end_standing": _EXCEPTION,
}
_BY_SOMEBODY = {"actor": _must(kinds.email), "issue": _must(kinds.text)}


def read(source: Iterable[str]) -> list[Line]:
    """Return the checked lines of `source`; blank ones are left out. Raises `LineRefused`.

    A line of the world may leave `at` out: it then holds from the line before, or with the first that has one.
    """
    raw = [(number, _object(number, text)) for number, text in enumerate(source, 1) if text.strip()]
    at = next((_instant(number, data) for number, data in raw if "at" in data), None)
    seen: Counter[str] = Counter()
    lines: list[Line] = []
    for number, data in raw:
        if "at" in data:
            later = _instant(number, data)
            if lines and at is not None and later < at:
                raise LineRefused(number, f"“at” goes back in time: {data['at']} is before the line above")
            at = later
        lines.append(_line(number, data, at, seen))
    return lines


def _line(number: int, data: dict[str, Any], at: datetime | None, seen: Counter[str]) -> Line:
    act = data.get("act")
    if not isinstance(act, str):
        raise LineRefused(number, "a line needs the field “act”")
    if act in ACTS:
        fields = _BY_SOMEBODY | ACTS[act]
    elif act in STANDING:
        fields = {"actor": _must(kinds.email)} | STANDING[act]
    elif act in WORLD:
        fields = WORLD[act]
    else:
        raise LineRefused(number, f"“{act}” is not an act that this version knows")
    if at is None or ("at" not in data and (act not in WORLD or act in TIMED)):
        raise LineRefused(number, f"“{act}” needs the field “at”")
    own = {name: value for name, value in data.items() if name not in {"at", "act"}}
    try:
        checked = kinds.checked(own, fields, of=f"“{act}”")
    except Wrong as wrong:
        raise LineRefused(number, str(wrong)) from None
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), default=str)
    digest = hashlib.sha256(f"{canonical}#{seen[canonical]}".encode()).hexdigest()
    seen[canonical] += 1
    return Line(number, at, act, checked, digest)


def _object(number: int, text: str) -> dict[str, Any]:
    try:
        data = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as problem:
        raise LineRefused(number, f"this is not JSON: {problem}") from None
    if not isinstance(data, dict):
        raise LineRefused(number, "write each line as one JSON object")
    return data


def _instant(number: int, data: dict[str, Any]) -> datetime:
    try:
        return kinds.instant(data["at"])
    except Wrong as wrong:
        raise LineRefused(number, f"“at” {wrong}") from None
