"""Urgent mail goes to a colleague only while that colleague may see all that the person sees."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from slaportal.accounts import services
from slaportal.accounts.models import Membership, Role
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message, Redirect
from tests.notifications.people import owe

ADDRESS = reverse("accounts:stand-in")
SignIn = Callable[[Membership], Client]
NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=3)


def test_a_colleague_who_sees_the_same_issues_may_stand_in(
    alice: Membership, bob: Membership, charlie: Membership, sam: Membership, lena: Membership
) -> None:
    def may(person: Membership, other: Membership) -> bool:
        return services.may_stand_in(person=person.user, other=other.user)

    assert may(sam, lena)
    assert may(bob, alice)
    assert not may(alice, bob)  # sees only his own
    assert not may(alice, charlie)  # another client
    assert not may(alice, sam)  # the other party
    assert not may(sam, alice)


def test_people_who_see_no_issues_may_be_stood_in_for_by_any_colleague(
    ada: Membership, sam: Membership, alice: Membership
) -> None:
    assert services.may_stand_in(person=ada.user, other=sam.user)
    assert not services.may_stand_in(person=sam.user, other=ada.user)
    assert not services.may_stand_in(person=ada.user, other=alice.user)


def test_one_organization_in_common_is_not_enough(
    bob: Membership, alice: Membership, charlie: Membership
) -> None:
    Membership.objects.create(
        user=bob.user, organization=charlie.organization, party=charlie.party, role=Role.CLIENT_REPORTER
    )
    assert not services.may_stand_in(person=bob.user, other=alice.user)
    assert services.colleagues(bob.user) == []


def test_an_access_that_ends_ends_the_redirection(sam: Membership, lena: Membership) -> None:
    services.stand_in(person=sam.user, to=lena.user, until=LATER, now=NOW)
    Membership.objects.filter(pk=lena.pk).update(active=False)
    owe(sam.user, kind="escalation-step")
    assert Message.objects.filter(kind="escalation-step").get().recipient == sam.user
    assert Message.objects.filter(kind="escalation-step").get().way == Message.Way.MAIL


def test_a_stranger_is_refused_even_past_the_form(alice: Membership, charlie: Membership) -> None:
    with pytest.raises(Refused, match="may not see everything"):
        services.stand_in(person=alice.user, to=charlie.user, until=LATER, now=NOW)
    assert not Redirect.objects.exists()


def test_the_page_offers_colleagues_redirects_until_the_end_of_the_day_and_takes_back(
    sam: Membership, lena: Membership, alice: Membership, client_for: SignIn
) -> None:
    client = client_for(sam)
    page = client.get(ADDRESS).content.decode()
    assert "lena@" in page
    assert "alice@" not in page
    now = datetime.now(UTC)  # noqa: TID251 – the page reads the clock, so its test must
    day = (now + timedelta(days=5)).date()
    assert client.post(ADDRESS, {"to": lena.user.pk, "until": day.isoformat()}).status_code == 302
    made = Redirect.objects.get()
    assert made.to == lena.user
    assert timedelta(days=5) < made.until - now < timedelta(days=7)
    assert Message.objects.get(kind="standing-in").recipient == lena.user
    assert "Lena gets them" in client.get(reverse("notifications:preferences")).content.decode()
    client.post(ADDRESS, {"stop": "1"})
    assert not Redirect.objects.exists()


@pytest.mark.parametrize("until", ["", "2020-01-01", "2999-01-01", "tomorrow"])
def test_a_day_that_cannot_be_is_said_beside_what_was_typed(
    sam: Membership, lena: Membership, client_for: SignIn, until: str
) -> None:
    response = client_for(sam).post(ADDRESS, {"to": lena.user.pk, "until": until})
    assert response.status_code == 200
    assert not Redirect.objects.exists()


def test_nobody_can_be_chosen_who_is_not_offered(
    sam: Membership, alice: Membership, client_for: SignIn
) -> None:
    assert client_for(sam).post(ADDRESS, {"to": alice.user.pk, "until": "2026-12-24"}).status_code == 200
    assert not Redirect.objects.exists()
