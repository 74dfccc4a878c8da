"""The staff's queue: the right rows, in the right order, at the same cost for one row and for many."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slaportal.accounts.models import Membership
from slaportal.escalations.services import escalate
from slaportal.issues.models import Issue
from slaportal.issues.selectors import queues
from slaportal.issues.services import classification, ending, waiting, work
from slaportal.notifications.models import Heartbeat
from tests.world import HOUR, MONDAY, World, fresh, report

LATER = MONDAY + timedelta(minutes=30)
QUEUE = "admin:issues_issue_changelist"


@pytest.fixture(autouse=True)
def _half_past_nine() -> Iterator[None]:
    """Pages read the clock: it is half an hour after the first reports."""
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def desk(client_for: Callable[[Membership], Client], sam: Membership) -> Client:
    """Sam's browser."""
    return client_for(sam)


def shown(client: Client, query: str = "") -> list[str]:
    """Titles of the rows of the queue, top to bottom."""
    response = client.get(f"{reverse(QUEUE)}?{query}")
    assert response.status_code == 200
    return [issue.title for issue in response.context["cl"].result_list]


def many(alice: Membership, number: int) -> list[Issue]:
    return [
        report(alice, title=f"Issue {index}", at=MONDAY + timedelta(seconds=index)) for index in range(number)
    ]


def test_the_next_deadline_stands_first_and_issues_without_one_last(
    desk: Client, alice: Membership, sam: Membership
) -> None:
    resolved = report(alice, title="resolved", level="critical")
    ending.resolve(issue=fresh(resolved), note="Done.", actor=sam, now=LATER)
    report(alice, title="low", level="low")
    report(alice, title="critical", level="critical")
    report(alice, title="high", level="high")
    assert shown(desk) == ["critical", "high", "low", "resolved"]
    assert shown(desk, "o=-5") == ["low", "high", "critical", "resolved"]


def test_ended_issues_are_hidden_unless_asked_for(desk: Client, alice: Membership) -> None:
    report(alice, title="live")
    ended = report(alice, title="ended")
    ending.withdraw(issue=fresh(ended), reason="A mistake.", actor=alice, now=LATER)
    assert shown(desk) == ["live"]
    assert sorted(shown(desk, "queue=all")) == ["ended", "live"]
    assert shown(desk, f"q={ended.reference}") == ["ended"]


@pytest.fixture
def triage(world: World) -> World:
    """One issue for each question of the queue."""
    alice, sam, lena = world.alice, world.sam, world.lena
    # Nobody answered its proposal within the response target: the level has lapsed, so it is agreed.
    late = report(alice, title="late", level="critical", at=MONDAY - 3 * HOUR)
    work.assign(issue=fresh(late), to=sam, actor=lena, now=LATER)
    soon = report(alice, title="soon", level="critical")
    classification.agree(issue=fresh(soon), actor=sam, now=LATER)
    stuck = report(alice, title="stuck", level="low", at=MONDAY - timedelta(days=5))
    work.comment(issue=fresh(stuck), body="We look.", actor=sam, now=MONDAY - timedelta(days=5) + HOUR)
    waiting.wait(
        issue=fresh(stuck), on="client", reason="The log, please.", actor=sam, now=MONDAY - timedelta(days=4)
    )
    quiet = report(alice, title="quiet", level="low", at=MONDAY - timedelta(days=5))
    classification.agree(issue=fresh(quiet), actor=sam, now=MONDAY - timedelta(days=5))
    work.assign(issue=fresh(quiet), to=lena, actor=lena, now=MONDAY - timedelta(days=5))
    work.comment(issue=fresh(quiet), body="We look.", actor=sam, now=MONDAY - timedelta(days=4))
    done = report(alice, title="done", level="low")
    ending.resolve(issue=fresh(done), note="Fixed.", actor=sam, now=LATER)
    raised = report(alice, title="raised", level="low")
    escalate(issue=fresh(raised), reason="We are blocked.", actor=alice, now=LATER)
    ended = report(alice, title="ended", level="low")
    ending.withdraw(issue=fresh(ended), reason="A mistake.", actor=alice, now=LATER)
    return world


