"""What a field of a line may hold: each check returns the value to work with or raises `Wrong` with a sentence."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

Check = Callable[[Any], Any]

_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}(:?\d{2})?)", re.ASCII
)
_LEVELS = ("critical", "high", "medium", "low")


class Wrong(ValueError):
    """A value that does not fit; the message says what would, and reads on after the name of the field."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a line."""

    check: Check
    required: bool = True


def text(value: Any) -> str:
    """Text with at least one character that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise Wrong("must be text that is not empty")
    return value


def any_text(value: Any) -> str:
    """Text, possibly empty."""
    if not isinstance(value, str):
        raise Wrong("must be text")
    return value


def email(value: Any) -> str:
    """An e-mail address, in lower case."""
    if not isinstance(value, str) or "@" not in value.strip("@ "):
        raise Wrong("must be an e-mail address")
    return value.strip().lower()


def instant(value: Any) -> datetime:
    """An instant with its offset, as UTC."""
    try:
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            raise ValueError(value)
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong(
            f"must be an instant with its offset, such as 2026-11-23T09:00:00Z; {shown(value)} is not"
        ) from None


def instant_or_date(value: Any) -> datetime | date:
    """An instant with its offset, or a date, whose midnight the reader takes in the zone at hand."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise Wrong(f"must be a date of the calendar; {shown(value)} is not") from None
    return instant(value)


def number(value: Any) -> Decimal:
    """A number above zero, exact."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not value > 0:
        raise Wrong(f"must be a number above zero; {shown(value)} is not")
    return Decimal(value)


def whole(value: Any) -> int:
    """A whole number of at least 0."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Wrong(f"must be a whole number; {shown(value)} is not")
    return value


def mapping(value: Any) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        raise Wrong("must be an object")
    return value


def dates(value: Any) -> dict[str, Any] | list[str]:
    """An object by date, or a list of dates."""
    if not isinstance(value, dict | list):
        raise Wrong("must be an object by date or a list of dates")
    return value


def texts(value: Any) -> list[str]:
    """A list of texts."""
    if not isinstance(value, list):
        raise Wrong("must be a list")
    return [text(item) for item in value]


def emails(value: Any) -> list[str]:
    """A list of e-mail addresses."""
    if not isinstance(value, list):
        raise Wrong("must be a list of e-mail addresses")
    return [email(item) for item in value]


def level(value: Any) -> str:
    """A level of criticality."""
    if value not in _LEVELS:
        raise Wrong(f"must be a level (critical, high, medium or low); {shown(value)} is not")
    return str(value)


def one_of(*values: str) -> Check:
    """One of `values`."""

    def check(value: Any) -> str:
        if value not in values:
            raise Wrong(f"must be one of {', '.join(values)}; {shown(value)} is not")
        return str(value)

    return check


def or_null(check: Check) -> Check:
    """What `check` takes, or null."""
    return lambda value: None if value is None else check(value)


def objects(fields: Mapping[str, Field]) -> Check:
    """A list of objects, each with exactly these fields."""

    def check(value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            raise Wrong("must be a list of objects")
        return [checked(mapping(item), fields, of="each entry") for item in value]

    return check


def checked(data: Mapping[str, Any], fields: Mapping[str, Field], *, of: str) -> dict[str, Any]:
    """Return the checked values of `data`, which must have the required `fields` and no others."""
    for name in data:
        if name not in fields:
            raise Wrong(f"“{name}” is not a field of {of}; it has {', '.join(fields) or 'none of its own'}")
    found = {}
    for name, field in fields.items():
        if name not in data:
            if field.required:
                raise Wrong(f"{of} needs the field “{name}”")
            continue
        try:
            found[name] = field.check(data[name])
        except Wrong as wrong:
            raise Wrong(f"“{name}” {wrong}") from None
    return found


def shown(value: Any) -> str:
    """Return `value` as one would quote it in a sentence."""
    quoted = f"“{value}”" if isinstance(value, str) else repr(value)
    return quoted if len(quoted) <= 60 else f"{quoted[:59]}…"
