"""Long work is done once, seen while it goes on, and outlives its worker."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from slaportal.accounts.models import Membership
from slaportal.jobs import kinds, selectors, services
from slaportal.jobs.kinds import Outcome
from slaportal.jobs.models import Job
from slaportal.jobs.progress import LEASE, Lost, Progress
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
SECOND = timedelta(seconds=1)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ten_rows(job: Job, progress: Progress) -> Outcome:
    """A runner that is content with itself."""
    total = sum(progress.over(range(10), total=10))
    return Outcome(words=f"Sum {total}.", url="/somewhere")


def refuses(job: Job, progress: Progress) -> Outcome:
    raise Refused("Nothing to compare in this period.")


def breaks(job: Job, progress: Progress) -> Outcome:
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def _kinds(settings: Settings) -> None:
    settings.JOB_KINDS = {name: f"{__name__}.{name}" for name in ("ten_rows", "refuses", "breaks")}


def ask(actor: Membership, kind: str = "ten_rows", *, key: str = "ten") -> Job:
    return services.ask(kind, title="Ten rows", arguments={"n": 10}, key=key, actor=actor, now=MONDAY)


def run(clock: Clock) -> Job | None:
    return services.run_next(clock=clock)


def test_work_is_done_and_its_result_kept(world: World, clock: Clock) -> None:
    job = ask(world.sam)
    done = run(clock)
    assert done == job
    assert done is not None
    assert (done.state, done.result, done.result_url) == ("done", "Sum 45.", "/somewhere")
    assert (done.done, done.total, done.finished_at) == (10, 10, MONDAY)
    assert run(clock) is None


def test_asking_twice_gives_the_job_that_is_open_and_a_new_one_once_it_is_over(
    world: World, clock: Clock
) -> None:
    first = ask(world.sam)
    assert ask(world.sam) == first
    assert ask(world.lena) != first  # a result may hold what only one of them may see
    run(clock)
    assert ask(world.sam) != first


def test_the_same_open_work_cannot_be_stored_twice(world: World) -> None:
    job = ask(world.sam)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="ten_rows", title="x", key=job.key, asked_by=world.sam, asked_at=MONDAY)


def test_an_unknown_kind_is_refused_when_it_is_asked_for(world: World) -> None:
    with pytest.raises(kinds.UnknownKindError, match="ten_rows"):
        ask(world.sam, "elves")


def test_a_refusal_is_shown_in_its_own_words_and_a_fault_in_ours(
    world: World, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    ask(world.sam, "refuses", key="a")
    ask(world.sam, "breaks", key="b")
    refused, broken = run(clock), run(clock)
    assert refused is not None
    assert broken is not None
    assert (refused.state, refused.problem) == ("failed", "Nothing to compare in this period.")
    assert (broken.state, broken.problem) == ("failed", services.FAILED)
    assert "ZeroDivisionError" in caplog.text


def test_a_killed_worker_loses_nothing(world: World, clock: Clock) -> None:
    ask(world.sam)
    dead = services.take(now=clock())
    assert dead is not None
    clock.now += LEASE
    assert run(clock) is None  # it may still be alive
    clock.now += SECOND
    again = run(clock)
    assert again is not None
    assert (again.state, again.attempts) == ("done", 2)


def test_a_worker_that_was_given_up_writes_nothing_more(world: World, clock: Clock) -> None:
    ask(world.sam)
    slow = services.take(now=clock())
    assert slow is not None
    clock.now += LEASE + SECOND
    run(clock)
    with pytest.raises(Lost):
        Progress(slow, clock=clock).of(5)


def test_work_that_kills_three_workers_is_not_tried_a_fourth_time(world: World, clock: Clock) -> None:
    job = ask(world.sam)
    for _ in range(services.MOST_ATTEMPTS):
        assert services.take(now=clock()) is not None
        clock.now += LEASE + SECOND
    assert services.take(now=clock()) is None
    job.refresh_from_db()
    assert (job.state, job.problem) == ("failed", services.ABANDONED)


def test_a_worker_that_is_stopped_politely_puts_the_work_back(world: World, clock: Clock) -> None:
    ask(world.sam)
    job = services.run_next(clock=clock, stopping=lambda: True)
    assert job is not None
    assert (job.state, job.attempts) == ("waiting", 0)
    done = run(clock)
    assert done is not None
    assert done.state == "done"


def test_waiting_work_is_given_up_at_once_and_running_work_at_its_next_sign(
    world: World, clock: Clock
) -> None:
    waiting = services.cancel(job=ask(world.sam, key="a"), now=MONDAY)
    assert waiting.state == "canceled"
    running = ask(world.sam, key="b")
    held = services.take(now=clock())
    assert held == running
    services.cancel(job=running, now=MONDAY)
    assert running.state == "running"
    clock.now += LEASE + SECOND
    assert services.take(now=clock()) is None
    running.refresh_from_db()
    assert running.state == "canceled"
    with pytest.raises(Refused):
        services.cancel(job=running, now=MONDAY)


def test_whoever_waited_long_is_told_and_whoever_still_looks_is_not(world: World, clock: Clock) -> None:
    ask(world.sam, key="quick")
    run(clock)
    assert not Message.objects.filter(kind="job-finished").exists()
    ask(world.sam, key="slow")
    clock.now += services.WORTH_A_MAIL
    run(clock)
    assert Message.objects.get(kind="job-finished").recipient == world.sam.user


def test_rate_and_rest_follow_from_what_is_done(world: World, clock: Clock) -> None:
    job = ask(world.sam)
    services.take(now=clock())
    Job.objects.filter(pk=job.pk).update(done=40, total=100)
    job.refresh_from_db()
    found = selectors.standing(job, now=MONDAY + 20 * SECOND)
    assert (found.percent, found.rate, found.left) == (40, 2.0, 30 * SECOND)
    early = selectors.standing(job, now=MONDAY + SECOND)
    assert (early.rate, early.left) == (None, None)


def test_a_progress_does_not_write_for_each_row(
    world: World, clock: Clock, django_assert_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    job = ask(world.sam)
    held = services.take(now=clock())
    assert held is not None
    progress = Progress(held, clock=clock, write_every=float("inf"))
    progress.of(1000)
    with django_assert_num_queries(0):
        for _ in range(999):
            progress.advance()
    progress.write()
    job.refresh_from_db()
    assert (job.done, job.total) == (999, 1000)


def test_only_whoever_asked_sees_it(world: World, client_for: SignIn) -> None:
    job = ask(world.sam)
    url = f"/jobs/{job.reference}/"
    assert "Ten rows" in client_for(world.sam).get(url).content.decode()
    for other in (world.lena, world.alice):
        browser = client_for(other)
        assert browser.get(url).status_code == 404
        assert browser.post(f"{url}cancel").status_code == 404
        assert "Ten rows" not in browser.get("/jobs/").content.decode()


def test_the_page_moves_offers_to_cancel_and_to_try_again(
    world: World, clock: Clock, client_for: SignIn
) -> None:
    job, browser = ask(world.sam), client_for(world.sam)
    url = f"/jobs/{job.reference}/"
    part = browser.get(url, {"part": ""}).content.decode()
    assert "<html" not in part
    assert 'data-state="waiting"' in part
    browser.post(f"{url}cancel")
    assert "You canceled this" in browser.get(url).content.decode()
    answer = browser.post(f"{url}again")
    assert answer["Location"] != url
    run(clock)
    page = browser.get(answer["Location"]).content.decode()
    assert 'href="/somewhere"' in page
    assert "Cancel</button>" not in page


def test_the_list_takes_as_many_queries_for_many_as_for_one(
    world: World, client_for: SignIn, django_assert_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    browser = client_for(world.sam)
    ask(world.sam, key="0")
    browser.get("/jobs/")
    with CaptureQueriesContext(connection) as one:
        browser.get("/jobs/")
    for number in range(1, 20):
        ask(world.sam, key=str(number))
    with django_assert_num_queries(len(one)):
        browser.get("/jobs/")