@pytest.mark.parametrize(
    ("queue", "titles"),
    [
        ("live", {"late", "soon", "stuck", "quiet", "done", "raised"}),
        ("criticality", {"stuck", "done", "raised"}),
        ("unassigned", {"soon", "stuck", "raised"}),
        ("due", {"soon"}),
        ("breaching", {"late"}),
        ("waiting-long", {"stuck"}),
        ("silent", {"quiet"}),
        ("confirmation", {"done"}),
        ("escalated", {"raised"}),
        ("mine", {"late"}),
        ("response", {"late", "soon", "raised"}),
        ("level", {"stuck", "done", "raised"}),
        ("waiting", {"stuck"}),
        ("all", {"late", "soon", "stuck", "quiet", "done", "raised", "ended"}),
    ],
)
def test_each_queue_asks_its_own_question(
    triage: World, client_for: Callable[[Membership], Client], queue: str, titles: set[str]
) -> None:
    assert set(shown(client_for(triage.sam), f"queue={queue}")) == titles


def test_each_card_and_each_preset_counts_what_its_list_shows(
    triage: World, client_for: Callable[[Membership], Client]
) -> None:
    client = client_for(triage.sam)
    cards = client.get(reverse("admin:index")).context["cards"]
    assert len(cards) == 5
    for card, href in cards:
        assert len(client.get(href).context["cl"].result_list) == card.count, card.label
    for one in client.get(reverse(QUEUE)).context["queues"]:
        assert len(shown(client, f"queue={one['queue'].key}")) == one["count"], one["queue"].key


def test_a_promised_update_that_did_not_come_is_asked_for(
    desk: Client, alice: Membership, sam: Membership
) -> None:
    issue = report(alice, title="promised")
    work.progress(
        issue=fresh(issue),
        stage="fixing",
        percent=10,
        next_update_at=MONDAY + timedelta(minutes=10),
        actor=sam,
        now=MONDAY,
    )
    report(alice, title="new")
    assert shown(desk, "queue=silent") == ["promised"]


def test_levels_that_wait_for_the_vendor_s_answer_are_on_the_front_page(
    desk: Client, alice: Membership, sam: Membership
) -> None:
    asked = report(alice, title="asked")
    settled = report(alice, title="settled")
    classification.agree(issue=fresh(settled), actor=sam, now=LATER)
    page = desk.get(reverse("admin:index"))
    assert [row.issue for row in page.context["waiting"]] == [asked]
    assert "Waiting for your answer on criticality" in page.content.decode()


@pytest.mark.parametrize("number", [1, 50])
def test_the_queue_costs_at_most_fifteen_queries(desk: Client, alice: Membership, number: int) -> None:
    many(alice, number)
    with CaptureQueriesContext(connection) as captured:
        assert len(shown(desk)) == number
    assert len(captured) <= 15


def test_the_queue_costs_the_same_for_one_row_and_for_fifty(desk: Client, alice: Membership) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(desk)
        return len(captured)

    many(alice, 1)
    one = cost()
    many(alice, 49)
    assert cost() == one


def test_the_issue_that_needs_me_is_mine_or_nobodys_and_due_next(
    desk: Client, alice: Membership, sam: Membership, lena: Membership
) -> None:
    hers = report(alice, title="hers", level="critical")
    work.assign(issue=fresh(hers), to=lena, actor=lena, now=LATER)
    report(alice, title="nobodys", level="high")
    mine = report(alice, title="mine", level="low")
    work.assign(issue=fresh(mine), to=sam, actor=lena, now=LATER)
    page = desk.get(reverse("admin:index"))
    assert page.context["urgent"].title == "nobodys"
    assert "Respond in 5 h 30 min" in page.content.decode()


def test_without_a_deadline_nothing_needs_me(desk: Client) -> None:
    assert desk.get(reverse("admin:index")).context["urgent"] is None


@pytest.mark.parametrize(
    ("age", "warned"), [(timedelta(seconds=5), False), (timedelta(minutes=10), True), (None, True)]
)
def test_a_silent_watch_is_announced_on_the_front_page(
    desk: Client, age: timedelta | None, warned: bool
) -> None:
    if age is not None:
        Heartbeat.beat("watch", now=LATER - age)
    page = desk.get(reverse("admin:index")).content.decode()
    assert ("Escalations" in page and "delayed" in page) is warned


def test_a_search_finds_reference_title_text_and_client(
    desk: Client, alice: Membership, charlie: Membership
) -> None:
    first = report(alice, title="Umlauts vanish")
    report(charlie, title="Export stops")
    for words in (first.reference, "umlauts", "acme"):
        assert shown(desk, f"q={words}") == ["Umlauts vanish"]
    assert len(shown(desk, "q=empty+token")) == 2


