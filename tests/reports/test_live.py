"""The stream: each reader gets each board that is theirs, nobody another's, and only while they may see it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connections
from django.test import Client

from slaportal.accounts.models import Membership
from slaportal.issues.services import work
from slaportal.ledger.models import Event
from slaportal.reports.live import hub as hubs
from slaportal.reports.live.feed import LedgerFeed
from slaportal.reports.live.hub import Hub, Stream
from slaportal.reports.live.rendering import Style, frame
from slaportal.reports.live.tickets import SessionTicket, Ticket, WallTicket
from slaportal.reports.selectors.board import board
from slaportal.reports.selectors.viewpoints import Viewpoint
from slaportal.reports.services.wallboards import open_wallboard, revoke_wallboard
from tests import world as worlds
from tests.world import MONDAY, World, fresh, report

NOW = MONDAY + timedelta(minutes=30)
STYLE = Style(language="en", zone="UTC")
PATIENCE = 20.0


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(hubs, "ASK_EVERY", 0.0)


@pytest.fixture
def people(transactional_db: None) -> World:
    """The cast, committed: streams read through connections of their own."""
    return worlds.make_world()


class Reader:
    """One browser: what its stream has told it so far."""

    def __init__(self, hub: Hub, stream: Stream) -> None:
        self.stream = stream
        self.frames: AsyncIterator[bytes] = hub.follow(stream)

    async def until(self, name: str) -> str:
        """Read on until an event of this name; its text."""
        while True:
            text = (await asyncio.wait_for(anext(self.frames), PATIENCE)).decode()
            if f"event: {name}\n" in text:
                return text

    async def rest(self) -> list[str]:
        """Read to the end."""
        return [one.decode() async for one in self.frames]


def session_of(member: Membership) -> str:
    browser = Client()
    browser.force_login(member.user)
    return str(browser.session.session_key)


def sessions_of(member: Membership) -> list[str]:
    person = str(member.user_id)
    return [one.session_key for one in Session.objects.all() if one.get_decoded()["_auth_user_id"] == person]


def stream_for(member: Membership, *, shows: str = "", ticket: Ticket | None = None) -> Stream:
    return Stream(
        ticket or SessionTicket(session_of(member), member.pk, member.role), Viewpoint(member), STYLE, shows
    )


async def do(act: Callable[[], Any]) -> Any:
    """Act as another process would: in a thread with a connection of its own."""

    def acted() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    return await asyncio.to_thread(acted)


def run(story: Any) -> None:
    asyncio.run(asyncio.wait_for(story, 3 * PATIENCE))


def hub_at(now: datetime = NOW) -> Hub:
    return Hub(clock=lambda: now)


def test_a_change_reaches_those_who_may_see_it_and_nobody_else(people: World) -> None:
    streams = {name: stream_for(getattr(people, name)) for name in ("sam", "alice", "charlie")}

    async def story() -> None:
        hub = hub_at()
        readers = {name: Reader(hub, stream) for name, stream in streams.items()}
        for reader in readers.values():
            await reader.until("board")
        await do(lambda: report(people.alice, title="CANARY of acme", at=NOW))
        assert "CANARY of acme" in await readers["sam"].until("board")
        assert "CANARY of acme" in await readers["alice"].until("board")
        await do(lambda: report(people.charlie, title="of globex", at=NOW))
        told = await readers["charlie"].until("board")
        assert "of globex" in told
        assert "CANARY" not in told
        hub.close()

    run(story())


def test_events_carry_no_number_that_tells_how_much_others_do(people: World) -> None:
    stream = stream_for(people.charlie)

    async def story() -> None:
        hub = hub_at()
        told = await Reader(hub, stream).until("board")
        (number,) = [line.removeprefix("id: ") for line in told.splitlines() if line.startswith("id: ")]
        assert number == (await do(lambda: board(Viewpoint(people.charlie), now=NOW))).fingerprint
        hub.close()

    run(story())


def test_a_browser_that_comes_back_gets_only_what_it_does_not_show(people: World) -> None:
    shown = board(Viewpoint(people.sam), now=NOW).fingerprint
    current, behind = stream_for(people.sam, shows=shown), stream_for(people.sam, shows="older")

    async def story() -> None:
        hub = hub_at()
        readers = Reader(hub, current), Reader(hub, behind)
        assert shown in await readers[1].until("board")
        await readers[0].until("beat")
        assert not current.wake.is_set()
        await do(lambda: report(people.alice, title="new", at=NOW))
        assert "new" in await readers[0].until("board")
        hub.close()

    run(story())


@pytest.mark.parametrize(
    "revoke",
    [
        lambda member: Session.objects.filter(session_key__in=sessions_of(member)).delete(),
        lambda member: Membership.objects.filter(pk=member.pk).update(active=False),
        lambda member: Membership.objects.filter(pk=member.pk).update(role="client_reporter"),
        lambda member: type(member.user).objects.filter(pk=member.user_id).update(is_active=False),
        lambda member: type(member.user).objects.filter(pk=member.user_id).update(password="!changed"),
    ],
    ids=["signed out", "access ended", "another role", "person blocked", "another password"],
)
def test_twenty_streams_of_somebody_who_may_no_longer_see_end_without_another_board(
    people: World, revoke: Callable[[Membership], Any]
) -> None:
    streams = [stream_for(people.alice) for _ in range(20)]
    other = stream_for(people.charlie)

    async def story() -> None:
        hub = hub_at()
        readers = [Reader(hub, stream) for stream in streams]
        bystander = Reader(hub, other)
        for reader in [*readers, bystander]:
            await reader.until("board")
        await do(lambda: revoke(people.alice))
        for reader in readers:
            assert [text for text in await reader.rest() if "event: board" in text] == []
            assert reader.stream.over
        assert not other.over
        hub.close()

    run(story())


def test_a_wallboard_goes_dark_when_it_is_revoked_and_with_the_person_who_opened_it(people: World) -> None:
    expires = NOW + timedelta(days=3)
    walls = [
        open_wallboard(
            actor=maker, name="Hall", client=people.acme, shows_names=True, expires_at=expires, now=NOW
        )[0]
        for maker in (people.lena, people.lena, people.alice)
    ]
    streams = [stream_for(wall.opened_by, ticket=WallTicket(wall.pk, wall.opened_by.role)) for wall in walls]

    async def story() -> None:
        hub = hub_at()
        readers = [Reader(hub, stream) for stream in streams]
        for reader in readers:
            await reader.until("board")
        await do(lambda: revoke_wallboard(wallboard=walls[0], actor=people.lena, now=NOW))
        await readers[0].rest()
        assert [one.over for one in streams] == [True, False, False]
        await do(lambda: Membership.objects.filter(pk=people.alice.pk).update(active=False))
        await readers[2].rest()
        assert [one.over for one in streams] == [True, False, True]
        hub.close()

    run(story())


def test_a_hundred_streams_ask_the_database_no_more_than_one(people: World) -> None:
    ticket = SessionTicket(session_of(people.sam), people.sam.pk, people.sam.role)
    asked: list[int] = []

    def stream_of(ticket: SessionTicket) -> Stream:
        return stream_for(people.sam, ticket=ticket)

    async def story() -> None:
        for number in (1, 100):
            hub, reads = hub_at(), 0
            read = hub._read

            async def counted(ask: Callable[[], Any], read: Any = read) -> Any:
                nonlocal reads
                reads += 1
                return await read(ask)

            hub._read = counted  # type: ignore[method-assign]
            readers = [Reader(hub, stream_of(ticket)) for _ in range(number)]
            joined = [await anext(reader.frames) for reader in readers]
            assert len(joined) == number
            reads = 0
            await asyncio.gather(*(reader.until("board") for reader in readers))
            asked.append(reads)
            hub.close()
        # One look at the ledger, one board, one wording, one question who may still see.
        assert max(asked) <= 8

    run(story())


def test_no_sign_of_life_goes_out_while_the_database_cannot_be_read(
    people: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hubs, "BEAT_EVERY", 0.0)
    stream, looks = stream_for(people.sam), []

    def broken(feed: LedgerFeed) -> set[int]:
        looks.append(1)
        raise DatabaseError("gone")

    async def story() -> None:
        hub = hub_at()
        reader = Reader(hub, stream)
        await reader.until("board")
        with monkeypatch.context() as patch:
            patch.setattr(LedgerFeed, "news", broken)
            while len(looks) < 3:
                await asyncio.sleep(0.01)
            stream.wake.clear()
            before = len(looks)
            while len(looks) < before + 5:
                await asyncio.sleep(0.01)
            assert not stream.wake.is_set()
        await reader.until("beat")
        hub.close()

    run(story())
    assert "cannot read the database" in caplog.text


def test_a_process_that_leaves_ends_its_streams_and_takes_no_more(people: World) -> None:
    streams = [stream_for(people.sam) for _ in range(3)]

    async def story() -> None:
        hub = hub_at()
        readers = [Reader(hub, stream) for stream in streams[:2]]
        for reader in readers:
            await reader.until("board")
        hub.close()
        for reader in [*readers, Reader(hub, streams[2])]:
            await asyncio.wait_for(reader.rest(), PATIENCE)

    run(story())


def test_a_slow_reader_gets_the_newest_board_and_none_before_it(people: World) -> None:
    stream = stream_for(people.sam)
    for number in range(5):
        stream.put(frame("board", f"number {number}"))
    assert stream.waiting == frame("board", "number 4")


def test_an_event_that_is_committed_after_one_with_a_higher_number_is_heard(people: World) -> None:
    issue = report(people.alice, at=NOW)
    feed = LedgerFeed()
    feed.news()
    work.comment(issue=fresh(issue), body="Hello", actor=people.sam, now=NOW)
    late = Event.objects.latest("pk")
    # As if its transaction had drawn a number early and was committed only now.
    feed._told = {pk for pk in feed._told if pk != late.pk} | {late.pk + 1, late.pk + 2}
    assert feed.news() == {people.acme.pk}
    assert feed.news() == set()


def test_lines_of_a_board_stay_lines_of_one_event() -> None:
    assert frame("board", "a\nb", number="7") == b"event: board\nid: 7\ndata: a\ndata: b\n\n"
