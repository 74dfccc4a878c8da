"""The pages of post-mortems: who sees what, how a draft is written, reviewed and published, and lists that stay fast."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from slaportal.accounts.models import Membership
from slaportal.feedback.models import ActionItem, PostMortem
from slaportal.feedback.services import postmortems
from slaportal.ledger.models import Event
from tests.feedback import writing
from tests.feedback.writing import again, drafted, published, resolved, written
from tests.world import HOUR, MONDAY, World, make_world

ClientFor = Callable[[Membership], Client]
DAY = timedelta(days=1)
LATER = MONDAY + 48 * HOUR


@pytest.fixture
def world(db: None) -> World:
    """The usual world under a policy that owes post-mortems."""
    return make_world(owes_postmortem=True)


def text_of(client: Client, address: str, *, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return unescape(response.content.decode())


def address(one: PostMortem, rest: str = "") -> str:
    return f"/post-mortems/{one.reference}{rest}"


def send(client: Client, one: PostMortem, act: str, /, **typed: object) -> int:
    given = {"version": again(one).version, **typed}
    return client.post(address(one, f"/acts/{act}"), given).status_code


def test_the_vendor_works_on_it_and_the_client_reads_only_that_it_is_being_written(
    world: World, client_for: ClientFor
) -> None:
    one = written(drafted(world), world.sam, now=LATER)
    assert "Tokens came back empty for two days." in text_of(client_for(world.sam), address(one))
    for member in (world.alice, world.bob):
        page = text_of(client_for(member), address(one))
        assert "It is being written" in page
        for secret in ("two days", "Certificate not watched", "Watch the dates", "by chance"):
            assert secret not in page


def test_a_stranger_finds_nothing(world: World, client_for: ClientFor) -> None:
    one = published(world)
    stranger = client_for(world.charlie)
    for rest in ("", "/preview", "/editions/1", "/write"):
        assert stranger.get(address(one, rest)).status_code in (403, 404)
    assert stranger.get(address(one)).status_code == 404
    action = ActionItem.objects.get()
    assert stranger.get(f"/post-mortems/actions/{action.pk}").status_code == 404
    assert one.issue.title not in text_of(stranger, "/post-mortems/?tab=all")


def test_the_client_cannot_open_what_is_the_vendors(world: World, client_for: ClientFor) -> None:
    one = published(world)
    alice = client_for(world.alice)
    for rest in ("/preview", "/editions/1", "/write"):
        assert alice.get(address(one, rest)).status_code == 403
    assert alice.get("/post-mortems/factors").status_code == 403
    assert send(alice, one, "correct") == 403


def test_an_administrator_without_issues_reads_no_postmortems(world: World, client_for: ClientFor) -> None:
    assert client_for(world.ada).get("/post-mortems/").status_code == 403


def test_from_draft_to_publication_by_pages(world: World, client_for: ClientFor) -> None:
    one = drafted(world)
    sam, lena, vera = client_for(world.sam), client_for(world.lena), client_for(world.vera)
    typed = {**writing.TEXTS, "none_needed": "", "check_on": "2030-05-01", "seen": one.version}
    assert sam.post(address(one, "/write"), typed).status_code == 302
    factor = {"kind": "process", "name": "Release on a Friday", "text": "", "for_client": "on"}
    assert send(sam, one, "add-factor", **factor) == 302
    action = {"kind": "detect", "text": "Warn 30 days before", "owner": world.sam.pk, "due_on": "2030-01-31"}
    assert send(sam, one, "add-action", for_client="on", **action) == 302
    assert send(sam, one, "add-idea", kind="prevent", text="Renew by itself") == 302
    assert send(sam, one, "add-entry", at="2026-03-01T10:00", text="It ran out") == 302
    assert send(sam, one, "submit") == 302
    assert send(sam, one, "approve") == 403
    assert send(lena, one, "send-back", reason="Name the version.") == 302
    assert "Name the version." in text_of(sam, address(one))
    assert send(sam, one, "submit") == 302
    assert send(lena, one, "approve") == 302
    preview = text_of(vera, address(one, "/preview"))
    assert "Warn 30 days before" in preview
    assert "It ran out" not in preview  # not ticked for the client
    assert send(vera, one, "publish") == 302
    assert again(one).state == "published"
    page = text_of(client_for(world.alice), address(one))
    assert "Warn 30 days before" in page
    assert "the vendor agent renewed it" in page
    assert "Sam" not in page.split("<main")[1]


def test_what_was_typed_stays_when_an_act_is_refused(world: World, client_for: ClientFor) -> None:
    one = drafted(world)
    response = client_for(world.sam).post(
        address(one, "/acts/add-action"),
        {
            "version": one.version,
            "kind": "detect",
            "text": "Warn earlier",
            "owner": world.sam.pk,
            "due_on": "2020-01-01",
        },
    )
    assert response.status_code == 422
    page = unescape(response.content.decode())
    assert "still to come" in page
    assert "Warn earlier" in page


def test_a_reporter_reads_it_once_a_manager_has_published_it_inside(
    world: World, client_for: ClientFor
) -> None:
    one = published(world)
    bob, alice = client_for(world.bob), client_for(world.alice)
    assert "Your organization is reading it" in text_of(bob, address(one))
    assert bob.post(address(one, "/accept")).status_code == 403
    assert alice.post(address(one, "/accept")).status_code == 302
    assert "A certificate ran out" in text_of(bob, address(one))


def test_two_people_who_write_different_sections_both_keep_their_words(
    world: World, client_for: ClientFor
) -> None:
    one = written(drafted(world), world.sam, now=LATER)
    stored, seen = {**one.texts(), "check_on": ""}, one.version
    client_for(world.lena).post(address(one, "/write"), {**stored, "seen": seen, "impact": "Lena's impact"})
    response = client_for(world.sam).post(
        address(one, "/write"), {**stored, "seen": seen, "detection": "Sam's detection"}
    )
    assert response.status_code == 302
    assert (again(one).impact, again(one).detection) == ("Lena's impact", "Sam's detection")


def test_two_people_who_write_the_same_section_see_both_texts_and_put_them_together(
    world: World, client_for: ClientFor
) -> None:
    one = written(drafted(world), world.sam, now=LATER)
    stored, seen = {**one.texts(), "check_on": ""}, one.version
    sam = client_for(world.sam)
    client_for(world.lena).post(
        address(one, "/write"), {**stored, "seen": seen, "impact": "Lena's impact", "lucky": "Lena's luck"}
    )
    response = sam.post(
        address(one, "/write"), {**stored, "seen": seen, "impact": "Sam's impact", "trigger": "Sam's trigger"}
    )
    assert response.status_code == 409
    page = unescape(response.content.decode())
    assert "Lena has saved" in page
    assert page.count("Lena's impact") == 1
    assert page.count("Sam's impact") == 2  # to read, and in the field
    assert again(one).impact == "Lena's impact"
    form = response.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"impact": "Both impacts"}
    assert sam.post(address(one, "/write"), sent).status_code == 302
    found = again(one)
    assert (found.impact, found.lucky, found.trigger) == ("Both impacts", "Lena's luck", "Sam's trigger")


def test_the_form_begins_with_what_the_record_knows(world: World, client_for: ClientFor) -> None:
    one = drafted(world)
    assert "Renewed." in text_of(client_for(world.sam), address(one, "/write"))
    assert again(one).resolution == ""


def test_ticks_are_kept_as_sent(world: World, client_for: ClientFor) -> None:
    one = drafted(world)
    events = list(
        Event.objects.filter(subject=one.issue.reference).order_by("pk")[:2].values_list("pk", flat=True)
    )
    client_for(world.sam).post(address(one, "/tick"), {"event": events})
    assert sorted(one.entries.values_list("event", flat=True)) == events


def test_the_issue_shows_where_its_postmortem_stands(world: World, client_for: ClientFor) -> None:
    one = drafted(world)
    issue = f"/issues/{one.issue.reference}"
    assert "Open the post-mortem" in text_of(client_for(world.sam), issue)
    theirs = text_of(client_for(world.alice), issue)
    assert "The issue stays open until it is published or waived." in theirs
    assert address(one) not in theirs
    assert address(one) in text_of(client_for(world.sam), f"/admin/issues/issue/{one.issue.pk}/change/")


def test_the_owner_says_what_was_done_and_others_do_not(world: World, client_for: ClientFor) -> None:
    published(world)
    action = ActionItem.objects.get()
    page = f"/post-mortems/actions/{action.pk}"
    assert "It is done" in text_of(client_for(world.sam), page)
    assert "It is done" not in text_of(client_for(world.alice), page)
    assert client_for(world.alice).post(page, {"act": "done", "outcome": "x"}).status_code == 403
    assert client_for(world.vera).post(page, {"act": "done", "outcome": "x"}).status_code == 403
    assert client_for(world.sam).post(page, {"act": "done", "outcome": ""}).status_code == 422
    assert (
        client_for(world.sam).post(page, {"act": "done", "outcome": "The watch is live."}).status_code == 302
    )
    action.refresh_from_db()
    assert (action.state, action.remind_at) == ("done", None)
    assert "The watch is live." in text_of(client_for(world.alice), page)


def test_search_finds_causes_and_factors_for_the_vendor_and_published_words_for_the_client(
    world: World, client_for: ClientFor
) -> None:
    one = published(world)
    sam, alice, bob = client_for(world.sam), client_for(world.alice), client_for(world.bob)
    for words in ("certificate watched", "quiet", "chance", "dates"):
        assert one.issue.title in text_of(sam, f"/post-mortems/?q={words}"), words
    assert one.issue.title in text_of(alice, "/post-mortems/?q=certificate")
    assert one.issue.title not in text_of(alice, "/post-mortems/?q=chance").split("<main")[1]
    assert one.issue.title not in text_of(bob, "/post-mortems/?q=certificate").split("<main")[1]


def queries(client: Client, page: str) -> int:
    client.get(page)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", ["/post-mortems/?tab=all", "/post-mortems/actions", "/post-mortems/factors"])
def test_lists_ask_the_database_as_often_for_many_rows_as_for_one(
    world: World, client_for: ClientFor, page: str
) -> None:
    published(world)
    sam = client_for(world.sam)
    few = queries(sam, page)
    for number in range(1, 5):
        published_again(world, number)
    assert queries(sam, page) == few


def published_again(world: World, number: int) -> None:
    at = MONDAY + number * DAY
    issue = resolved(world, at=at)
    postmortems.sweep(now=at + 5 * HOUR)
    one = written(PostMortem.objects.get(issue=issue), world.sam, now=LATER + number * DAY)
    postmortems.submit(postmortem=one, actor=world.sam, now=LATER + number * DAY)
    postmortems.approve(postmortem=again(one), actor=world.lena, now=LATER + number * DAY)
    postmortems.publish(postmortem=again(one), actor=world.vera, now=LATER + number * DAY)
