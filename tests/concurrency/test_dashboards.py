"""Dashboards open at several web processes: one commit, everybody concerned sees it within a second (trust.md P10)."""

import secrets
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from slaportal.issues.services import work
from tests import world as worlds
from tests.concurrency.portals import Portal, Watcher, cookie_of
from tests.faults.stage import wait_until
from tests.world import MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> World:
    return worlds.make_world()


@pytest.fixture
def portals(people: World, settings: Any) -> Iterator[list[Portal]]:
    """Two web processes that know the sessions which this test begins."""
    settings.SECRET_KEY = key = secrets.token_hex(32)
    with Portal(key) as one, Portal(key) as other:
        yield [one, other]


def everybody_heard(watchers: list[Watcher], words: str) -> bool:
    return all(one.heard(words) for one in watchers)


def shown(watchers: list[Watcher]) -> bool:
    return all(one.heard("event: board") for one in watchers)


def test_a_change_is_seen_within_a_second_at_every_process_and_only_by_those_concerned(
    people: World, portals: list[Portal]
) -> None:
    staff = [Watcher(portal, cookie_of(people.sam)) for portal in portals for _ in range(5)]
    clients = [Watcher(portal, cookie_of(people.alice)) for portal in portals]
    strangers = [Watcher(portal, cookie_of(people.charlie)) for portal in portals]
    assert wait_until(lambda: shown([*staff, *clients, *strangers]))
    concerned, delays = [*staff, *clients], []
    for number in range(3):
        title = f"CANARY {number}"
        report(people.alice, title=title, at=MONDAY)
        committed = time.monotonic()
        assert wait_until(partial(everybody_heard, concerned, title))
        delays += [(one.heard(title) or 0) - committed for one in concerned]
    # Each of both processes looks four times a second; the machine may be busy with other tests.
    assert sorted(delays)[len(delays) // 2] < 1, delays
    assert not any(one.heard("CANARY") for one in strangers)


def test_progress_is_seen_by_the_client_while_it_is_made(people: World, portals: list[Portal]) -> None:
    issue = report(people.alice, level="critical", at=MONDAY)
    watcher = Watcher(portals[0], cookie_of(people.alice))
    assert wait_until(lambda: watcher.heard("event: board") is not None)
    work.progress(issue=fresh(issue), stage="fixing", percent=65, actor=people.sam, now=MONDAY)
    assert wait_until(lambda: watcher.heard("65&nbsp;%") is not None)


def test_streams_of_a_session_that_was_ended_end_within_fifteen_seconds(
    people: World, portals: list[Portal]
) -> None:
    watchers = [Watcher(portal, cookie_of(people.alice)) for portal in portals]
    stays = Watcher(portals[0], cookie_of(people.charlie))
    assert wait_until(lambda: shown([*watchers, stays]))
    mine = [
        one.pk
        for one in Session.objects.all()
        if one.get_decoded()["_auth_user_id"] == str(people.alice.user_id)
    ]
    Session.objects.filter(pk__in=mine).delete()
    ended = time.monotonic()
    assert wait_until(lambda: all(one.ended.is_set() for one in watchers), seconds=15)
    report(people.alice, title="AFTERWARDS", at=MONDAY)
    assert all(one.told[-1][1].startswith("event: gone") for one in watchers)
    assert time.monotonic() - ended < 15
    assert not stays.ended.is_set()


def test_a_process_told_to_stop_ends_its_streams_and_is_gone_at_once(
    people: World, portals: list[Portal]
) -> None:
    watchers = [Watcher(portals[0], cookie_of(people.sam)) for _ in range(20)]
    stays = Watcher(portals[1], cookie_of(people.sam))
    assert wait_until(lambda: shown([*watchers, stays]))
    # Without a word to them it would wait five seconds for its streams and cut them then.
    assert portals[0].stop() < 5
    assert all(one.ended.wait(5) for one in watchers)
    assert portals[0].words() == ""
    assert not stays.ended.is_set()
