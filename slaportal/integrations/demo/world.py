"""The lines of the demo world: 90 days of two clients up to a given instant, the same for the same seed."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from slaportal.integrations.demo import cast, chapters, stories, windows
from slaportal.integrations.demo.cast import CLIENTS, Client, team
from slaportal.integrations.demo.present import SCENES
from slaportal.integrations.demo.stage import HOUR, MINUTE, Stage
from slaportal.integrations.demo.stories import Story
from slaportal.integrations.demo.subjects import Subjects
from slaportal.policies.clock import Calendar

DAYS = 90
LEVELS = {"critical": 3, "high": 15, "medium": 47, "low": 35}
# How often each story is told at each level, of all issues of that level.
ORDINARY = "ordinary"
SHARES: dict[str, list[tuple[Story, int]]] = {
    "critical": [
        (stories.ordinary, 60),
        (stories.countered, 15),
        (stories.countered_twice, 5),
        (stories.late_resolution, 8),
        (stories.reopened, 6),
    ],
    "high": [
        (stories.ordinary, 62),
        (stories.countered, 10),
        (stories.countered_twice, 4),
        (stories.disputed, 3),
        (stories.late_resolution, 4),
        (stories.excepted, 2),
        (stories.late_response, 4),
        (stories.reopened, 5),
        (stories.worse_later, 2),
        (stories.withdrawn, 4),
    ],
    "medium": [
        (stories.ordinary, 66),
        (stories.countered, 8),
        (stories.lapsed_for_client, 5),
        (stories.disputed, 1),
        (stories.late_resolution, 4),
        (stories.excepted, 2),
        (stories.late_response, 3),
        (stories.reopened, 5),
        (stories.worse_later, 2),
        (stories.contest_upheld, 1),
        (stories.contest_dismissed, 1),
        (stories.withdrawn, 3),
    ],
    "low": [
        (stories.ordinary, 80),
        (stories.lapsed_for_client, 5),
        (stories.reopened, 4),
        (stories.late_response, 2),
        (stories.worse_later, 2),
        (stories.countered, 3),
        (stories.withdrawn, 4),
    ],
}
# Each is told at least once, however few issues there are.
ALWAYS: tuple[tuple[str, Story], ...] = (
    ("high", stories.disputed),
    ("high", stories.late_resolution),
    ("high", stories.late_response),
    ("high", stories.reopened),
    ("high", stories.countered),
    ("medium", stories.countered_twice),
    ("medium", stories.lapsed_for_client),
    ("medium", stories.contest_upheld),
    ("medium", stories.contest_dismissed),
    ("medium", stories.worse_later),
    ("medium", stories.withdrawn),
    ("high", stories.excepted),
    ("medium", stories.excepted),
    ("critical", stories.ordinary),
    ("medium", stories.ordinary),
    ("low", stories.ordinary),
)


def generate(*, seed: int, now: datetime, vendor_name: str, issues: int = 300) -> list[str]:
    """Return the demo world up to `now` as JSON lines in time order, with about `issues` issues.

    The same seed and instant give the same lines. The standard policy must be there; it is named, not written.
    """
    rng = random.Random(seed)  # noqa: S311 - a story, not a secret
    now = now.astimezone(UTC).replace(microsecond=0)
    begins = now - timedelta(days=DAYS + 1)
    told = [line for stage in _stages(rng, now, issues) for line in stage.told()]
    told += [*_reports(begins, now), *windows.told(now)]
    told.sort(key=lambda line: str(line["at"]))
    lines = [*cast.world(vendor_name=vendor_name, begins=begins, now=now), *told]
    lines.append({"at": now.isoformat(), "act": "until"})
    return [json.dumps(line, ensure_ascii=False) for line in lines]


def _reports(begins: datetime, now: datetime) -> Iterator[dict[str, str]]:
    """Yield a line at noon of every Monday and every first of a month of each client: status reports are issued."""
    for client in CLIENTS:
        zone = ZoneInfo(client.zone)
        day = begins.astimezone(zone).date()
        while (noon := datetime.combine(day, time(12), tzinfo=zone).astimezone(UTC)) < now:
            if noon >= begins and (day.weekday() == 0 or day.day == 1):
                yield {"at": noon.isoformat(), "act": "report"}
            day += timedelta(days=1)


def _stages(rng: random.Random, now: datetime, issues: int) -> Iterator[Stage]:
    """Yield the issues, told to their ends, in the order in which they were reported."""
    subjects = Subjects(rng)
    hours = {client.key: client.hours(now) for client in CLIENTS}
    plots = sorted(_plots(rng, now, issues, hours), key=lambda plot: plot[0])
    last: dict[str, Stage] = {}
    for number, (start, client, level, story) in enumerate(plots, 1):
        stage = Stage(
            key=f"demo-{number:04}",
            client=client,
            hours=hours[client.key],
            subject=subjects.next(level),
            level=level,
            start=start,
            now=now,
            rng=rng,
        )
        story(stage)
        yield stage
        # Now and then a colleague reports the same again the next hours.
        former = last.get(client.key)
        if level == "medium" and former is not None and number % 23 == 0:
            yield _duplicate(stage, former, number)
        if story is stories.ordinary and level in ("medium", "low"):
            last[client.key] = stage


def _duplicate(stage: Stage, former: Stage, number: int) -> Stage:
    """Return an issue that is the same matter as `former`, told by somebody else soon after `stage`."""
    start = stage.start + HOUR * stage.between(0.5, 2)
    again = Stage(
        key=f"demo-{number:04}-again",
        client=stage.client,
        hours=stage.hours,
        subject=former.subject,
        level=former.level,
        start=start,
        now=stage.now,
        rng=stage.rng,
    )
    chapters.submit(again)
    again.lines[-1]["title"] = f"Also seen by us: {former.subject.title}"
    at = start + (again.share("response", 1.0) - start) * again.between(0.1, 0.4)
    at = again.act(
        at, "comment", again.agent, text="Thank you. This is the same matter as one we work on already."
    )
    again.act(at + MINUTE * 3, "duplicate", again.agent, of=former.key)
    return again


def _plots(
    rng: random.Random, now: datetime, issues: int, hours: dict[str, Calendar]
) -> Iterator[tuple[datetime, Client, str, Story]]:
    """Yield when, who, how bad and how it goes."""
    for index, scene in enumerate(SCENES):
        yield now - scene.ago - MINUTE * rng.randrange(0, 9), CLIENTS[index % 2], scene.level, scene.story
    for index, (level, story) in enumerate(ALWAYS):
        client = CLIENTS[index % 2]
        yield _arrival(rng, now, client, level, least=20), client, level, story
    for _ in range(issues - len(SCENES) - len(ALWAYS)):
        client = rng.choices(CLIENTS, weights=(3, 2))[0]
        level = rng.choices(list(LEVELS), weights=list(LEVELS.values()))[0]
        told, weights = zip(*SHARES[level], strict=True)
        story = rng.choices(told, weights=weights)[0]
        yield _arrival(rng, now, client, level, least=0), client, level, story


def _arrival(rng: random.Random, now: datetime, client: Client, level: str, *, least: int) -> datetime:
    """Return when somebody reports: mostly at work, what is severe at any time; at least `least` days ago."""
    zone = ZoneInfo(client.zone)
    while True:
        day = (now - timedelta(days=rng.uniform(least, DAYS))).astimezone(zone).date()
        severe = level in ("critical", "high") and rng.random() < 0.4
        if not severe and day.weekday() > 4:
            continue
        minute = rng.randrange(0, 1440) if severe else int(rng.triangular(8 * 60, 18 * 60, 10.5 * 60))
        local = datetime.combine(day, time(minute // 60, minute % 60, rng.randrange(60)), tzinfo=zone)
        if local.astimezone(UTC) < now - HOUR:
            return local.astimezone(UTC)


def people() -> list[tuple[str, str, str]]:
    """Return role, name and address of everybody in the demo, the vendor's people first."""
    found = [*cast.TEAM, *(person for client in CLIENTS for person in client.people)]
    return [(person.role, person.name, person.email) for person in found]


__all__ = ["generate", "people", "team"]
