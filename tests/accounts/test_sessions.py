"""A person sees where they are signed in and ends it."""

import pytest
from django.test import Client
from django.urls import reverse

from slaportal.accounts.models import Membership
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
PAGE = reverse("accounts:sessions")


def browser_of(member: Membership, name: str) -> Client:
    browser = Client(HTTP_USER_AGENT=name)
    browser.post(reverse("accounts:sign-in"), {"email": member.user.email, "password": PASSWORD})
    return browser


def signed_in(browser: Client) -> bool:
    return browser.get(reverse("accounts:profile")).status_code == 200


def test_each_browser_is_on_the_list_and_this_one_comes_first(alice: Membership) -> None:
    browser_of(alice, "Phone")
    here = browser_of(alice, "Desk")
    page = here.get(PAGE).content.decode()
    assert "Phone" in page
    assert page.index("Desk") < page.index("Phone")


def test_a_session_ends_where_its_person_says_so(alice: Membership) -> None:
    phone, here = browser_of(alice, "Phone"), browser_of(alice, "Desk")
    ends = [one.pk for one in here.get(PAGE).context["sessions"] if one.user_agent == "Phone"]
    here.post(reverse("accounts:end-session", args=ends))
    assert not signed_in(phone)
    assert signed_in(here)


def test_all_others_end_at_once(alice: Membership) -> None:
    others = [browser_of(alice, "Phone"), browser_of(alice, "Hotel")]
    here = browser_of(alice, "Desk")
    here.post(reverse("accounts:end-other-sessions"))
    assert [signed_in(one) for one in others] == [False, False]
    assert signed_in(here)


def test_nobody_ends_the_session_of_another(alice: Membership, bob: Membership) -> None:
    his = browser_of(bob, "Phone")
    pk = his.get(PAGE).context["sessions"][0].pk
    assert browser_of(alice, "Desk").post(reverse("accounts:end-session", args=[pk])).status_code == 404
    assert signed_in(his)
