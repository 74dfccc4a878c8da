"""What is measured: the clock, submissions, the watch with nothing and with much to do, the pages people open."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.timing import measure
from slaportal.accounts.models import Membership
from slaportal.escalations.services import watching
from slaportal.issues.models import Issue
from slaportal.policies import clock
from slaportal.policies.models import Agreement
from tests.world import MONDAY, World, make_world, report

LEVELS = ("critical", "high", "medium", "low")


def the_clock(agreement: Agreement) -> None:
    """Deadlines of 90 business days from 2,000 starting points: the dearest question the clock is asked."""
    calendar = agreement.hours()
    starts = [MONDAY + timedelta(minutes=37 * number) for number in range(2000)]
    due = partial(clock.deadline, amount=Decimal(90), unit=clock.Unit.BUSINESS_DAYS, calendar=calendar)
    measure("clock: 90 business days", (partial(due, start=start) for start in starts))


def submissions(world: World, count: int) -> None:
    """Issues reported by people of two clients, two a minute, through the service."""
    people = (world.alice, world.charlie)
    measure(
        "submit an issue (state, event, messages)",
        (
            partial(
                report,
                people[n % 2],
                level=LEVELS[n % 4],
                at=MONDAY + timedelta(seconds=30 * n),
                title=f"No {n}",
            )
            for n in range(count)
        ),
    )


def the_watch(count: int) -> None:
    """Rounds with nothing due, then the one that finds every response overdue."""
    end = MONDAY + timedelta(seconds=30 * count)
    watching.watch(now=end, batch=10**6)
    measure("watch: nothing due", (partial(watching.watch, now=end) for _ in range(50)))
    done: list[int] = []
    timing = measure(
        "watch: three days later, everything at once",
        [lambda: done.append(watching.watch(now=end + timedelta(days=3), batch=10**6))],
    )
    each = timing.cpu[0] * 1000 / max(1, done[0])
    print(f"{'':<52} looked at {done[0]} obligations, CPU {each:.2f} ms each")


def pages(people: dict[str, Membership], paths: dict[str, str]) -> None:
    """Each page as each person, thirty times; the number of queries beside it."""
    for name, member in people.items():
        client = Client()
        client.force_login(member.user)
        for what, path in paths.items():
            with CaptureQueriesContext(connection) as queries:
                status = client.get(path, headers={"host": "localhost"}).status_code
            measure(
                f"page: {what}, {name} ({status}, {len(queries)} queries)",
                (partial(client.get, path, headers={"host": "localhost"}) for _ in range(30)),
            )


def everything(count: int) -> None:
    """All of it in an empty database."""
    world = make_world()
    the_clock(Agreement.objects.select_related("calendar").filter(organization=world.acme)[0])
    submissions(world, count)
    the_watch(count)
    issue = Issue.objects.filter(organization=world.acme).latest("submitted_at")
    paths = {
        "issues": reverse("issues:list"),
        "one issue": reverse("issues:detail", kwargs={"reference": issue.reference}),
        "people": reverse("accounts:people"),
    }
    pages({"client": world.alice, "agent": world.sam}, paths)
