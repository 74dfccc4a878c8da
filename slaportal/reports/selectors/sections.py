"""The parts of a status report beyond the table: what was missed, what came in and went out, who waits for whom."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from slaportal.escalations.models import BreachReason, SlaException
from slaportal.escalations.selectors.reasons import EXPLAINS
from slaportal.feedback.models import ActionItem
from slaportal.feedback.selectors.surveys import satisfaction
from slaportal.issues.models import Issue, Obligation, Pause
from slaportal.lib.statistics import nearest_rank
from slaportal.lib.wording import neutral
from slaportal.policies import clock
from slaportal.policies.clock import Unit
from slaportal.reports.figures import Item, Lists, key, thousandths, whole
from slaportal.reports.selectors.gathering import PART, Gathered

# Working days of age: up to so many, and the rest.
AGES = (1, 5, 10, 30)
LONGEST = 12
Part = dict[str, Any]


def breaches(gathered: Gathered, levels: Sequence[str]) -> list[Part]:
    """Return every breach of the period, Critical first, with its reason or none and what is done about it.

    `late` is in seconds, up to the stop or, where it goes on, to the data cut.
    """
    begins, ends = gathered.period.begins, gathered.period.ends
    found = Obligation.objects.filter(
        issue__agreement=gathered.agreement,
        outcome="breached",
        decided_at__gte=begins,
        decided_at__lt=ends,
        level__in=levels,
    ).select_related("issue", "breach_reason")
    if gathered.agreement.counts_from:
        found = found.filter(issue__submitted_at__gte=gathered.agreement.counts_from)
    rows = list(found.order_by("decided_at", "pk"))
    exceptions = _exceptions(rows)
    listed = [_breach(row, exceptions.get((row.issue_id, row.metric)), gathered.cut) for row in rows]
    return sorted(listed, key=lambda one: levels.index(one["level"]))


def _exceptions(rows: Sequence[Obligation]) -> dict[tuple[int, str], SlaException]:
    """Return the exceptions that explain, the last one of each clock."""
    issues = sorted({row.issue_id for row in rows})
    found: dict[tuple[int, str], SlaException] = {}
    for start in range(0, len(issues), PART):
        granted = SlaException.objects.filter(issue__in=issues[start : start + PART], status__in=EXPLAINS)
        for one in granted.order_by("requested_at", "pk"):
            found[one.issue_id, one.metric] = one
    return found


def _breach(row: Obligation, exception: SlaException | None, cut: datetime) -> Part:
    assert row.decided_at is not None
    over = row.stopped_at is not None and row.stopped_at <= cut
    given: BreachReason | None = getattr(row, "breach_reason", None)
    reason = f"{neutral(given.get_code_display)}: {given.sentence}" if given else ""
    if exception and not reason:
        reason = f"{neutral(exception.get_cause_display)}: {exception.reason}"
    return {
        "reference": row.issue.reference,
        "title": row.issue.title,
        "level": row.level,
        "metric": row.metric,
        "due": row.decided_at,
        "late": int(((row.stopped_at if over and row.stopped_at else cut) - row.decided_at).total_seconds()),
        "over": over,
        "reason": reason,
        "plan": exception.plan if exception else "",
        "adjusted": row.adjusted_outcome,
    }


def flow(gathered: Gathered, levels: Sequence[str]) -> tuple[list[Part], Lists]:
    """Return for each level what was opened, resolved and reopened, what was open at the end and how old it was."""
    begins, ends = gathered.period.begins, gathered.period.ends
    lists: Lists = defaultdict(list)
    opened = Issue.objects.filter(
        agreement=gathered.agreement, submitted_at__gte=begins, submitted_at__lt=ends
    )
    for reference in opened.order_by("submitted_at", "pk").values_list("reference", flat=True):
        lists[key("opened", gathered.level_of(reference))].append(reference)
    for reference, told in gathered.told.items():
        level = gathered.level_of(reference)
        for kind in ("resolved", "reopened"):
            if any(one.kind == f"issue.{kind}" and one.at >= begins for one in told):
                lists[key(kind, level)].append(reference)
    hours = gathered.agreement.hours()
    still_open = [item for item in gathered.items if item.metric == "resolution" and _open(item, ends)]
    for item in still_open:
        level = gathered.level_of(item.reference) or item.level
        lists[key("open", level)].append(item.reference)
        lists[key(f"aged{_age(item, hours, at=ends)}", level)].append(item.reference)
    parts = [_level_flow(lists, level) for level in levels]
    kept = {name: found for name, found in lists.items() if name.partition("/")[2] in levels}
    return parts, kept


def _level_flow(lists: Lists, level: str) -> Part:
    def number(kind: str) -> int:
        return len(lists.get(key(kind, level), ()))

    return {
        "level": level,
        **{kind: number(kind) for kind in ("opened", "resolved", "reopened", "open")},
        "ages": [number(f"aged{place}") for place in range(len(AGES) + 1)],
        "oldest": next(iter(lists.get(key("open", level), ())), ""),
    }


def _open(item: Item, ends: datetime) -> bool:
    gone = item.ended_as and (item.decided_at is None or item.decided_at < ends)
    return not gone and (item.stopped_at is None or item.stopped_at >= ends)


def _age(item: Item, hours: clock.Calendar, *, at: datetime) -> int:
    """Return the bucket of AGES by working days of the agreement's calendar."""
    days = clock.elapsed(start=item.started_at, end=at, unit=Unit.BUSINESS_DAYS, calendar=hours)
    return sum(days > limit for limit in AGES)


