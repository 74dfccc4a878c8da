"""People and watchers at the same instant, each in a connection of their own (promises P30, P31, P37, P42)."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection

from slaportal.accounts.permissions import NotAllowed
from slaportal.escalations.models import Escalation
from slaportal.escalations.services import acknowledge, watch
from slaportal.issues.models import Issue, Vote
from slaportal.issues.services import classification, ending, work
from slaportal.issues.services.submission import Report, submit_issue
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications import services as notifications
from slaportal.notifications.models import MailboxEntry, Message
from tests import world as worlds
from tests.world import HOUR, MONDAY, fresh, report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run `acts` in threads that start together; return what each gave or raised."""
    results: list[Any] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(place: int, act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[place] = act()
        except Exception as error:  # noqa: BLE001  the test looks at what each thread raised
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def unexpected(results: list[Any]) -> list[Any]:
    """Return the errors that are no refusal."""
    return [
        one for one in results if isinstance(one, Exception) and not isinstance(one, Refused | NotAllowed)
    ]


def test_four_watchers_at_once_run_every_step_once() -> None:
    world = worlds.make_world()
    issues = [report(world.bob, level="critical") for _ in range(12)]
    for issue in issues:
        classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    results = at_once(*[lambda: watch(now=MONDAY + 25 * HOUR)] * 4)
    watch(now=MONDAY + 25 * HOUR)
    assert unexpected(results) == []
    breaches = Event.objects.filter(kind="obligation.breached")
    assert breaches.count() == 24
    ran = list(Escalation.objects.values_list("obligation", "cycle", "step__kind", "step__ordinal"))
    assert len(ran) == len(set(ran))
    # Response: at the breach, one and four hours after it; resolution: at the breach, one hour after it.
    assert len(ran) == 12 * 5
    assert Message.objects.filter(kind="escalation-step", recipient=world.vera.user).count() == 12 * 5


def test_an_act_and_the_watch_at_once_record_a_breach_once() -> None:
    world = worlds.make_world()
    late = MONDAY + 24 * HOUR
    for _ in range(8):
        issue = report(world.bob, level="critical")
        classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
        seen = fresh(issue)
        results = at_once(
            lambda: watch(now=late),
            partial(ending.resolve, issue=seen, note="Fixed.", actor=world.sam, now=late),
        )
        assert unexpected(results) == []
        events = Event.objects.filter(subject=issue.reference, kind="obligation.breached")
        assert sorted(event.payload.split('"metric":"')[1][:8] for event in events) == [
            "resoluti",
            "response",
        ]


def test_of_sixteen_people_who_answer_the_same_proposal_one_is_heard() -> None:
    world = worlds.make_world()
    issue = report(world.bob, level="high")
    seen = [fresh(issue) for _ in range(16)]
    results = at_once(
        *[
            lambda one=one: classification.agree(
                issue=one, actor=world.sam, now=MONDAY + timedelta(minutes=1)
            )
            for one in seen
        ]
    )
    assert unexpected(results) == []
    assert sum(isinstance(one, Vote) for one in results) == 1
    assert Vote.objects.filter(proposal__issue=issue, party="vendor").count() == 1


def test_eight_messages_at_once_are_all_kept_or_refused_aloud() -> None:
    world = worlds.make_world()
    issue = report(world.bob, level="high")
    seen = [fresh(issue) for _ in range(8)]
    results = at_once(
        *[
            lambda one=one: work.comment(issue=one, body="A message.", actor=world.sam, now=MONDAY)
            for one in seen
        ]
    )
    assert unexpected(results) == []
    kept = [one for one in results if not isinstance(one, Exception)]
    assert issue.comments.count() == len(kept) >= 1
    assert Event.objects.filter(subject=issue.reference, kind="comment.added").count() == len(kept)
    assert [one.payload.count('"response":true') for one in Event.objects.filter(kind="comment.added")].count(
        1
    ) == 1


def test_the_same_form_sent_ten_times_at_once_makes_one_issue() -> None:
    world = worlds.make_world()
    form = Report(title="Twice", description="The same.", level="low")
    results = at_once(
        *[
            lambda: submit_issue(
                organization=world.acme, actor=world.bob, report=form, now=MONDAY, submission_key="one"
            )
        ]
        * 10
    )
    assert unexpected(results) == []
    assert Issue.objects.count() == 1
    assert {one.pk for one in results} == {Issue.objects.get().pk}


def test_an_escalation_acknowledged_by_two_at_once_is_taken_by_one() -> None:
    world = worlds.make_world()
    issue = report(world.bob, level="critical")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    watch(now=MONDAY + HOUR)
    open_one = Escalation.objects.unanswered().get()
    copies = [Escalation.objects.get(pk=open_one.pk) for _ in range(2)]
    results = at_once(
        lambda: acknowledge(escalation=copies[0], actor=world.vera, now=MONDAY + HOUR),
        lambda: acknowledge(escalation=copies[1], actor=world.lena, now=MONDAY + HOUR),
    )
    assert unexpected(results) == []
    assert sum(isinstance(one, Refused) for one in results) == 1


def test_two_deliverers_at_once_send_each_message_once(settings: Any) -> None:
    settings.EMAIL_BACKEND = "slaportal.notifications.mailbox.EmailBackend"
    world = worlds.make_world()
    for _ in range(5):
        report(world.bob, level="high")
    queued = Message.objects.count()
    results = at_once(*[lambda: notifications.deliver(now=MONDAY)] * 3)
    assert unexpected(results) == []
    assert MailboxEntry.objects.count() == queued
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}
