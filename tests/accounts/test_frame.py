"""What every page has: navigation by party and right, colors, pages for what went wrong."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from slaportal.accounts.middleware import MembershipMiddleware
from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.accounts.templatetags.portal import initials, nearest
from slaportal.accounts.views.styleguide import CLOCKS, styleguide

PROFILE = reverse("accounts:profile")


def links(client: Client) -> list[str]:
    page = client.get(PROFILE).content.decode()
    bar = page.partition('class="nav nav--bar"')[2].partition("</ul>")[0]
    return re.findall(r">([^<>]+)</a>", bar)


@pytest.mark.parametrize(
    ("who", "seen", "unseen"),
    [
        ("alice", {"Issues", "Report an issue"}, {"Admin"}),
        ("bob", {"Issues", "Report an issue"}, {"Admin"}),
        ("sam", {"Issues", "Admin"}, {"Report an issue", "Agreement"}),
    ],
)
def test_the_navigation_shows_what_the_person_may_open(
    client: Client, request: pytest.FixtureRequest, who: str, seen: set[str], unseen: set[str]
) -> None:
    client.force_login(request.getfixturevalue(who).user)
    found = set(links(client))
    assert seen <= found
    assert not unseen & found


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/", "/"),
        ("/issues/new", "/issues/new"),
        ("/issues/ISS-7Q4K2M9D", "/"),
        ("/agreement", "/agreement"),
        ("/profile", ""),
    ],
)
def test_the_entry_of_a_page_is_the_one_it_lies_under(path: str, entry: str) -> None:
    assert nearest(path, ["/", "/issues/new", "/agreement"]) == entry


def test_the_chosen_colors_are_in_the_first_paint(client: Client) -> None:
    door = reverse("accounts:sign-in")
    assert "data-theme" not in client.get(door).content.decode()
    client.post(reverse("accounts:theme"), {"theme": "dark", "next": door})
    assert 'data-theme="dark"' in client.get(door).content.decode()
    client.post(reverse("accounts:theme"), {"theme": ""})
    assert "data-theme" not in client.get(door).content.decode()


def test_a_forged_theme_is_ignored(client: Client) -> None:
    client.cookies["theme"] = '"><script>'
    page = client.get(reverse("accounts:sign-in")).content.decode()
    assert "data-theme" not in page


def test_changing_colors_does_not_send_anybody_away(client: Client) -> None:
    answer = client.post(reverse("accounts:theme"), {"theme": "dark", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_an_address_that_is_none_says_what_to_do(client: Client, alice: Membership) -> None:
    client.force_login(alice.user)
    response = client.get("/no/such/page")
    assert response.status_code == 404
    page = response.content.decode()
    assert "Nothing was changed" in page
    assert 'href="/"' in page


def test_not_allowed_is_a_page_with_its_sentence(rf: RequestFactory, alice: Membership) -> None:
    def refuse(request: HttpRequest) -> HttpResponse:
        raise NotAllowed("A client manager may not do this here (policy: publish).")

    request = rf.get("/x")
    request.user = alice.user
    request.session = {}  # type: ignore[assignment]
    answer = MembershipMiddleware(refuse).process_exception(request, NotAllowed("Only a lead may."))
    assert answer is not None
    assert answer.status_code == 403
    assert "Only a lead may." in answer.content.decode()  # type: ignore[attr-defined]
    assert MembershipMiddleware(refuse).process_exception(request, ValueError("other")) is None


def test_people_without_the_right_get_403_in_their_own_organization(client: Client, bob: Membership) -> None:
    client.force_login(bob.user)
    response = client.get(reverse("accounts:people"))
    assert response.status_code == 403
    assert "A client reporter may not do this here" in response.content.decode()


def test_a_form_of_another_session_gets_a_page_not_a_bare_error(alice: Membership) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice.user)
    response = client.post(PROFILE, {"name": "X"})
    assert response.status_code == 403
    assert "What you typed is still on the page before" in response.content.decode()


def test_a_failure_has_a_page_that_needs_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False

    def fail(*args: object, **kwargs: object) -> HttpResponse:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("slaportal.accounts.views.doors.render", fail)
    response = client.get(reverse("accounts:sign-in"))
    assert response.status_code == 500
    assert "An act is saved as a whole or not at all" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Alice Moreau", "AM"), ("Cher", "C"), ("", ""), ("a@b.example", "AB"), ("  x  y z ", "XZ")],
)
def test_initials_stand_for_a_name(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_each_state_of_a_clock_has_words_and_a_shape_of_its_own(rf: RequestFactory) -> None:
    page = styleguide(rf.get("/styleguide")).content.decode()
    states = {clock.state for clock in CLOCKS}
    assert len(states) == 9
    sprite = Path(settings.BASE_DIR, "static", "img", "shapes.svg").read_text(encoding="utf-8")
    for state in states:
        assert f'<symbol id="{state}"' in sprite
        assert re.search(
            rf'clock--{state}".*?shapes[^"]*#{state}".*?clock__headline">[^<]+<', page, re.DOTALL
        )


def test_every_shape_that_a_template_names_is_drawn() -> None:
    sprite = Path(settings.BASE_DIR, "static", "img", "shapes.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="(\w+)"', sprite))
    named = {
        name
        for path in Path(settings.BASE_DIR, "templates").rglob("*.html")
        for name in re.findall(r'{% shape "(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert named <= drawn