def classification(gathered: Gathered, levels: Sequence[str]) -> tuple[Part, Lists]:
    """Return how levels were settled: at the client's first proposal, raised, lowered, disputed; median in seconds."""
    begins = gathered.period.begins
    lists: Lists = defaultdict(list)
    lengths = []
    for reference, told in gathered.told.items():
        if gathered.level_of(reference) not in levels:
            continue
        if any(one.kind == "classification.disputed" and one.at >= begins for one in told):
            lists["disputed"].append(reference)
        governed = [one for one in told if one.kind == "level.governs"]
        settled = next((one for one in governed if not one.data["provisional"]), None)
        if settled is None or settled.at < begins:
            continue
        lists["settled"].append(reference)
        lengths.append((settled.at - governed[0].at).total_seconds())
        countered = any(one.kind == "classification.countered" and one.at < settled.at for one in told)
        if settled.data["how"] == "agreed" and not countered:
            lists["agreed_first"].append(reference)
        if settled.data["how"] == "lapsed":
            lists["lapsed"].append(reference)
    numbers = {kind: len(lists[kind]) for kind in ("settled", "agreed_first", "lapsed", "disputed")}
    return {**numbers, "median": whole(nearest_rank(lengths, 50))}, dict(lists)


def waiting(gathered: Gathered, levels: Sequence[str]) -> list[Part]:
    """Return the time of waiting in the period by party and reason, the longest first; seconds, pauses struck out not."""
    begins, ends = gathered.period.begins, gathered.period.ends
    found = Pause.objects.filter(
        issue__agreement=gathered.agreement, issue__level__in=levels, began_at__lt=ends
    ).filter(Q(ended_at__isnull=True) | Q(ended_at__gt=begins))
    sums: dict[tuple[str, str, bool], tuple[timedelta, set[str]]] = {}
    for pause in found.exclude(contest=Pause.Contest.UPHELD).select_related("issue").order_by("pk"):
        length = min(pause.ended_at or ends, ends) - max(pause.began_at, begins)
        group = pause.on, pause.reason, pause.stops_clock
        before, issues = sums.get(group, (timedelta(), set()))
        sums[group] = before + length, issues | {pause.issue.reference}
    rows: list[Part] = [
        {
            "on": on,
            "reason": reason,
            "stops_clock": stops,
            "seconds": int(length.total_seconds()),
            "issues": sorted(issues),
        }
        for (on, reason, stops), (length, issues) in sums.items()
    ]
    return sorted(rows, key=lambda row: -row["seconds"])[:LONGEST]


def asked_of_client(gathered: Gathered, levels: Sequence[str]) -> list[Part]:
    """Return what the client has to decide or answer at the cut, by kind, with the issues."""
    issues = Issue.objects.filter(agreement=gathered.agreement, level__in=levels)
    granted = SlaException.objects.filter(issue__in=issues, status=SlaException.Status.APPROVED)
    asked: list[tuple[str, Iterable[str]]] = [
        ("level", _references(issues.live().filter(awaiting_level_from="client"))),
        ("answer", _references(issues.filter(state="waiting", waiting_on="client"))),
        ("confirm", _references(issues.filter(state="resolved"))),
        (
            "exception",
            granted.order_by("requested_at").values_list("issue__reference", flat=True),
        ),
    ]
    return [{"kind": kind, "issues": list(dict.fromkeys(found))} for kind, found in asked if found]


def satisfied(gathered: Gathered, levels: Sequence[str]) -> list[Part]:
    """Return for each level how many were asked about issues, answered, and were satisfied; None under five answers."""
    period = gathered.period
    found = satisfaction(gathered.agreement.organization, begins=period.begins, ends=period.ends).by_level
    return [
        {
            "level": level,
            "asked": found[level].asked,
            "answers": found[level].n,
            "satisfied": found[level].satisfied if found[level].shown else None,
            "interval": thousandths(found[level].interval),
        }
        for level in levels
    ]


def overdue_actions(gathered: Gathered, levels: Sequence[str]) -> list[Part]:
    """Return the actions of post-mortems that were promised to the client and are overdue at the cut, the oldest first."""
    promised = ActionItem.objects.committed().filter(
        for_client=True,
        promised_at__isnull=False,
        postmortem__issue__agreement=gathered.agreement,
        postmortem__issue__level__in=levels,
    )
    rows = promised.overdue(gathered.cut).values_list("postmortem__issue__reference", "text", "due_on")
    return [{"reference": issue, "text": text, "due": f"{due:%Y-%m-%d}"} for issue, text, due in rows]


def _references(issues: Any) -> list[str]:
    return list(issues.order_by("submitted_at", "pk").values_list("reference", flat=True))
