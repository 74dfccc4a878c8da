"""Fills a database for `bench.whatif` and replays it; Django is set up by then."""

import time
from datetime import timedelta

from bench.filling import copies, pattern
from bench.watching import analyze, memory
from slaportal.feedback.services import answer_what_if, ask_what_if
from slaportal.issues.models import Issue
from slaportal.issues.services import ending
from slaportal.policies.models import PolicyVersion
from slaportal.policies.services import draft_next
from tests.world import HOUR, MONDAY, World, fresh, make_world

DAYS = timedelta(days=90)


def everything(count: int) -> None:
    """Make `count` resolved issues of three levels over 90 days; replay them unchanged and under stricter targets."""
    world = make_world()
    for number, (level, spent) in enumerate((("high", 50), ("medium", 120), ("low", 300))):
        mold = pattern(world, level=level, answered=True, at=MONDAY)
        ending.resolve(issue=fresh(mold), note="Done.", actor=world.sam, now=MONDAY + HOUR * spent)
        copies(fresh(mold), prefix=f"PAST{number}", count=count // 3, apart=DAYS / (count // 3))
    analyze()
    print(f"{Issue.objects.count()} issues, {memory():.0f} MiB", flush=True)
    draft = draft_next(world.acme.agreements.get().policy_version.policy, actor=None, now=MONDAY)
    replay(world, draft, "unchanged")
    draft.targets.filter(level="high", metric="resolution").update(amount=48)
    draft.targets.filter(level="medium", metric="resolution").update(amount=4)
    draft.targets.filter(level="low", metric="resolution").update(amount=30)
    replay(world, draft, "three stricter resolutions")


def replay(world: World, draft: PolicyVersion, what: str) -> None:
    """Ask and answer, and print the time of both clocks and the most memory so far."""
    now = MONDAY + DAYS * 3
    found = ask_what_if(version=draft, organization=world.acme, begins=MONDAY, ends=now, actor=None, now=now)
    begin, begin_cpu = time.perf_counter(), time.process_time()
    answer_what_if(found, now=now)
    wall, cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
    print(
        f"{what}: {found.issues} issues, {found.obligations} obligations, {found.moved} moved, "
        f"{found.outcomes} outcomes; {wall:.1f} s (CPU {cpu:.1f} s, {cpu / found.issues * 1000:.2f} ms an issue), "
        f"{memory():.0f} MiB at most",
        flush=True,
    )
