"""One value, one text: the canonical JSON that the ledger stores and hashes."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any


def instant(moment: datetime) -> str:
    """Return an aware instant as ISO 8601 in UTC with exactly six decimals."""
    if moment.tzinfo is None:
        raise ValueError("An instant needs a time zone.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_instant(text: str) -> datetime:
    """Return the aware UTC instant that `instant` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def dumps(value: dict[str, Any]) -> str:
    """Return `value` as JSON with sorted keys, no spaces, instants by `instant`; floats are refused.

    Two equal values give the same bytes on every machine, which a float would not promise.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case datetime():
            return instant(value)
        case Decimal():
            return format(value, "f")
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form; write it as text or integer.")
