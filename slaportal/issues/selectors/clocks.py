"""The clocks as people see them: nine states, each with words (users of both parties see the same)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from slaportal.issues.models import Issue, Obligation
from slaportal.issues.selectors.history import clock_events, reckoning_of
from slaportal.lib.durations import spoken
from slaportal.policies import clock
from slaportal.policies.clock import Unit
from slaportal.policies.models import Metric
from slaportal.policies.presentation import LABELS
from slaportal.policies.reckoning import Outcome, Reckoning, State

BUSINESS = (Unit.BUSINESS_MINUTES, Unit.BUSINESS_HOURS, Unit.BUSINESS_DAYS)
# What a clock says, by metric: whole phrases, since other languages order the words otherwise.
WORDS: Final[Mapping[str, Mapping[str, Any]]] = {
    Metric.RESPONSE: {
        "do": _("Respond"),
        "left": _("Respond in %(time)s"),
        "waits": _("Respond in %(time)s – starts when support opens"),
        "in_time": _("Met – responded in time"),
        "early": _("Met – responded %(time)s before due"),
        "met": _("Met – responded"),
        "late": _("Breached – responded %(time)s late"),
        "missed": _("Breached – not responded in time"),
    },
    Metric.RESOLUTION: {
        "do": _("Resolve"),
        "left": _("Resolve in %(time)s"),
        "waits": _("Resolve in %(time)s – starts when support opens"),
        "in_time": _("Met – resolved in time"),
        "early": _("Met – resolved %(time)s before due"),
        "met": _("Met – resolved"),
        "late": _("Breached – resolved %(time)s late"),
        "missed": _("Breached – not resolved in time"),
    },
}


@dataclass(frozen=True, slots=True)
class ClockFace:
    """One clock at one instant, ready to be shown by components/clock.html.

    `state` is one of not_started, running, at_risk, paused, outside_hours, breaching, met, breached, cancelled.
    `headline` says it in words; `due` is the instant behind it, None while there is none. `remaining_seconds` is
    what the browser counts down: None where the target counts business time or the clock stands still.
    `adjusted_due` is the due instant with exceptions, None where it is the same as the strict one in `due`.
    """

    metric: str
    metric_label: str
    state: str
    headline: str
    due: datetime | None
    level: str
    provisional: bool
    reopened: bool
    used_percent: int
    remaining_seconds: int | None = None
    note: str = ""
    adjusted_due: datetime | None = None

    @property
    def live(self) -> bool:
        """Whether it still moves."""
        return self.state in ("not_started", "running", "at_risk", "outside_hours", "breaching")


def face(obligation: Obligation, reckoning: Reckoning, *, now: datetime) -> ClockFace:
    """Return how `obligation` is shown at `now`."""
    state = _shown_state(obligation, reckoning, now)
    business = reckoning.basis.rule.unit in BUSINESS
    ticking = reckoning.due is not None and not business and state in ("running", "at_risk", "breaching")
    budget = Fraction(reckoning.basis.rule.amount)
    return ClockFace(
        metric=obligation.metric,
        metric_label=obligation.get_metric_display(),
        state=state,
        headline=_headline(obligation, reckoning, state, now),
        due=reckoning.due,
        level=reckoning.level,
        provisional=reckoning.provisional,
        reopened=reckoning.reopened,
        used_percent=max(0, int(reckoning.spent(now) * 100 / budget)),
        remaining_seconds=int((reckoning.due - now).total_seconds()) if ticking and reckoning.due else None,
        note=_note(reckoning, state),
        adjusted_due=_beside(reckoning.due, reckoning.adjusted_due),
    )


def faces(issue: Issue, *, now: datetime) -> list[ClockFace]:
    """Return both clocks of `issue`, response first, recomputed from the events."""
    events = clock_events(issue)
    ordered = sorted(issue.obligations.all(), key=lambda one: one.metric != Metric.RESPONSE)
    found = []
    for obligation in ordered:
        obligation.issue = issue
        found.append(face(obligation, reckoning_of(obligation, events=events, now=now), now=now))
    return found


def list_face(obligation: Obligation, *, now: datetime) -> ClockFace:
    """Return a face from the stored columns alone: lists show many clocks and recompute none.

    The columns are right as of the last act or look; a due instant that has passed since shows as overdue.
    """
    state = str(obligation.state)
    due = obligation.due_at
    if state == State.RUNNING and due is not None:
        if now > due:
            state = str(State.BREACHING)
        elif (due - now) <= (due - obligation.started_at) / 4:
            state = "at_risk"
    says = WORDS[obligation.metric]
    left = says["left"] % {"time": spoken(due - now)} if due else says["do"]
    words = {
        "running": left,
        "at_risk": left,
        "paused": _("Paused"),
        "breaching": _overdue(due, now),
        "met": says["in_time"],
        "breached": _late_words(due, obligation.stopped_at, says),
        "cancelled": _("Not counted"),
    }
    return ClockFace(
        metric=obligation.metric,
        metric_label=obligation.get_metric_display(),
        state=state,
        headline=str(words[state]),
        due=due,
        level=obligation.level,
        provisional=obligation.provisional,
        reopened=obligation.cycle > 1,
        used_percent=0,
        adjusted_due=_beside(due, obligation.adjusted_due_at),
    )


def _beside(strict: datetime | None, adjusted: datetime | None) -> datetime | None:
    """Return the adjusted due instant where it is shown beside the strict one: where they differ."""
    return adjusted if strict is not None and adjusted != strict else None


def next_face(obligations: Iterable[Obligation], *, now: datetime) -> ClockFace | None:
    """Return the face of the clock that needs somebody first, of those still going; None if all have stopped."""
    going = [one for one in obligations if one.state in (State.RUNNING, State.BREACHING, State.PAUSED)]
    if not going:
        return None
    far = now + timedelta(days=36500)
    return list_face(min(going, key=lambda one: (one.due_at or far, one.metric)), now=now)


def _shown_state(obligation: Obligation, reckoning: Reckoning, now: datetime) -> str:
    """Return the display state: a running clock is also at risk, outside hours or not started."""
    if reckoning.state is not State.RUNNING:
        return str(reckoning.state)
    rule = reckoning.basis.rule
    if rule.unit in BUSINESS and not clock.is_open(instant=now, calendar=rule.calendar):
        return "not_started" if reckoning.spent(now) == 0 else "outside_hours"
    shares = obligation.issue.agreement.policy_version.warning_shares
    risky = Fraction(max(shares, default=75), 100) if len(shares) < 2 else Fraction(sorted(shares)[-2], 100)
    return "at_risk" if reckoning.spent(now) >= risky * Fraction(rule.amount) else "running"


def _headline(obligation: Obligation, reckoning: Reckoning, state: str, now: datetime) -> str:
    says = WORDS[obligation.metric]
    due = reckoning.due
    match state:
        case "running" | "at_risk":
            words = says["left"] % {"time": _left(reckoning, now)}
        case "not_started":
            words = says["waits"] % {"time": _left(reckoning, now)}
        case "outside_hours":
            words = gettext("Support closed – %(time)s left") % {"time": _left(reckoning, now)}
        case "paused":
            words = gettext("Paused – %(time)s left") % {"time": _left(reckoning, now)}
        case "breaching":
            words = _overdue(due, now)
        case "met" if due and reckoning.stopped_at:
            words = says["early"] % {"time": spoken(due - reckoning.stopped_at)}
        case "met":
            words = says["met"]
        case "breached":
            words = _late_words(due, reckoning.stopped_at, says)
        case _:
            words = _("Not counted")
    return str(words)


def _overdue(due: datetime | None, now: datetime) -> str:
    return gettext("Overdue by %(time)s") % {"time": spoken(now - due)} if due else gettext("Overdue")


def _late_words(due: datetime | None, stopped_at: datetime | None, says: Mapping[str, Any]) -> str:
    if due is None or stopped_at is None:
        return str(says["missed"])
    return str(says["late"] % {"time": spoken(stopped_at - due)})


def _left(reckoning: Reckoning, now: datetime) -> str:
    """Return what is left in the target's own unit, saying so where it is support time."""
    rule = reckoning.basis.rule
    left = max(Fraction(0), reckoning.remaining(now))
    if rule.unit is Unit.BUSINESS_DAYS:
        tenths = int(left * 10)
        number = f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"
        count = 1 if tenths == 10 else 2
        return ngettext("%(days)s business day", "%(days)s business days", count) % {
            "days": number_format(number)
        }
    seconds = {
        Unit.MINUTES: 60,
        Unit.HOURS: 3600,
        Unit.DAYS: 86400,
        Unit.BUSINESS_MINUTES: 60,
        Unit.BUSINESS_HOURS: 3600,
    }[rule.unit]
    words = spoken(timedelta(seconds=float(left * seconds)))
    return gettext("%(time)s of support time") % {"time": words} if rule.unit in BUSINESS else words


def _note(reckoning: Reckoning, state: str) -> str:
    """Return the one thing a reader must know beside the headline."""
    if state == "paused":
        open_pause = next((pause for pause in reckoning.pauses if pause.end is None), None)
        return str(LABELS.get(open_pause.label, open_pause.label)) if open_pause else ""
    if reckoning.provisional and state in ("breaching", "breached"):
        return gettext("Overdue (provisional): decided when the level is agreed")
    if reckoning.outcome is Outcome.NOT_COUNTED:
        return gettext("Withdrawn or duplicate before it was due")
    return ""
