"""The agreement's hours and derivations as one reads them: words, widths and rows for pages and documents. Pure.

Everything here is display text; the numbers behind it stay in `clock` and `reckoning`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from slaportal.lib.durations import spoken
from slaportal.policies.clock import Calendar, Span, Unit, Window
from slaportal.policies.hours import windows_text
from slaportal.policies.reckoning import LEVELS

KINDS = {
    "counted": _("Counted"),
    "closed": _("Support closed"),
    "holiday": _("Holiday"),
    "paused": _("Paused"),
    "added": _("Added by exception"),
}
_HOURS_OF = {
    Unit.MINUTES: Fraction(1, 60),
    Unit.HOURS: Fraction(1),
    Unit.DAYS: Fraction(24),
    Unit.BUSINESS_MINUTES: Fraction(1, 60),
    Unit.BUSINESS_HOURS: Fraction(1),
}
WEEKDAY_NAMES = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
# Labels of pauses as the ledger keeps them, in words for the reader.
LABELS = {"Waiting on client": _("Waiting on client"), "Waiting on third party": _("Waiting on third party")}
SHORT_LIST = 12  # longer derivations are folded on pages; the strip and the sums stand above them anyway


@dataclass(frozen=True, slots=True)
class Line:
    """One span of a derivation: a row of its table and a rectangle of its strip (`x`, `width` of 100)."""

    start: datetime
    end: datetime
    kind: str
    kind_label: str
    label: str
    length: str
    amount: str
    total: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Sum:
    """All spans of one kind together: how long, how many, and by what names."""

    kind: str
    label: str
    length: str
    count: int
    names: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A derivation as components/derivation.html draws it; `words` says the strip to those who cannot see it."""

    lines: tuple[Line, ...]
    sums: tuple[Sum, ...]
    words: str
    total: str
    folded: bool


@dataclass(frozen=True, slots=True)
class Day:
    """The hours of one weekday in words; `windows` is “closed” where there are none."""

    name: str
    windows: str
    open: bool


@dataclass(frozen=True, slots=True)
class Closure:
    """A day with other hours than its weekday's: closed, or open at other times."""

    day: date
    name: str
    windows: str


def strip_of(spans: Sequence[Span], unit: str) -> Strip:
    """Return the spans of `clock.derive` (and `added` ones) for display; amounts are said in `unit`."""
    lines = tuple(_lines(spans, Unit(unit)))
    sums = tuple(
        _sum(kind, [span for span in spans if span.kind == kind], Unit(unit))
        for kind in KINDS
        if any(span.kind == kind for span in spans)
    )
    return Strip(
        lines=lines,
        sums=sums,
        words="; ".join(f"{one.label}: {one.length}" for one in sums),
        total=amount_text(spans[-1].total, Unit(unit)) if spans else amount_text(Fraction(0), Unit(unit)),
        folded=len(lines) > SHORT_LIST,
    )


def amount_text(amount: Fraction, unit: Unit) -> str:
    """Return an amount of `unit` in words: durations as such, business days as days and their parts."""
    if unit is Unit.BUSINESS_DAYS:
        days = f"{float(round(amount, 2)):.2f}".rstrip("0").rstrip(".")
        return ngettext("%(days)s business day", "%(days)s business days", 1 if days == "1" else 2) % {
            "days": number_format(days)
        }
    if not amount:
        return gettext("%(minutes)d min") % {"minutes": 0}
    return spoken(timedelta(seconds=float(amount * _HOURS_OF[unit] * 3600)))


def week_of(calendar: Calendar) -> list[Day]:
    """Return the hours of the seven weekdays, Monday first."""
    return [
        Day(str(name), _windows(windows), bool(windows))
        for name, windows in zip(WEEKDAY_NAMES, calendar.weekly, strict=True)
    ]


def next_closures(calendar: Calendar, *, after: date, most: int = 5) -> list[Closure]:
    """Return the next days from `after` on that are not like their weekday: holidays and special days."""
    found = []
    for day in sorted({*calendar.holidays, *calendar.special}):
        if day >= after and calendar.hours(day) != calendar.weekly[day.weekday()]:
            name = calendar.holidays.get(day, "") or gettext("Special hours")
            found.append(Closure(day, name, _windows(calendar.hours(day))))
        if len(found) == most:
            break
    return found


def impact_lines(table: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the table of impact questions as (level, condition in words), in the order in which it is read."""
    questions = {question["key"]: question for question in table.get("questions", ())}
    found = []
    for line in table.get("lines", ()):
        conditions = [_condition(questions[key], allowed) for key, allowed in line["when"].items()]
        found.append((str(line["level"]), gettext(" and ").join(conditions)))
    if found:
        found.append((str(table["otherwise"]), gettext("in every other case")))
    return found


def by_level(parts: Iterable[Any]) -> list[Any]:
    """Return parts that have a `level` with the strictest first."""
    return sorted(parts, key=lambda part: LEVELS.index(part.level))


def _condition(question: Mapping[str, Any], allowed: Iterable[str]) -> str:
    """Say which answers meet a condition; “not sure” stands with the answer it counts as."""
    wanted = set(allowed)
    words = [
        answer["text"].lower()
        for answer in question["answers"]
        if answer["key"] in wanted or answer.get("counts_as") in wanted
    ]
    return gettext("“%(question)s” is answered %(answers)s") % {
        "question": question["text"],
        "answers": gettext(" or ").join(words),
    }


def _windows(windows: tuple[Window, ...]) -> str:
    return windows_text(windows) if windows else gettext("closed")


def _label(span: Span) -> str:
    return str(LABELS.get(span.label, span.label))


def _lines(spans: Sequence[Span], unit: Unit) -> Iterable[Line]:
    if not spans:
        return
    begin = spans[0].start
    whole = (spans[-1].end - begin) or timedelta(seconds=1)
    for span in spans:
        label = _label(span) if span.kind != "added" else ""
        yield Line(
            start=span.start,
            end=span.end,
            kind=span.kind,
            kind_label=str(KINDS[span.kind]),
            label=label,
            length=spoken(span.end - span.start),
            amount=amount_text(span.amount, unit) if span.amount else "",
            total=amount_text(span.total, unit),
            x=f"{(span.start - begin) / whole * 100:.3f}",
            width=f"{(span.end - span.start) / whole * 100:.3f}",
        )


def _sum(kind: str, spans: Sequence[Span], unit: Unit) -> Sum:
    """Add spans of one kind up: counted ones in the unit of the promise, others as time on the wall."""
    length = spoken(sum((span.end - span.start for span in spans), timedelta()))
    if kind == "counted":
        length = amount_text(sum((span.amount for span in spans), Fraction(0)), unit)
    names = ", ".join(dict.fromkeys(_label(span) for span in spans if span.label and kind != "added"))
    return Sum(kind, str(KINDS[kind]), length, len(spans), names)
