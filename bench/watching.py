"""The measurements of `bench.sweep`."""

import resource
import time
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from bench.filling import copies, pattern
from bench.timing import measure, percentile
from slaportal.escalations.services import watching
from slaportal.issues.models import Issue, Obligation
from slaportal.notifications.models import Heartbeat, Message
from tests.faults.stage import Stage, wait_until
from tests.world import HOUR, MONDAY, make_world

NOW = MONDAY + 24 * HOUR
BATCH = 100  # as the worker's task


def memory() -> float:
    """The most memory that this process has used so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def molds() -> tuple[Issue, Issue]:
    """Return an issue that is open for two days more, and one whose resolution falls due at `NOW`."""
    world = make_world()
    due = pattern(world, level="critical", answered=True, at=MONDAY)
    quiet = pattern(world, level="low", answered=False, at=MONDAY + 20 * HOUR)
    while watching.watch(now=MONDAY + 20 * HOUR):
        pass
    # The molds themselves are not looked at.
    Obligation.objects.filter(issue=due, stopped_at=None).update(next_look_at=NOW + 999 * HOUR)
    return quiet, due


def look(open_count: int, due_counts: list[int]) -> None:
    """Time a look with nothing due, and with each of `due_counts` due, among `open_count` open obligations."""
    quiet, mold = molds()
    begin = time.perf_counter()
    copies(quiet, prefix="OPEN", count=open_count // 2, apart=timedelta(milliseconds=100), history=False)
    Message.objects.all().delete()
    analyze()
    print(
        f"{Obligation.objects.exclude(next_look_at=None).count()} open, made in {time.perf_counter() - begin:.0f} s"
    )
    measure("nothing due", (partial(watching.watch, now=NOW, batch=BATCH) for _ in range(100)))
    for number, count in enumerate(due_counts):
        made = copies(mold, prefix=f"DUE{number}", count=count)
        Obligation.objects.filter(issue__in=made, stopped_at=None).update(next_look_at=NOW)
        analyze()
        plans()
        sweep(count)


def analyze() -> None:
    """Let PostgreSQL know its tables, as autovacuum does."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def plans() -> None:
    """Print how PostgreSQL finds what is due, and the earliest instant."""
    print(
        Obligation.objects.due_for_a_look(NOW).values_list("pk", "next_look_at")[:BATCH].explain(analyze=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {watching._EARLIEST}")
        print("\n".join(row[0] for row in cursor.fetchall() if "Index" in row[0] or "Seq" in row[0]))


def sweep(count: int) -> None:
    """Time the rounds until nothing is due."""
    before, begin, begin_cpu = memory(), time.perf_counter(), time.process_time()
    with CaptureQueriesContext(connection) as one:
        done = watching.watch(now=NOW, batch=1)
    with CaptureQueriesContext(connection) as eleven:
        done += watching.watch(now=NOW, batch=11)
    while some := watching.watch(now=NOW, batch=BATCH):
        done += some
    wall, cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
    print(
        f"{count} newly due: {done} looks in {wall:.2f} s, {wall / done * 1000:.2f} ms each "
        f"(CPU {cpu / done * 1000:.2f} ms, {(len(eleven) - len(one)) / 10:.0f} statements); "
        f"memory {before:.0f} → {memory():.0f} MiB",
        flush=True,
    )


def soon(seconds: int) -> None:
    """One falls due each second: from its due instant to its mail at the mail server, with worker and beat."""
    Obligation.objects.update(next_look_at=None)
    Message.objects.all().delete()
    with Stage() as stage:
        stage.start_broker()
        stage.start("worker")
        stage.start("beat")
        wait_until(Heartbeat.objects.filter(name="beat").exists, seconds=30)
        mold = Issue.objects.filter(level="critical").earliest("pk")
        shift = datetime.now(UTC) + timedelta(seconds=5) - NOW
        made = copies(mold, prefix="SOON", count=seconds, apart=timedelta(seconds=1), later=shift)
        clocks = Obligation.objects.filter(issue__in=made, stopped_at=None)
        clocks.update(next_look_at=F("due_at"))
        due = dict(clocks.values_list("issue__reference", "due_at"))
        wait_until(lambda: False, seconds=seconds + 15)
        about = dict(Message.objects.values_list("message_id", "subject_reference"))
        found = sorted(
            one.at - instant.timestamp()
            for one in stage.sink.accepted
            if (instant := due.get(about.get(one.message_id, ""))) is not None
        )
    print(
        f"one due each second, {len(due)} due, {len(found)} mails: from the due instant to the mail server "
        f"p50 {percentile(found, 0.5):.2f} s, p95 {percentile(found, 0.95):.2f} s, most {found[-1]:.2f} s"
    )
