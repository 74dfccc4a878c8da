"""One question to the clock as JSON, and its answer: the format of `manage.py deadlines` (docs/clock.md).

Pure: standard library and the clock, so that a page or the API can answer the same questions.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from slaportal.policies.clock import (
    Calendar,
    ClockError,
    Pause,
    Span,
    Unit,
    deadline,
    derive,
    elapsed,
    from_micros,
    to_micros,
)

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?"
)
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_ALWAYS = Calendar.always()
# Lines of one file mostly share a few calendars; each is parsed once. Emptied when full, so it stays small.
_CALENDARS_KEPT = 512
_calendars: dict[str, Calendar] = {}


def answer_line(line: str) -> dict[str, object]:
    """The answer to one JSON line; what cannot be answered gives ``{"id", "error"}``, never an exception."""
    name: object = None
    try:
        question = _decode(line)
        if not isinstance(question, dict):
            raise ClockError(f"Write each line as a JSON object; this one is {_json_kind(question)}.")
        name = question.get("id")
        return answer(question)
    except ClockError as refusal:
        return {"id": name, "error": str(refusal)}


def answer(question: Mapping[str, object]) -> dict[str, object]:
    """The answer to one question (docs/clock.md); raises ClockError with a sentence that says what to do.

    With ``amount``: ``{"id", "due"}``, where ``due`` is None and ``state`` "paused" while an open pause
    stops the clock. With ``end``: ``{"id", "elapsed"}``. With ``explain``: ``spans`` too.
    """
    start, unit = _instant(question.get("start"), "start"), _unit(question.get("unit"))
    calendar, pauses = _calendar(question.get("calendar")), _pauses(question.get("pauses"))
    amount, end, explain = question.get("amount"), question.get("end"), question.get("explain")
    if explain is not None and not isinstance(explain, bool):
        raise ClockError("Write explain as true or false.")
    if (amount is None) == (end is None):
        raise ClockError("Give either amount (for the due instant) or end (for the elapsed amount).")
    found: dict[str, object] = {"id": question.get("id")}
    until: datetime | None
    if end is not None:
        until = _instant(end, "end")
        spent = elapsed(start=start, end=until, unit=unit, calendar=calendar, pauses=pauses)
        found["elapsed"] = _number(spent)
    else:
        until = deadline(start=start, amount=_amount(amount), unit=unit, calendar=calendar, pauses=pauses)
        found["due"] = None if until is None else instant_text(until)
        if until is None:
            found["state"] = "paused"
    if explain:
        found["spans"] = _spans(start, until, unit, calendar, pauses)
    return found


def written(found: Mapping[str, object]) -> str:
    """An answer as one line of JSON, without the line's end; ASCII only."""
    return _encoder.encode(found)


def instant_text(instant: datetime) -> str:
    """An instant as ``2026-12-18T09:00:00Z``, with six decimals of the second only if they are not zero."""
    return from_micros(to_micros(instant, "the instant")).isoformat().removesuffix("+00:00") + "Z"


def _spans(
    start: datetime, until: datetime | None, unit: Unit, calendar: Calendar, pauses: list[Pause]
) -> list[dict[str, object]]:
    """The derivation up to ``until``, or up to the pause that has no end, which is then the last span."""
    standing: Pause | None = None
    if until is None:
        standing = min((pause for pause in pauses if pause.end is None), key=lambda pause: pause.start)
        until = max(start, standing.start)
    spans = derive(start=start, end=until, unit=unit, calendar=calendar, pauses=pauses)
    written_out = [_span(span) for span in spans]
    if standing is not None:
        # A pause just before may carry the same label; with no end known they stay two lines.
        total = spans[-1].total if spans else Fraction(0)
        last = Span(until, until, "paused", standing.label, Fraction(0), total)
        written_out.append({**_span(last), "end": None})
    return written_out


def _span(span: Span) -> dict[str, object]:
    return {
        "start": instant_text(span.start),
        "end": instant_text(span.end),
        "kind": span.kind,
        "label": span.label,
        "amount": _number(span.amount),
        "total": _number(span.total),
    }


def _decode(line: str) -> object:
    try:
        return _decoder.decode(line)
    except RecursionError:
        raise ClockError("Write less deeply nested JSON.") from None
    except (ValueError, ArithmeticError) as problem:
        raise ClockError(f"Write each line as one JSON object; this one is not JSON: {problem}.") from None


# NaN and Infinity come through as decimals, so that the field they stand in refuses them under the line's id.
_decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=Decimal)


def _calendar(data: object) -> Calendar:
    if data is None:
        return _ALWAYS
    if not isinstance(data, Mapping):
        raise ClockError("Write calendar as an object with timezone and weekly, or null for 24×7.")
    key = repr(data)
    calendar = _calendars.get(key)
    if calendar is None:
        calendar = Calendar.parse(data)
        if len(_calendars) >= _CALENDARS_KEPT:
            _calendars.clear()
        _calendars[key] = calendar
    return calendar


def _instant(data: object, name: str) -> datetime:
    """An instant written as ISO 8601 with its offset; more than microseconds would be lost, so is refused."""
    try:
        if not isinstance(data, str) or not _INSTANT.fullmatch(data):
            raise ValueError(data)
        instant = datetime.fromisoformat(data.upper())
    except ValueError:
        seen = "it is missing" if data is None else f"{str(data)[:60]!r} is not that"
        raise ClockError(f"Give {name} as YYYY-MM-DDTHH:MM:SS+HH:MM or with Z; {seen}.") from None
    to_micros(instant, name)
    return instant


def _unit(data: object) -> Unit:
    try:
        if not isinstance(data, str):
            raise ValueError(data)
        return Unit(data)
    except ValueError:
        raise ClockError(f"Give unit as one of {', '.join(Unit)}.") from None


def _amount(data: object) -> Decimal | int:
    """A number or its text; only plain decimal text, no fraction and no digit separators."""
    if isinstance(data, str) and _NUMBER.fullmatch(data):
        return Decimal(data)
    if isinstance(data, float):
        return Decimal(repr(data))
    if isinstance(data, bool) or not isinstance(data, int | Decimal):
        raise ClockError("Give amount as a number or as decimal text such as 1.5.")
    return data


def _pauses(data: object) -> list[Pause]:
    if data is None:
        return []
    if not isinstance(data, list | tuple):
        raise ClockError("Write pauses as a list of [start, end].")
    return [_pause(pause) for pause in data]


def _pause(data: object) -> Pause:
    if isinstance(data, Mapping):
        data = [data.get("start"), data.get("end"), data.get("label", "")]
    if not isinstance(data, list | tuple) or len(data) not in {2, 3}:
        raise ClockError(
            "Write each pause as [start, end] or [start, end, label], with end null while it lasts."
        )
    label = data[2] if len(data) == 3 else ""
    if not isinstance(label, str):
        raise ClockError("Write the label of a pause as text.")
    end = None if data[1] is None else _instant(data[1], "the end of a pause")
    return Pause(_instant(data[0], "the start of a pause"), end, label)


def _number(value: Fraction) -> int | float:
    """A whole number as it is, any other as the double nearest to the exact fraction."""
    return value.numerator if value.denominator == 1 else float(value)


def _decimal_json(value: object) -> object:
    """An ``id`` that was a decimal number: as that number if a double holds it, else as its text."""
    if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
        return float(value)
    return str(value)


_encoder = json.JSONEncoder(default=_decimal_json)


def _json_kind(value: object) -> str:
    kinds = {type(None): "null", bool: "true or false", str: "text", list: "a list"}
    return kinds.get(type(value), "a number")
