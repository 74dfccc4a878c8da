"""One issue of the demo while it is being told: its people, its clocks, and the lines so far."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from slaportal.integrations.demo.cast import Client, Line, team
from slaportal.integrations.demo.subjects import Subject
from slaportal.policies import clock, standard
from slaportal.policies.clock import Calendar, Unit

TARGETS = {(one.level, one.metric): one for one in standard.PROMISES}
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(slots=True)
class Stage:
    """Tells one issue in time order; what lies after `now` has not happened yet and is left out.

    So a story is written to its end, and issues of the last days stand in the middle of theirs.
    """

    key: str
    client: Client
    hours: Calendar
    subject: Subject
    level: str
    start: datetime
    now: datetime
    rng: random.Random
    lines: list[Line] = field(default_factory=list)
    reporter: str = ""
    agent: str = ""
    environment: str = ""

    def __post_init__(self) -> None:
        """Choose who reports and who works on it."""
        self.reporter = self.rng.choice(self.client.by_role("client_reporter"))
        self.agent = self.rng.choice(team("vendor_agent"))
        self.environment = self.rng.choice(self.client.environments)

    @property
    def manager(self) -> str:
        """Who agrees for the client."""
        return self.client.by_role("client_manager")[0]

    @property
    def lead(self) -> str:
        """One of the vendor's leads, always the same for one issue."""
        leads = team("vendor_lead")
        return leads[len(self.key + self.agent) % len(leads)]

    @property
    def boss(self) -> str:
        """The vendor's senior management."""
        return team("senior_management")[0]

    def act(self, at: datetime, act: str, actor: str, **fields: Any) -> datetime:
        """Add an act not before the one above it; return its instant."""
        if self.lines:
            at = max(at, datetime.fromisoformat(self.lines[-1]["at"]) + MINUTE)
        at = at.astimezone(UTC).replace(microsecond=0)
        self.lines.append({"at": at.isoformat(), "act": act, "actor": actor, "issue": self.key, **fields})
        return at

    def told(self) -> list[Line]:
        """Return what has happened by now."""
        return [line for line in self.lines if datetime.fromisoformat(line["at"]) <= self.now]

    def say(self, phrases: tuple[str, ...], **more: str) -> str:
        """Return one of `phrases` with its details."""
        number = f"{self.rng.randrange(4096, 65536):x}"
        known = {"product": self.subject.product, "cause": self.subject.cause, "fix": self.subject.fix}
        return self.rng.choice(phrases).format(environment=self.environment, number=number, **known, **more)

    def share(self, metric: str, share: float, *, level: str = "", start: datetime | None = None) -> datetime:
        """Return when `share` of the target of `metric` is spent, from submission or `start`."""
        target = TARGETS[level or self.level, metric]
        return self._later(
            start or self.start,
            Fraction(share).limit_denominator(10_000) * Fraction(target.amount),
            target.unit,
        )

    def working(self, start: datetime, days: float) -> datetime:
        """Return the instant after `days` business days of the client, as people there answer."""
        return self._later(start, Fraction(days).limit_denominator(1000), Unit.BUSINESS_DAYS)

    def between(self, low: float, high: float) -> float:
        """Return a number between two."""
        return self.rng.uniform(low, high)

    def chance(self, share: float) -> bool:
        """Return True in `share` of all cases."""
        return self.rng.random() < share

    def _later(self, start: datetime, amount: Fraction, unit: str) -> datetime:
        end = clock.deadline(start=start, amount=amount, unit=Unit(unit), calendar=self.hours)
        assert end is not None  # Without pauses there is always an end.
        return end
