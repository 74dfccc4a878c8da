"""State columns are a cache: random acts of random people, and after each the events say the same as the rows.

A rule-based machine drives the services as a page would; refused acts are part of life. The model knows one thing
only, the rule that no party can bend: an agreed level has a yes of both (invariants I10 to I12, I19).
"""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.escalations.models import Escalation
from slaportal.escalations.services import escalate, next_look, watch
from slaportal.issues.models import DeciderVote, Issue, Pause, Vote
from slaportal.issues.selectors.history import clock_events, reckoning_of
from slaportal.issues.services import classification, ending, waiting, work
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from tests import world as worlds
from tests.world import MONDAY, fresh, report

pytestmark = pytest.mark.django_db
LEVELS = st.sampled_from(["critical", "high", "medium", "low"])
PEOPLE = st.sampled_from(["alice", "bob", "charlie", "sam", "lena", "vera", "ada"])
STEPS = st.sampled_from([1, 20, 60, 360, 1440, 4320])


class Life(RuleBasedStateMachine):
    """One issue, everybody acting on it, time going on."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.steps = 0

    @initialize(level=LEVELS)
    def begin(self, level: str) -> None:
        self.world = worlds.make_world(pauses=("client",))
        self.now = MONDAY
        self.issue = report(self.world.bob, level=level)

    def attempt(self, act: Callable[..., Any], who: str, **options: Any) -> None:
        """Let `who` try; a refusal must leave everything as it was."""
        before = Event.objects.count()
        actor: Membership = getattr(self.world, who)
        try:
            act(issue=fresh(self.issue), actor=actor, now=self.now, **options)
        except (Refused, NotAllowed):
            assert Event.objects.count() == before
        assert not (who in ("charlie", "ada") and Event.objects.count() > before), f"{who} did something"

    @rule(minutes=STEPS)
    def time_passes(self, minutes: int) -> None:
        until = self.now + timedelta(minutes=minutes)
        while (instant := next_look()) is not None and instant <= until:
            watch(now=max(instant, self.now))
        self.now = until

    @rule(minutes=STEPS)
    def time_passes_and_nobody_watches(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(who=PEOPLE)
    def agree(self, who: str) -> None:
        self.attempt(classification.agree, who)

    @rule(who=PEOPLE, level=LEVELS)
    def counter(self, who: str, level: str) -> None:
        self.attempt(classification.counter, who, level=level, reason="A new look at it.")

    @rule(who=PEOPLE)
    def dispute(self, who: str) -> None:
        self.attempt(classification.dispute, who, reason="No common ground.")

    @rule(who=st.sampled_from(["alice", "vera", "sam"]), level=LEVELS)
    def decide(self, who: str, level: str) -> None:
        self.attempt(classification.decide, who, level=level)

    @rule(who=PEOPLE, level=LEVELS)
    def repropose(self, who: str, level: str) -> None:
        self.attempt(classification.repropose, who, level=level, reason="A new fact.")

    @rule(who=PEOPLE)
    def comment(self, who: str) -> None:
        self.attempt(work.comment, who, body="Something new.")

    @rule(who=PEOPLE, on=st.sampled_from(["client", "third_party"]))
    def wait(self, who: str, on: str) -> None:
        self.attempt(waiting.wait, who, on=on, reason="A log file.")

    @rule(who=PEOPLE)
    def resume(self, who: str) -> None:
        self.attempt(waiting.resume, who)

    @rule(who=PEOPLE)
    def contest(self, who: str) -> None:
        self.attempt(waiting.contest, who, reason="It was attached.")

    @rule(who=st.sampled_from(["lena", "vera", "sam"]), upheld=st.booleans())
    def judge(self, who: str, upheld: bool) -> None:
        pause = Pause.objects.filter(issue=self.issue).last()
        if pause is not None:
            self.attempt(
                partial(waiting.judge_contest, pause=pause, upheld=upheld, reason="Looked at it."), who
            )

    @rule(who=PEOPLE)
    def resolve(self, who: str) -> None:
        self.attempt(ending.resolve, who, note="Fixed.")

    @rule(who=PEOPLE)
    def confirm(self, who: str) -> None:
        self.attempt(ending.confirm, who)

    @rule(who=PEOPLE)
    def reopen(self, who: str) -> None:
        self.attempt(ending.reopen, who, reason="Not fixed.")

    @rule(who=PEOPLE)
    def withdraw(self, who: str) -> None:
        self.attempt(ending.withdraw, who, reason="Our own mistake.")

    @rule(who=PEOPLE)
    def escalate(self, who: str) -> None:
        self.attempt(escalate, who, reason="It hurts.")

    @invariant()
    def stored_obligations_are_what_the_events_add_up_to(self) -> None:
        self.steps += 1
        issue = fresh(self.issue)
        # As of the last act, whatever it was: each one first records what time alone has decided.
        latest = Event.objects.filter(subject=issue.reference).latest("recorded_at").recorded_at
        events = clock_events(issue)
        for one in issue.obligations.select_related(
            "issue__agreement__policy_version", "issue__agreement__calendar"
        ):
            replayed = reckoning_of(one, events=events, now=latest)
            assert (replayed.outcome or "") == one.outcome
            assert (replayed.due, replayed.decided_at, replayed.level, replayed.state) == (
                one.due_at,
                one.decided_at,
                one.level,
                one.state,
            )
            assert (replayed.adjusted_due, replayed.adjusted_outcome or "") == (
                one.adjusted_due_at,
                one.adjusted_outcome,
            )

    @invariant()
    def an_agreed_level_has_a_yes_of_both_parties_or_the_silence_of_one(self) -> None:
        issue = fresh(self.issue)
        if issue.provisional:
            return
        governs = (
            Event.objects.filter(subject=issue.reference, kind="level.governs").order_by("at", "pk").last()
        )
        assert governs is not None
        parties = {
            "agreed": Vote.objects.filter(proposal__issue=issue, proposal__level=issue.level)
            .values("party")
            .distinct(),
            "decided": DeciderVote.objects.filter(dispute__issue=issue, level=issue.level)
            .values("party")
            .distinct(),
        }
        how = governs.payload.split('"how":"')[1].split('"')[0]
        assert how == "lapsed" or parties[how].count() == 2

    @invariant()
    def no_step_ran_twice_in_a_cycle(self) -> None:
        ran = Escalation.objects.exclude(step=None).values_list("obligation", "cycle", "step")
        assert len(ran) == len(set(ran))

    @invariant()
    def what_was_breached_stays_breached(self) -> None:
        recorded = Event.objects.filter(kind="obligation.breached", subject=self.issue.reference).count()
        assert recorded == Issue.objects.get(pk=self.issue.pk).obligations.filter(outcome="breached").count()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)


# Lives per part; REPLAY_LIVES=200 makes 20,000 steps of the four parts (`make verify-replay`).
LIVES = int(os.environ.get("REPLAY_LIVES", "10"))
STEPS_OF_A_LIFE = 25


@pytest.mark.parametrize("part", range(4))
def test_replaying_the_events_gives_the_stored_state_after_every_act(part: int) -> None:
    # Each part has a seed of its own, so that a red run is never luck and no part repeats another.
    machine = seed(part)(type("Life", (Life,), {}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS_OF_A_LIFE,
            derandomize=False,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
