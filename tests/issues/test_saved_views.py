"""Saved views: one's own, shared with colleagues, and nobody else's; they hold questions, never answers."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.issues.models import SavedView
from slaportal.issues.selectors.saved_views import MOST, canonical, links
from slaportal.issues.services.saving_views import remove_view, rename_view, save_view
from slaportal.lib.refusal import Refused
from tests.world import HOUR, MONDAY, World, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
NOW = MONDAY + HOUR


@pytest.fixture(autouse=True)
def _at_ten() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def saved(by: Membership, name: str = "Hot", query: str = "level=high", *, shared: bool = False) -> SavedView:
    return save_view(name=name, query=query, shared=shared, actor=by, now=NOW)


def names(member: Membership) -> list[str]:
    return [one.view.name for one in links(member)]


def test_a_view_is_its_owner_s_alone_unless_it_is_shared_with_the_organization(world: World) -> None:
    saved(world.alice, "Mine")
    saved(world.alice, "Ours", shared=True)
    assert names(world.alice) == ["Mine", "Ours"]
    assert names(world.bob) == ["Ours"]
    for stranger in (world.charlie, world.sam):
        assert names(stranger) == []


def test_a_shared_view_shows_each_reader_only_their_own_issues(world: World, client_for: SignIn) -> None:
    report(world.alice, title="Of Alice")
    report(world.bob, title="Of Bob")
    saved(world.alice, shared=True)
    (link,) = links(world.bob)
    response = client_for(world.bob).get(reverse("issues:list") + link.href)
    assert [row.issue.title for row in response.context["rows"]] == ["Of Bob"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("level=high&q=tokens", "q=tokens&level=high"),
        ("tab=open", ""),
        ("tab=all", "tab=all"),
        ("level=huge&state=gone&organization=x&tab=y", ""),
        ("reported_by__user__password__startswith=a&level=low", "level=low"),
        ("q=%00+a%0Ab+&page=3&csrfmiddlewaretoken=s", "q=a+b"),
        ("next=//evil.example&q=%26level%3Dlow", "q=%26level%3Dlow"),
        ("organization=" + "9" * 30, ""),
    ],
)
def test_only_parameters_of_the_list_are_kept(world: World, given: str, kept: str) -> None:
    if not kept:
        with pytest.raises(Refused, match="nothing to save"):
            saved(world.alice, query=given)
        return
    assert saved(world.alice, query=given).query == kept


def test_a_name_is_taken_once_by_each_person(world: World) -> None:
    saved(world.alice, "Hot")
    saved(world.bob, "Hot")
    with pytest.raises(Refused, match="already"):
        saved(world.alice, " Hot ", "level=low")
    with pytest.raises(Refused, match="name"):
        saved(world.alice, "  ")
    other = saved(world.alice, "Cold", "level=low")
    with pytest.raises(Refused, match="already"):
        rename_view(view=other, name="Hot", actor=world.alice)


def test_a_person_keeps_at_most_twenty(world: World) -> None:
    for number in range(MOST):
        saved(world.alice, f"View {number}")
    with pytest.raises(Refused, match="Remove one first"):
        saved(world.alice, "One more")


def test_only_the_owner_renames_and_removes(world: World) -> None:
    view = saved(world.alice, shared=True)
    with pytest.raises(NotAllowed):
        rename_view(view=view, name="Mine now", actor=world.bob)
    with pytest.raises(NotAllowed):
        remove_view(view=view, actor=world.bob)
    rename_view(view=view, name="Warm", actor=world.alice)
    assert names(world.bob) == ["Warm"]
    remove_view(view=view, actor=world.alice)
    assert names(world.bob) == []


def test_views_of_strangers_do_not_exist_and_those_of_colleagues_are_theirs(
    world: World, client_for: SignIn
) -> None:
    private, shared = saved(world.alice, "Private"), saved(world.alice, "Shared", shared=True)
    for act in ("issues:rename-view", "issues:remove-view"):
        for member, view, status in (
            (world.charlie, shared, 404),
            (world.sam, shared, 404),
            (world.bob, private, 404),
            (world.bob, shared, 403),
        ):
            response = client_for(member).post(reverse(act, args=[view.pk]), {"name": "Taken"})
            assert response.status_code == status
    assert names(world.alice) == ["Private", "Shared"]


def test_a_view_is_saved_used_renamed_and_removed_on_the_list(world: World, client_for: SignIn) -> None:
    report(world.alice)
    client = client_for(world.alice)
    page = client.get(reverse("issues:list") + "?level=high&page=1").content.decode()
    assert 'name="query" value="level=high"' in page
    response = client.post(reverse("issues:save-view"), {"name": "Hot <1>", "query": "level=high"})
    assert (response.status_code, response.headers["Location"]) == (303, "/?level=high")
    page = client.get("/?level=high").content.decode()
    assert 'href="?level=high" aria-current="page">Hot &lt;1&gt;' in page
    view = SavedView.objects.get()
    client.post(reverse("issues:rename-view", args=[view.pk]), {"name": "Warm"})
    assert names(world.alice) == ["Warm"]
    client.post(reverse("issues:remove-view", args=[view.pk]))
    assert names(world.alice) == []


def test_saving_never_leads_to_another_site(world: World, client_for: SignIn) -> None:
    response = client_for(world.alice).post(
        reverse("issues:save-view"), {"name": "x", "query": "//evil.example?level=high\r\nX: y"}
    )
    assert response.headers["Location"] == "/"


def test_the_queue_of_the_staff_has_the_same_views_as_links(world: World, client_for: SignIn) -> None:
    report(world.alice, title="Hot", level="high")
    report(world.alice, title="Cold", level="low")
    saved(world.sam, "Hot ones", f"level=high&organization={world.acme.pk}")
    (link,) = links(world.sam, admin=True)
    response = client_for(world.sam).get(reverse("admin:issues_issue_changelist") + link.href)
    assert [issue.title for issue in response.context["cl"].result_list] == ["Hot"]
    assert "Hot ones" in response.content.decode()


def test_twenty_views_cost_the_list_no_more_queries_than_one(world: World, client_for: SignIn) -> None:
    client = client_for(world.alice)
    report(world.alice)
    counts = []
    for start, end in ((0, 1), (1, MOST)):
        for number in range(start, end):
            saved(world.alice, f"View {number}")
        client.get("/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_list_as_it_comes_has_no_name(world: World) -> None:
    assert canonical({}) == canonical({"tab": "open", "page": "7", "q": " "}) == ""
