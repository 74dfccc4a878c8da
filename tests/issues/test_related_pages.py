"""Similar issues while reporting, followers, follow-ups and splitting, as people meet them on the pages."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from slaportal.accounts.models import Membership
from slaportal.issues.models import Issue
from slaportal.issues.selectors.related import similar
from slaportal.issues.services import ending
from tests.world import HOUR, MONDAY, World, fresh, make_member, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
NOW = MONDAY + HOUR
FORM = {
    "submission_key": "6f1c7a52-3d7c-4a37-9b7e-0c2f5d1e8a90",
    "title": "Empty again",
    "description": "Every second call.",
    "level": "high",
}


@pytest.fixture(autouse=True)
def _at_ten() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def heard(member: Membership, title: str) -> list[str]:
    return [issue.title for issue in similar(title, organization=member.organization, member=member)]


# --- similar issues


@pytest.mark.parametrize(
    "title", ["Empty tokens", "The token comes back empty", "tokans empty", "Tokens are empty since Monday"]
)
def test_an_open_issue_of_the_same_words_is_offered(world: World, title: str) -> None:
    report(world.alice, title="Tokens come back empty")
    report(world.alice, title="Printer on fire", description="It burns.")
    assert heard(world.alice, title) == ["Tokens come back empty"]


@pytest.mark.parametrize("title", ["", "the and for", "🔥", "Coffee machine broken", '"'])
def test_another_matter_finds_nothing_similar(world: World, title: str) -> None:
    report(world.alice, title="Tokens come back empty")
    assert heard(world.alice, title) == []


def test_the_nearest_comes_first_and_at_most_five_come(world: World) -> None:
    for number in range(7):
        report(world.alice, title=f"Export of invoices stops at page {number}")
    report(world.alice, title="Export of invoices to accounting stops")
    found = heard(world.alice, "Export of invoices to accounting stops")
    assert found[0] == "Export of invoices to accounting stops"
    assert len(found) == 5


def test_similar_issues_are_never_those_of_strangers_of_others_or_of_the_past(world: World) -> None:
    issue = report(world.alice, title="Tokens come back empty")
    assert heard(world.charlie, "Tokens come back empty") == []
    assert heard(world.bob, "Tokens come back empty") == []  # a reporter reads their own only
    ending.withdraw(issue=fresh(issue), reason="Gone.", actor=world.alice, now=NOW)
    assert heard(world.alice, "Tokens come back empty") == []


def test_the_form_asks_and_gets_a_piece_of_page_or_nothing(world: World, client_for: SignIn) -> None:
    issue = report(world.alice, title="Tokens <b>come</b> back empty")
    address = reverse("issues:similar")
    answer = client_for(world.alice).get(address, {"title": "empty tokens"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Tokens &lt;b&gt;come" in text
    assert reverse("issues:act", args=[issue.reference, "watch"]) in text
    assert client_for(world.alice).get(address, {"title": "coffee"}).status_code == 204
    assert client_for(world.charlie).get(address, {"title": "empty tokens"}).status_code == 204
    auditor = make_member("Olga", world.acme, "client_auditor")
    assert client_for(auditor).get(address, {"title": "empty tokens"}).status_code == 403


def test_the_vendor_asks_for_the_client_that_was_chosen(world: World, client_for: SignIn) -> None:
    report(world.alice, title="Tokens come back empty")
    client = client_for(world.sam)
    asked: dict[str, str | int] = {"title": "empty tokens", "organization": world.acme.pk}
    assert "Tokens come back empty" in client.get(reverse("issues:similar"), asked).content.decode()
    asked["organization"] = world.globex.pk
    assert client.get(reverse("issues:similar"), asked).status_code == 204
    assert client.get(reverse("issues:similar"), {"title": "empty tokens"}).status_code == 204


def test_the_form_of_a_report_can_be_sent_to_follow_another_issue_instead(
    world: World, client_for: SignIn
) -> None:
    issue = report(world.bob)
    carol = make_member("Carol", world.acme, "client_manager")
    response = client_for(carol).post(
        reverse("issues:act", args=[issue.reference, "watch"]), {**FORM, "version": issue.version}
    )
    assert response.status_code == 303
    assert issue.watchers.get() == carol


def test_staff_see_similar_open_issues_of_the_same_client(world: World, client_for: SignIn) -> None:
    issue = report(world.alice, title="Tokens come back empty")
    report(world.bob, title="Empty tokens after the update")
    report(world.charlie, title="Empty tokens at Globex")
    text = client_for(world.sam).get(reverse("admin:issues_issue_change", args=[issue.pk])).content.decode()
    assert "Empty tokens after the update" in text
    assert "Empty tokens at Globex" not in text


# --- followers


def act(client: Client, issue: Issue, name: str, **typed: object) -> int:
    address = reverse("issues:act", args=[issue.reference, name])
    return client.post(address, {"version": fresh(issue).version, **typed}).status_code


def test_a_manager_follows_and_stops(world: World, client_for: SignIn) -> None:
    issue, client = report(world.bob), client_for(world.alice)
    assert act(client, issue, "watch") == 303
    assert "Stop following" in client.get(reverse("issues:detail", args=[issue.reference])).content.decode()
    assert act(client, issue, "unwatch") == 303
    assert not issue.watchers.exists()


def test_a_colleague_is_added_and_a_stranger_is_no_choice(world: World, client_for: SignIn) -> None:
    issue, client = report(world.alice), client_for(world.alice)
    assert act(client, issue, "add-follower", who=world.charlie.pk) == 422
    assert act(client, issue, "add-follower", who=world.bob.pk) == 303
    assert issue.watchers.get() == world.bob


def test_who_stops_following_what_they_may_not_read_otherwise_lands_on_the_list(
    world: World, client_for: SignIn
) -> None:
    issue = report(world.alice)
    issue.watchers.add(world.bob)
    response = client_for(world.bob).post(
        reverse("issues:act", args=[issue.reference, "unwatch"]), {"version": issue.version}
    )
    assert (response.status_code, response.headers["Location"]) == (302, reverse("issues:list"))


def test_the_vendor_sees_the_followers_and_adds_none(world: World, client_for: SignIn) -> None:
    issue = report(world.alice)
    issue.watchers.add(world.bob)
    text = client_for(world.sam).get(reverse("issues:detail", args=[issue.reference])).content.decode()
    assert "Bob" in text
    assert "Add a colleague" not in text
    assert act(client_for(world.sam), issue, "watch") == 403


# --- follow-ups


def ended(world: World) -> Issue:
    issue = report(world.alice)
    ending.withdraw(issue=fresh(issue), reason="Gone.", actor=world.alice, now=NOW)
    return issue


def test_an_ended_issue_offers_a_follow_up_and_an_open_one_does_not(world: World, client_for: SignIn) -> None:
    over, going, client = ended(world), report(world.alice), client_for(world.alice)
    offer = f"{reverse('issues:submit')}?follows="
    assert offer in client.get(reverse("issues:detail", args=[over.reference])).content.decode()
    assert offer not in client.get(reverse("issues:detail", args=[going.reference])).content.decode()
    assert (
        offer
        not in client_for(world.sam).get(reverse("issues:detail", args=[over.reference])).content.decode()
    )


def test_a_follow_up_is_reported_by_the_form_and_linked_on_both_pages(
    world: World, client_for: SignIn
) -> None:
    over, client = ended(world), client_for(world.alice)
    address = f"{reverse('issues:submit')}?follows={over.reference}"
    assert over.title in client.get(address).content.decode()
    assert client.post(address, FORM).status_code == 302
    later = Issue.objects.get(follows=over)
    for one, other in ((over, later), (later, over)):
        text = client.get(reverse("issues:detail", args=[one.reference])).content.decode()
        assert reverse("issues:detail", args=[other.reference]) in text


def test_nothing_is_said_about_an_earlier_issue_that_one_may_not_read(
    world: World, client_for: SignIn
) -> None:
    over = ended(world)
    for stranger in (world.charlie, world.bob):
        address = f"{reverse('issues:submit')}?follows={over.reference}"
        assert client_for(stranger).get(address).status_code == 404
        assert client_for(stranger).post(address, FORM).status_code == 404


def test_the_follow_up_of_an_open_issue_leads_to_its_page(world: World, client_for: SignIn) -> None:
    going = report(world.alice)
    response = client_for(world.alice).get(f"{reverse('issues:submit')}?follows={going.reference}")
    assert response.headers["Location"] == reverse("issues:detail", args=[going.reference])


# --- splitting


def test_an_agent_splits_on_the_page_and_in_the_admin(world: World, client_for: SignIn) -> None:
    issue, client = report(world.alice), client_for(world.sam)
    assert act(client, issue, "split", title="Second", description="Exports fail.") == 303
    page = client.get(reverse("issues:detail", args=[issue.reference])).content.decode()
    assert Issue.objects.get(title="Second").reference in page
    desk = reverse("admin:issues_issue_act", args=[issue.pk, "split"])
    typed = {
        "split-version": fresh(issue).version,
        "split-title": "Third",
        "split-description": "Imports fail.",
    }
    assert client.post(desk, typed).status_code == 302
    assert Issue.objects.get(title="Third").follows == issue
    assert act(client_for(world.alice), issue, "split", title="x", description="y") == 403