def test_filters_narrow_by_the_words_of_the_domain(desk: Client, alice: Membership) -> None:
    report(alice, title="one", level="critical")
    report(alice, title="two", level="low")
    assert shown(desk, "level__exact=low") == ["two"]
    assert shown(desk, f"organization__id__exact={alice.organization_id}&level__exact=critical") == ["one"]


def test_an_unknown_queue_is_the_live_one(desk: Client, alice: Membership) -> None:
    report(alice, title="one")
    assert shown(desk, "queue=nonsense") == ["one"]
    assert set(queues.counts(queues.BY_KEY, member=alice, now=LATER)) == set(queues.BY_KEY)


def choose(client: Client, action: str, issues: list[Issue], **more: Any) -> Any:
    data = {"action": action, "_selected_action": [issue.pk for issue in issues], **more}
    return client.post(reverse(QUEUE), data)


def test_a_bulk_act_is_previewed_and_changes_nothing_yet(desk: Client, alice: Membership) -> None:
    issues = many(alice, 2)
    page = choose(desk, "assign_to_me", issues).content.decode()
    assert "Nothing is changed yet" in page
    assert "nobody → Sam" in page
    assert not Issue.objects.exclude(assigned_to=None).exists()


def test_each_row_of_a_bulk_act_says_how_it_went(
    desk: Client, alice: Membership, sam: Membership, lena: Membership
) -> None:
    fine, raced = many(alice, 2)
    seen = [f"{issue.pk}:{issue.version}" for issue in (fine, raced)]
    work.assign(issue=fresh(raced), to=lena, actor=lena, now=LATER)
    response = desk.post(reverse("admin:issues_issue_bulk", args=["take"]), {"issue": seen})
    rows = {row.issue.title: row for row in response.context["rows"]}
    assert rows["Issue 0"].done is True
    assert rows["Issue 1"].done is False
    assert "Somebody else changed this issue" in rows["Issue 1"].words
    assert fresh(fine).assigned_to == sam
    assert fresh(raced).assigned_to == lena


def test_issues_are_given_to_the_person_who_was_chosen(
    desk: Client, alice: Membership, lena: Membership
) -> None:
    issues = many(alice, 2)
    seen = [f"{issue.pk}:{issue.version}" for issue in issues]
    desk.post(reverse("admin:issues_issue_bulk", args=["assign"]), {"issue": seen, "to": lena.pk})
    assert [fresh(issue).assigned_to for issue in issues] == [lena, lena]


def test_people_without_the_right_are_refused_row_by_row(
    client_for: Callable[[Membership], Client], alice: Membership, vera: Membership
) -> None:
    issue = report(alice)
    address = reverse("admin:issues_issue_bulk", args=["take"])
    response = client_for(vera).post(address, {"issue": [f"{issue.pk}:{issue.version}"]})
    assert "may not do this" in response.context["rows"][0].words
    assert fresh(issue).assigned_to is None


def test_no_cell_of_the_export_is_a_formula(desk: Client, alice: Membership) -> None:
    issue = report(alice, title="=HYPERLINK(1)")
    response = choose(desk, "export_csv", [issue])
    text = response.content.decode("utf-8-sig")
    assert response["Content-Disposition"].startswith("attachment")
    assert f"{issue.reference},'=HYPERLINK(1),Acme,High,yes,Open" in text


def test_instants_of_the_queue_are_those_of_the_clock(desk: Client, alice: Membership) -> None:
    report(alice, level="high")
    page = desk.get(reverse(QUEUE)).content.decode()
    assert "Respond in 5 h 30 min" in page
    assert "clock--running" in page


def test_what_has_passed_since_the_last_look_shows_as_overdue(desk: Client, alice: Membership) -> None:
    at: datetime = LATER - 2 * HOUR
    report(alice, level="critical", at=at)
    page = desk.get(reverse(QUEUE)).content.decode()
    assert "Overdue by 1 h" in page
    assert "clock--breaching" in page


@pytest.mark.parametrize("typed", ["tokans", "Tok", "globex"])
def test_the_queue_finds_as_the_site_does_and_by_the_name_of_the_client(
    desk: Client, world: World, typed: str
) -> None:
    report(world.charlie, title="Tokens come back empty")
    report(world.alice, title="Printer on fire", description="It burns.")
    assert shown(desk, f"q={typed}") == ["Tokens come back empty"]
