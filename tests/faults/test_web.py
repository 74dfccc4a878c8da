"""The web process killed while people report issues: what was answered is kept, what comes again is not doubled."""

import http.client
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from slaportal.issues.models import Issue
from slaportal.notifications.models import Message
from tests.faults.counting import Tally, compared, delivered
from tests.faults.molds import clock
from tests.faults.stage import PATIENCE, Stage, wait_until
from tests.world import make_world

pytestmark = pytest.mark.postgres
TOKEN = "t" * 32


@dataclass
class Person:
    """Somebody who sends a form again until the portal answers, as browsers and people do."""

    port: int
    cookie: str
    stopped: threading.Event
    answered: list[str] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)

    def work(self) -> None:
        """Report one issue after the other until it is enough; the last one to its end."""
        while not self.stopped.is_set():
            form = {"submission_key": str(uuid4()), "level": "low", "description": "Every second call."}
            form["title"] = form["submission_key"]
            until = time.monotonic() + PATIENCE
            while not self.send(form) and time.monotonic() < until:
                time.sleep(0.02)
            self.answered.append(form["title"])

    def send(self, form: dict[str, str]) -> bool:
        """Send a form once; whether the portal said that it has it."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {
            "Cookie": f"{self.cookie}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            line.request("POST", "/issues/new", urlencode(form), headers)
            answer = line.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
        kept = answer.status == 302 and str(answer.headers["Location"]).startswith("/issues/ISS-")
        if not kept:
            self.refused[answer.status] += 1
        return kept


def cookie_of(member: object) -> str:
    """Return the cookie of somebody who has signed in."""
    browser = Client()
    browser.force_login(member.user)  # type: ignore[attr-defined]
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={browser.cookies[name].value}"


def answers(port: int) -> bool:
    """Whether the portal's web process takes connections."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status > 0
    except OSError:
        return False
    finally:
        line.close()


def scenario(stage: Stage, *sabotage: str, kills: int, chance: random.Random) -> Tally:
    """Three people report issues; the web process is killed and replaced again and again."""
    world, stopped = make_world(), threading.Event()
    stage.start("web", *sabotage)
    assert wait_until(lambda: answers(stage.port))
    cookies = [cookie_of(world.alice), cookie_of(world.bob), cookie_of(world.charlie)]
    people = [Person(stage.port, cookie, stopped) for cookie in cookies]
    threads = [threading.Thread(target=person.work) for person in people]
    for thread in threads:
        thread.start()
    for _ in range(kills):
        before = Issue.objects.count()
        wait_until(lambda before=before: Issue.objects.count() > before, seconds=10)  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.3))
        stage.kill_one(chance)
    stopped.set()
    for thread in threads:
        thread.join(2 * PATIENCE)
    count = stage.kills
    stage.end_all()
    assert not sum((person.refused for person in people), Counter())
    return counted(stage, [title for person in people for title in person.answered], kills=count)


def counted(stage: Stage, titles: list[str], *, kills: int) -> Tally:
    """Compare each report with the first one of the same person's party; messages too."""
    issues = list(Issue.objects.filter(title__in=titles))
    made = Counter(issue.title for issue in issues)
    tally = Tally(
        "kill web",
        due=0,
        kills=kills,
        lost=len(set(titles) - set(made)),
        doubled=sum(made.values()) - len(made) + Issue.objects.exclude(title__in=titles).count(),
    )
    for reporter in {issue.reported_by_id for issue in issues}:
        theirs = [issue for issue in issues if issue.reported_by_id == reporter]
        part = compared(tally, quiet=theirs[0], issues=theirs)
        tally = Tally(tally.scenario, tally.due + part.due, part.lost, part.doubled, kills=kills)
    assert Message.objects.exists()
    return delivered(tally, sink=stage.sink, now=clock())


def test_a_killed_web_process_loses_no_report_that_was_answered_and_doubles_none(
    stage: Stage, kills: int, chance: random.Random
) -> None:
    scenario(stage, kills=kills, chance=chance).holds()


def test_the_scenario_notices_that_forms_have_no_key(stage: Stage, kills: int, chance: random.Random) -> None:
    scenario(stage, "no_submission_key", kills=kills, chance=chance).fails("doubled")
