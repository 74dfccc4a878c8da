"""Through which membership a request acts, and what it sees of the person."""

from datetime import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slaportal.accounts import services
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership, Organization
from slaportal.accounts.services.people import add_membership
from slaportal.lib.refusal import Refused

PROFILE = reverse("accounts:profile")
SWITCH = reverse("accounts:switch")


@pytest.fixture
def both(alice: Membership, globex: Organization) -> Membership:
    """Alice's second membership: she also reports for globex."""
    return add_membership(user=alice.user, organization=globex, role="client_reporter")


def acting_as(client: Client) -> str:
    return str(client.get(PROFILE).context["request"].membership.organization)


def test_a_person_acts_through_their_only_membership(client: Client, alice: Membership) -> None:
    client.force_login(alice.user)
    assert acting_as(client) == "Acme"


def test_a_session_acts_for_one_organization_at_a_time(
    client: Client, alice: Membership, both: Membership
) -> None:
    client.force_login(alice.user)
    assert acting_as(client) == "Acme"
    assert client.post(SWITCH, {"membership": both.pk}).status_code == 302
    assert acting_as(client) == "Globex"
    other = Client()
    other.force_login(alice.user)
    assert acting_as(other) == "Acme"


def test_signing_in_to_several_organizations_asks_for_which(
    client: Client, alice: Membership, both: Membership
) -> None:
    data = {"email": alice.user.email, "password": "correct horse battery staple", "next": "/people"}
    assert client.post(reverse("accounts:sign-in"), data).headers["Location"] == SWITCH
    assert client.post(SWITCH, {"membership": alice.pk}).headers["Location"] == "/people"


@pytest.mark.parametrize("membership", ["0", "x", "", "999999999999"])
def test_nobody_switches_to_what_is_not_theirs(client: Client, alice: Membership, membership: str) -> None:
    client.force_login(alice.user)
    assert client.post(SWITCH, {"membership": membership}).status_code == 404


def test_nobody_switches_to_a_colleagues_membership(
    client: Client, alice: Membership, charlie: Membership
) -> None:
    client.force_login(alice.user)
    assert client.post(SWITCH, {"membership": charlie.pk}).status_code == 404


def test_an_ended_membership_is_gone_with_the_next_request(
    client: Client, alice: Membership, bob: Membership, monday: datetime
) -> None:
    client.force_login(bob.user)
    assert client.get(PROFILE).status_code == 200
    services.end_membership(member=bob, actor=alice, now=monday)
    response = client.get(PROFILE)
    assert response.status_code == 403
    assert "You belong to no organization" in response.content.decode()


def test_whoever_belongs_nowhere_can_still_sign_out(
    client: Client, alice: Membership, bob: Membership, monday: datetime
) -> None:
    services.end_membership(member=bob, actor=alice, now=monday)
    client.force_login(bob.user)
    assert client.post(reverse("accounts:sign-out")).status_code == 302


def test_nobody_ends_their_own_access(alice: Membership, monday: datetime) -> None:
    with pytest.raises(Refused):
        services.end_membership(member=alice, actor=alice, now=monday)


def test_a_lead_cannot_shut_out_the_administrator(
    lena: Membership, ada: Membership, monday: datetime
) -> None:
    with pytest.raises(Refused, match="Only an administrator"):
        services.end_membership(member=ada, actor=lena, now=monday)


def test_pages_are_in_the_zone_and_the_language_of_the_person(client: Client, alice: Membership) -> None:
    alice.user.timezone, alice.user.language = "Asia/Kolkata", "de"
    alice.user.save(update_fields=["timezone", "language"])
    client.force_login(alice.user)
    response = client.get(PROFILE)
    page = response.content.decode()
    assert "Asia/Kolkata" in page
    assert '<html lang="de"' in page
    assert response.headers["Content-Language"] == "de"


def test_the_zone_of_one_person_does_not_reach_the_next(client: Client, alice: Membership) -> None:
    alice.user.timezone = "Asia/Kolkata"
    alice.user.save(update_fields=["timezone"])
    client.force_login(alice.user)
    client.get(PROFILE)
    assert "Times are shown in UTC" in Client().get(reverse("accounts:sign-in")).content.decode()


@pytest.mark.parametrize(
    ("typed", "kept"), [("Europe/Berlin", "Europe/Berlin"), ("new york", "America/New_York"), ("utc", "UTC")]
)
def test_a_zone_may_be_typed_as_a_city(client: Client, alice: Membership, typed: str, kept: str) -> None:
    client.force_login(alice.user)
    data = {"name": "Alice", "language": "en", "timezone": typed}
    assert client.post(PROFILE, data).status_code == 302
    alice.user.refresh_from_db()
    assert alice.user.timezone == kept


def test_a_zone_that_is_none_is_refused_beside_its_field(client: Client, alice: Membership) -> None:
    client.force_login(alice.user)
    page = client.post(PROFILE, {"name": "A", "language": "en", "timezone": "Mars"}).content.decode()
    assert "This is not a time zone" in page
    assert 'href="#id_timezone"' in page


def test_people_of_the_vendor_may_open_the_admin_and_clients_may_not(
    acme: Organization, vendor: Organization, monday: datetime
) -> None:
    for organization, role, staff in [(vendor, "vendor_agent", True), (acme, "client_manager", False)]:
        member = services.create_person(
            email=f"{role}@new.example", name="New", organization=organization, role=role, now=monday
        )
        assert member.user.is_staff is staff


def test_leaving_the_vendor_closes_the_admin(ada: Membership, sam: Membership, monday: datetime) -> None:
    services.end_membership(member=sam, actor=ada, now=monday)
    sam.user.refresh_from_db()
    assert not sam.user.is_staff


def test_loading_people_twice_changes_nothing(acme: Organization, monday: datetime) -> None:
    for _ in range(2):
        organization = services.create_organization(name="Initech", party="client", key="initech")
        member = services.create_person(
            email="Peter@Initech.example",
            name="Peter",
            organization=organization,
            role="client_manager",
            now=monday,
        )
    assert Organization.objects.filter(source_key="initech").count() == 1
    assert Membership.objects.filter(organization=organization).get() == member
    assert member.user.email == "peter@initech.example"


def test_there_is_one_vendor_whatever_it_is_called(vendor: Organization) -> None:
    assert services.create_organization(name="Another", party="vendor", key="another") == vendor


def test_member_of_refuses_strangers() -> None:
    request = HttpRequest()
    request.user = AnonymousUser()
    with pytest.raises(PermissionDenied):
        member_of(request)


def test_the_list_of_people_costs_the_same_for_many(
    client: Client, alice: Membership, acme: Organization, monday: datetime
) -> None:
    client.force_login(alice.user)
    before = _queries(client)
    for number in range(6):
        services.create_person(
            email=f"p{number}@acme.example", name="P", organization=acme, role="client_reporter", now=monday
        )
    assert _queries(client) == before


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse("accounts:people")).status_code == 200
    return len(captured)
