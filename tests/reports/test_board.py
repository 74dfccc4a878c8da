"""The dashboard's numbers: each is that of the list behind it, for its reader, until the instant that is announced."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slaportal.accounts.models import Membership
from slaportal.escalations.services import watch
from slaportal.issues.counting import Row
from slaportal.issues.services import classification, ending, waiting, work
from slaportal.reports.live.rendering import Style, body
from slaportal.reports.selectors.adherence import adherence
from slaportal.reports.selectors.board import KEYS, Board, board
from slaportal.reports.selectors.month import decided, month_begins, month_of
from slaportal.reports.selectors.viewpoints import Viewpoint
from tests.world import HOUR, MICROSECOND, MONDAY, World, fresh, report

NOW = MONDAY + timedelta(minutes=30)
STYLE = Style(language="en", zone="UTC")


@pytest.fixture
def desk(world: World) -> World:
    """At half past nine acme has an issue overdue, one due soon, one waiting; globex has one."""
    report(world.alice, title="late", level="critical", at=MONDAY - 3 * HOUR)
    soon = report(world.bob, title="soon", level="critical")
    classification.agree(issue=fresh(soon), actor=world.sam, now=NOW)
    stuck = report(world.alice, title="stuck", level="low", at=MONDAY - timedelta(days=5))
    work.comment(issue=fresh(stuck), body="We look.", actor=world.sam, now=MONDAY - timedelta(days=5))
    asked = MONDAY - timedelta(days=4)
    waiting.wait(issue=fresh(stuck), on="client", reason="The log, please.", actor=world.sam, now=asked)
    report(world.charlie, title="elsewhere", level="high", at=MONDAY - 2 * HOUR)
    watch(now=NOW)
    return world


def numbers(seen: Board) -> dict[str, int]:
    return {card.key: card.count for card in seen.cards}


def titles(seen: Board, key: str) -> list[str]:
    return [line.issue.title for card in seen.cards if card.key == key for line in card.lines]


def test_staff_see_everything_in_six_cards(desk: World) -> None:
    seen = board(Viewpoint(desk.sam), now=NOW)
    # Silence has agreed to the levels of “late” and “stuck” meanwhile.
    assert numbers(seen) == {"breaching": 1, "due": 1, "response": 3, "level": 1, "waiting": 1}
    assert titles(seen, "breaching") == ["late"]
    assert titles(seen, "due") == ["soon"]
    assert [line.level for line in seen.month.lines] == ["critical", "high", "medium", "low"]


def test_staff_can_look_at_one_client_alone(desk: World) -> None:
    seen = board(Viewpoint(desk.sam, desk.globex), now=NOW)
    assert numbers(seen) == {"breaching": 0, "due": 0, "response": 1, "level": 1, "waiting": 0}
    assert [one.line.issue.title for one in seen.work] == ["elsewhere"]


def test_clients_see_their_own_and_reporters_what_concerns_them(desk: World) -> None:
    assert numbers(board(Viewpoint(desk.alice), now=NOW))["response"] == 2
    assert numbers(board(Viewpoint(desk.charlie), now=NOW))["response"] == 1
    assert titles(board(Viewpoint(desk.bob), now=NOW), "response") == ["soon"]


@pytest.mark.parametrize("name", ["sam", "vera", "alice", "bob", "charlie"])
@time_machine.travel(NOW, tick=False)
def test_every_number_is_that_of_the_list_it_leads_to(
    desk: World, client_for: Callable[[Membership], Client], name: str
) -> None:
    member: Membership = getattr(desk, name)
    client = client_for(member)
    for client_id in ("", desk.acme.pk, desk.globex.pk) if member.is_vendor else ("",):
        page = client.get(reverse("reports:dashboard"), {"client": client_id}).content.decode()
        for card in board(Viewpoint(member), now=NOW).cards if not client_id else ():
            shown = client.get(reverse("issues:list"), {"queue": card.key}).context["page"].paginator.count
            assert shown == card.count, card.key
        links = [f"queue={key}" + (f"&amp;organization={client_id}" if client_id else "") for key in KEYS]
        assert all(f'{link}"' in page for link in links)


@time_machine.travel(NOW, tick=False)
def test_the_numbers_of_the_month_lead_to_as_many_clocks(
    desk: World, client_for: Callable[[Membership], Client]
) -> None:
    month = month_of(Viewpoint(desk.sam), now=NOW)
    for row in (row for line in month.lines for row in (line.response, line.resolution)):
        query = {"level": row.level, "metric": row.metric}
        page = client_for(desk.sam).get(reverse("reports:month"), query)
        assert page.context["page"].paginator.count == row.strict.decided


def test_no_byte_of_a_clients_board_depends_on_another_client(desk: World) -> None:
    def bytes_for(member: Membership) -> tuple[str, str]:
        seen = board(Viewpoint(member), now=NOW + HOUR)
        return seen.fingerprint, body(seen, Viewpoint(member), STYLE)

    before = bytes_for(desk.charlie), bytes_for(desk.bob)
    changed = report(desk.alice, title="CANARY", level="critical", at=NOW)
    work.progress(issue=fresh(changed), stage="fixing", percent=65, actor=desk.sam, now=NOW)
    assert (bytes_for(desk.charlie), bytes_for(desk.bob)) == before
    assert "CANARY" in bytes_for(desk.alice)[1]
    assert bytes_for(desk.alice)[0] != before[0][0]


def test_readers_share_a_board_only_where_they_see_the_same(desk: World) -> None:
    keys = {
        name: Viewpoint(getattr(desk, name)).key
        for name in ("sam", "lena", "vera", "alice", "bob", "charlie")
    }
    assert keys["sam"] == keys["lena"] == keys["vera"]
    assert len(set(keys.values())) == 4
    assert Viewpoint(desk.sam, desk.acme).key not in keys.values()


def test_what_a_board_says_changes_by_time_alone_exactly_when_it_announces(desk: World) -> None:
    at, end = NOW, NOW + timedelta(hours=3)
    before = board(Viewpoint(desk.sam), now=at)
    seen = 0
    while at < end:
        at += timedelta(minutes=1)
        after = board(Viewpoint(desk.sam), now=at)
        if at < before.until:
            assert after.fingerprint == before.fingerprint, at
        else:
            seen += after.fingerprint != before.fingerprint
            before = after
    assert seen >= 4


def test_remediation_says_stage_percent_and_whether_the_promised_update_is_late(desk: World) -> None:
    issue = report(desk.alice, title="worked on", level="high", at=NOW)
    promised = NOW + HOUR
    work.progress(
        issue=fresh(issue), stage="fixing", percent=65, next_update_at=promised, actor=desk.sam, now=NOW
    )

    def line(at: datetime) -> tuple[bool, list[str]]:
        works = board(Viewpoint(desk.alice), now=at).work
        found = next(one for one in works if one.line.issue.title == "worked on")
        return found.late, [step.state for step in found.steps]

    assert line(promised) == (False, ["done", "done", "now", "later", "later"])
    assert line(promised + MICROSECOND)[0] is True


def test_critical_comes_before_high_and_the_numbers_say_how_many_of_each(desk: World) -> None:
    seen = board(Viewpoint(desk.sam), now=NOW)
    assert [one.line.issue.level for one in seen.work] == ["critical", "critical", "high"]
    assert seen.open == (("critical", 2), ("high", 1))


def test_a_late_clock_counts_in_the_browser_and_says_how_late_in_few_words(desk: World) -> None:
    line = next(card for card in board(Viewpoint(desk.sam), now=NOW).cards if card.key == "breaching").lines[
        0
    ]
    # Submitted three hours before Monday 09:00, due one hour later, looked at half past nine: 2 h 30 min late.
    assert line.brief is not None
    assert (line.brief.headline, line.brief.remaining_seconds) == ("2 h 30 min late", -9000)


def test_the_month_is_that_of_adherence_added_over_clients_each_in_its_own_zone(world: World) -> None:
    for number in range(12):
        for reporter in (world.alice, world.charlie):
            # Around midnight of 1 March in Berlin (23:00 UTC) and in New York (05:00 UTC).
            at = datetime(2026, 2, 28, 20, tzinfo=UTC) + number * HOUR
            issue = report(reporter, level=("critical", "high")[number % 2], at=at)
            classification.agree(issue=fresh(issue), actor=world.sam, now=at)
            if number % 3:
                ending.resolve(issue=fresh(issue), note="Done.", actor=world.sam, now=at + 10 * HOUR)
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    watch(now=now)
    month = month_of(Viewpoint(world.sam), now=now)
    seen = {
        (row.level, row.metric): row.data()
        for line in month.lines
        for row in (line.response, line.resolution)
    }
    expected: dict[tuple[str, str], Row] = {}
    for organization, zone in ((world.acme, "Europe/Berlin"), (world.globex, "America/New_York")):
        for row in adherence(organization, begins=month_begins(now, zone), ends=now + MICROSECOND):
            counted = expected.setdefault((row.level, row.metric), row)
            if counted is not row:
                counted.undecided += row.undecided
                for mine, theirs in ((counted.strict, row.strict), (counted.adjusted, row.adjusted)):
                    mine.met += theirs.met
                    mine.breached += theirs.breached
    assert seen == {key: row.data() for key, row in expected.items()}
    assert decided(Viewpoint(world.sam), now=now).count() > 10
    assert month.zones == ("America/New_York", "Europe/Berlin")


@pytest.mark.parametrize("number", [1, 30])
def test_a_board_costs_the_same_for_one_issue_and_for_many(world: World, number: int) -> None:
    for _ in range(number):
        report(world.bob, level="critical", at=MONDAY - 3 * HOUR)
    with CaptureQueriesContext(connection) as captured:
        body(board(Viewpoint(world.sam), now=NOW), Viewpoint(world.sam), STYLE)
    assert len(captured) == 18


@time_machine.travel(NOW, tick=False)
def test_a_client_that_nobody_knows_or_may_see_is_not_found(
    desk: World, client_for: Callable[[Membership], Client]
) -> None:
    address = reverse("reports:dashboard")
    for wanted in ("999999", "x", "9" * 30, str(desk.vendor.pk)):
        assert client_for(desk.sam).get(address, {"client": wanted}).status_code == 404
    seen = client_for(desk.charlie).get(address, {"client": desk.acme.pk}).content.decode()
    assert "elsewhere" in seen
    assert "soon" not in seen


def test_administrators_who_read_no_issues_have_no_dashboard(
    desk: World, client_for: Callable[[Membership], Client]
) -> None:
    for name in ("dashboard", "dashboard-now", "dashboard-stream", "month"):
        assert client_for(desk.ada).get(reverse(f"reports:{name}")).status_code == 403


def test_a_server_without_streams_tells_the_browser_to_ask_instead(
    desk: World, client_for: Callable[[Membership], Client]
) -> None:
    assert client_for(desk.sam).get(reverse("reports:dashboard-stream")).status_code == 204
    answer = client_for(desk.sam).get(reverse("reports:dashboard-now"))
    assert answer.headers["Cache-Control"].startswith("no-store")
    assert len(answer.headers["ETag"].strip('"')) == 20
