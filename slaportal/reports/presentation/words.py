"""A report's plain values as one reads them: words for page, PDF, sheets and mail alike. Pure.

Everything here is display text in the language that is in force; the numbers stay as `selectors.compiling` made them.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from slaportal.issues.counting import FEW
from slaportal.lib.canonical import parse_instant
from slaportal.lib.durations import spoken
from slaportal.lib.wording import in_sentence
from slaportal.policies.models import PROMISES, Criticality, Metric
from slaportal.reports.figures import key
from slaportal.reports.presentation.shapes import Cell, Line, Missed, Number, Shown

Data = Mapping[str, Any]
CHANGES: Final = {
    "clear": lazy("clear change"),
    "unclear": lazy("no clear change"),
    "few": lazy("too few to compare"),
}
STATED_WORDS: Final = {
    "met": lazy("met"),
    "breached": lazy("missed"),
    "adjusted_met": lazy("met after exceptions"),
    "adjusted_breached": lazy("missed after exceptions"),
    "not_counted": lazy("not counted"),
}
ASKED_WORDS: Final = {
    "level": lazy("Answer on the level"),
    "answer": lazy("Answer to a question"),
    "confirm": lazy("Confirm or reject a resolution"),
    "exception": lazy("Accept or contest an exception"),
}
AGE_WORDS: Final = ("0–1", "2–5", "6–10", "11–30", "> 30")
# Kinds of what is in neither part of the share, with the anchor of their definition.
ASIDE: Final = (
    ("undecided", lazy("Undecided")),
    ("withdrawn", lazy("Withdrawn before due")),
    ("duplicate", lazy("Duplicate before due")),
    ("waived", lazy("Waived by exception")),
    ("extended", lazy("Missed, in added time")),
    ("imported", lazy("Before counting began")),
)


def present(data: Data, *, checksum: str = "") -> Shown:
    """Return a report in words. `data` are the values as they are kept: instants as canonical text."""
    begins, ends, cut = (parse_instant(data[name]) for name in ("begins", "ends", "cut"))
    period = period_words(data)
    return Shown(
        title=title_of(data),
        organization=data["organization"],
        cadence=data["cadence"],
        period=period,
        zone=data["zone"],
        verdict=data.get("verdict") or verdict_of(data),
        lines=[_line(row, data) for row in data["rows"]],
        missed=[_missed(one) for one in data["breaches"]],
        trend=[_cell(cell, data["zone"]) for cell in data["trend"]],
        flow=[_flow(one) for one in data["flow"]],
        classification=_classification(data["classification"]),
        waiting=[_waiting(one) for one in data["waiting"]],
        asked=[{"label": str(ASKED_WORDS[one["kind"]]), **one} for one in data["asked"]],
        aside=_aside(data),
        changes=[_change(one, data["zone"]) for one in data["changes"]],
        footer=_footer(data, checksum),
        begins=begins,
        ends=ends,
        cut=cut,
        satisfaction=[_satisfaction(one) for one in data["satisfaction"] if one["asked"]],
        actions=[
            {**one, "due": date_format(date.fromisoformat(one["due"]), "j M Y")} for one in data["actions"]
        ],
    )


def title_of(data: Data) -> str:
    """Return what the report is called, such as “Weekly report: Critical and High”."""
    levels = _and([str(Criticality(level).label) for level in data["levels"]])
    words = _("Weekly report: %(levels)s") if data["cadence"] == "weekly" else _("Monthly report: %(levels)s")
    return words % {"levels": levels}


def period_words(data: Data) -> str:
    """Return the days of the period, both ends included."""
    first = date.fromisoformat(data["first"])
    last = date.fromisoformat(data["after"]) - timedelta(days=1)
    return f"{date_format(first, 'j M Y')} – {date_format(last, 'j M Y')}"


def verdict_of(data: Data) -> str:
    """Return the first sentence of the report by rule: what was kept, then what was late and how many say why."""
    rows = [row for row in data["rows"] if row["met"] + row["breached"]]
    if not rows:
        return _("Nothing fell due in this period.")
    late = [row for row in rows if row["breached"]]
    if not late:
        levels = _and(
            [str(Criticality(level).label) for level in dict.fromkeys(row["level"] for row in rows)]
        )
        total = sum(row["met"] for row in rows)
        return ngettext(
            "%(levels)s: the one deadline that was decided was met.",
            "%(levels)s: all %(count)s decided deadlines were met.",
            total,
        ) % {"levels": levels, "count": total}
    parts = [
        _("%(late)s of %(decided)s %(level)s %(metric)s deadlines missed")
        % {
            "late": row["breached"],
            "decided": row["met"] + row["breached"],
            "level": Criticality(row["level"]).label,
            "metric": in_sentence(Metric(row["metric"]).label),
        }
        for row in late
    ]
    sentence = f"{_and(parts)}. "
    if len(late) < len(rows):
        sentence += _("Everything else was met.") + " "
    missing = sum(not one["reason"] for one in data["breaches"])
    if not missing:
        return sentence + _("Each has its reason on record.")
    words = ngettext("One reason is missing.", "%(count)s reasons are missing.", missing)
    return sentence + words % {"count": missing}


def share_words(met: int, decided: int) -> str:
    """Return a share: “none decided”, the fraction alone under five, else the percentage."""
    if not decided:
        return _("none decided")
    if decided < FEW:
        return f"{met}/{decided}"
    percent = round(100 * met / decided, 1)
    return f"{number_format(percent, 0 if percent == int(percent) else 1)} %"


def _line(row: Data, data: Data) -> Line:
    cell = row["level"], row["metric"]
    decided = row["met"] + row["breached"]
    adjusted = row["adjusted_met"] + row["adjusted_breached"]
    interval = row["interval"]

    def number(kind: str, value: int | None = None) -> Number:
        return Number(row[kind] if value is None else value, key(kind, *cell))

    return Line(
        level=row["level"],
        metric=row["metric"],
        level_label=str(Criticality(row["level"]).label),
        metric_label=str(Metric(row["metric"]).label),
        promise=_promise(data, *cell),
        met=number("met"),
        decided=number("decided", decided),
        missed=number("breached"),
        strict=share_words(row["met"], decided),
        adjusted=share_words(row["adjusted_met"], adjusted) if adjusted or decided else "",
        interval=f"{_percent(interval[0])}–{_percent(interval[1])}" if interval else "",
        left=_left(row["left"]),
        left_bad=row["left"] is not None and row["left"] < 0,
        undecided=number("undecided"),
        at_risk=number("at_risk"),
        stopped=number("stopped"),
        median=_seconds(row["median"]),
        p90=_seconds(row["p90"]),
        survival=_survival(row),
    )


def _promise(data: Data, level: str, metric: str) -> str:
    for one in data["promises"]:
        if (one["level"], one["metric"]) == (level, metric):
            amount = Decimal(one["amount"])
            number = number_format(f"{amount.normalize():f}")
            return str(
                PROMISES[one["bound"], one["unit"]] % {"count": 1 if amount == 1 else 2, "amount": number}
            )
    return ""


def _left(left: int | None) -> str:
    if left is None:
        return "–"
    if left == 0:
        return _("none")
    return str(left) if left > 0 else _("%(count)s too many") % {"count": -left}


def _survival(row: Data) -> str:
    if not row["cohort"]:
        return "–"
    return _seconds(row["survival"]) if row["survival"] is not None else _("more than half still open")


def _missed(one: Data) -> Missed:
    late = spoken(timedelta(seconds=one["late"]))
    return Missed(
        reference=one["reference"],
        title=one["title"],
        level=one["level"],
        level_label=str(Criticality(one["level"]).label),
        metric_label=str(Metric(one["metric"]).label),
        due=parse_instant(one["due"]),
        late=late if one["over"] else _("%(time)s, not done yet") % {"time": late},
        reason=one["reason"],
        plan=one["plan"],
    )


def _cell(cell: Data, zone: str) -> Cell:
    there = ZoneInfo(zone)
    points = []
    for place, point in enumerate(cell["points"]):
        day = parse_instant(point["begins"]).astimezone(there)
        interval = [end / 1000 for end in point["interval"]] if point["interval"] else None
        points.append(
            {
                "met": point["met"],
                "decided": point["decided"],
                "share": point["met"] / point["decided"] if point["decided"] else None,
                "interval": interval,
                "label": date_format(day, "j M"),
                "list": key("decided", cell["level"], cell["metric"], str(place)),
                "met_list": key("met", cell["level"], cell["metric"], str(place)),
            }
        )
    last = len(points) - 1
    behind = cell["level"], cell["metric"], str(last)
    return Cell(
        label=f"{Criticality(cell['level']).label}, {in_sentence(Metric(cell['metric']).label)}",
        change=str(CHANGES[cell["change"]]),
        points=points,
        last=Number(points[last]["met"], key("met", *behind)),
        last_decided=Number(points[last]["decided"], key("decided", *behind)),
    )


def _flow(one: Data) -> dict[str, Any]:
    level = one["level"]
    numbers = {
        kind: Number(one[kind], key(kind, level)) for kind in ("opened", "resolved", "reopened", "open")
    }
    ages = [Number(count, key(f"aged{place}", level)) for place, count in enumerate(one["ages"])]
    reopened = share_words(one["reopened"], one["resolved"]) if one["resolved"] else "–"
    label = str(Criticality(level).label)
    return {
        "level": level,
        "label": label,
        **numbers,
        "ages": list(zip(ages, AGE_WORDS, strict=True)),
        "oldest": one["oldest"],
        "rate": reopened,
    }


def _classification(part: Data) -> dict[str, Any]:
    numbers = {kind: Number(part[kind], kind) for kind in ("settled", "agreed_first", "lapsed", "disputed")}
    return {
        **numbers,
        "share": share_words(part["agreed_first"], part["settled"]),
        "median": _seconds(part["median"]),
    }


def _waiting(one: Data) -> dict[str, Any]:
    on = {"client": _("Client"), "third_party": _("Third party")}[one["on"]]
    return {**one, "party": on, "length": spoken(timedelta(seconds=one["seconds"]))}


def _satisfaction(one: Data) -> str:
    label, answers, asked = Criticality(one["level"]).label, one["answers"], one["asked"]
    if one["satisfied"] is None:
        return _("%(level)s: %(answers)s of %(asked)s answered, too few to say more.") % {
            "level": label,
            "answers": answers,
            "asked": asked,
        }
    low, high = one["interval"]
    return _(
        "%(level)s: %(share)s satisfied (%(satisfied)s of %(answers)s, interval %(low)s–%(high)s); %(asked)s were asked."
    ) % {
        "level": label,
        "share": share_words(one["satisfied"], answers),
        "satisfied": one["satisfied"],
        "answers": answers,
        "low": _percent(low),
        "high": _percent(high),
        "asked": asked,
    }


def _aside(data: Data) -> list[dict[str, Any]]:
    """Return the kinds of what is in neither part of a share, each with its number by level and metric."""
    return [
        {
            "kind": kind,
            "label": str(label),
            "total": sum(row[kind] for row in data["rows"]),
            "cells": [Number(row[kind], key(kind, row["level"], row["metric"])) for row in data["rows"]],
        }
        for kind, label in ASIDE
    ]


def _change(one: Data, zone: str) -> dict[str, Any]:
    there = ZoneInfo(zone)
    first = parse_instant(one["begins"]).astimezone(there)
    cell = f"{Criticality(one['level']).label}, {in_sentence(Metric(one['metric']).label)}"
    issues = [*one["added"], *one["removed"]]
    kind = str(STATED_WORDS[one["kind"]])
    return {**one, "since": date_format(first, "j M Y"), "cell": cell, "label": kind, "issues": issues}


def _footer(data: Data, checksum: str) -> list[tuple[str, str]]:
    there = ZoneInfo(data["zone"])

    def local(name: str) -> str:
        at: datetime = parse_instant(data[name]).astimezone(there)
        return f"{date_format(at, 'j M Y')}, {at:%H:%M}"

    rows = [
        (_("Period"), f"[{local('begins')}, {local('ends')}) {data['zone']}"),
        (_("Data cut"), f"{local('cut')} {data['zone']}"),
        (_("Agreement"), f"{data['policy']}, {_('version %(number)s') % {'number': data['policy_version']}}"),
        (_("Share to be met"), f"{number_format(Decimal(str(data['target'])).normalize())} %"),
        (_("Definitions"), _("edition %(number)s") % {"number": data["definitions"]}),
        (_("Ledger"), _("as of event %(number)s") % {"number": data["ledger_position"]}),
    ]
    if sealed := data.get("checkpoint"):
        rows.append((_("Checkpoint"), f"{sealed['log']}, {sealed['size']}, {sealed['root']}"))
    return [*rows, (_("Checksum"), checksum)] if checksum else rows


def _seconds(seconds: int | None) -> str:
    return "–" if seconds is None else spoken(timedelta(seconds=seconds))


def _percent(thousandths: int) -> str:
    return number_format(round(thousandths / 10))


def _and(words: Sequence[str]) -> str:
    """Return words as one enumerates them."""
    if len(words) < 2:
        return "".join(words)
    return _("%(some)s and %(last)s") % {"some": ", ".join(words[:-1]), "last": words[-1]}
