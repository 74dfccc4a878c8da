"""An organization lets its own people in, and nobody else's."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from slaportal.accounts import services
from slaportal.accounts.adapters import IdentityAdapter
from slaportal.accounts.models import EmailDomain, IdentityProvider, Membership, User
from slaportal.lib.refusal import Refused
from slaportal.lib.sealed import seal
from tests.world import MONDAY, PASSWORD, World, make_member

pytestmark = pytest.mark.django_db
DOOR = reverse("accounts:sign-in")
THROUGH = reverse("accounts:organization-door")
SERVICE = "https://id.acme.example"


class Answer:
    """What a service answers."""

    status_code = 200
    headers: dict[str, str] = {"content-type": "application/json"}

    def __init__(self, facts: dict[str, Any]) -> None:
        self._facts = facts
        self.text = json.dumps(facts)

    def json(self) -> dict[str, Any]:
        return self._facts

    def raise_for_status(self) -> None:
        """All is well."""


class Service:
    """An OpenID Connect service that vouches for whom the test says."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}

    def get(self, url: str, **more: Any) -> Answer:
        if url.endswith("/.well-known/openid-configuration"):
            return Answer(
                {
                    "issuer": SERVICE,
                    "authorization_endpoint": f"{SERVICE}/authorize",
                    "token_endpoint": f"{SERVICE}/token",
                    "userinfo_endpoint": f"{SERVICE}/me",
                    "jwks_uri": f"{SERVICE}/keys",
                }
            )
        assert url == f"{SERVICE}/me"
        return Answer(self.claims)

    def request(self, method: str, url: str, **more: Any) -> Answer:
        assert (method, url) == ("POST", f"{SERVICE}/token")
        return Answer({"access_token": "t", "token_type": "Bearer"})


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    made = Service()

    @contextmanager
    def session(self: IdentityAdapter) -> Iterator[Service]:
        yield made

    monkeypatch.setattr(IdentityAdapter, "get_requests_session", session)
    return made


@pytest.fixture
def provider(world: World) -> IdentityProvider:
    return make_provider(world)


def make_provider(world: World, **more: Any) -> IdentityProvider:
    made = IdentityProvider.objects.create(
        organization=world.acme,
        protocol="openid_connect",
        key="acme",
        server_url=SERVICE,
        client_id="portal",
        client_secret=seal("s3cret"),
        **more,
    )
    EmailDomain.objects.create(provider=made, name="acme.example")
    return made


def come_through(browser: Client, service: Service, email: str, *, asked_as: str = "", sub: str = "1") -> Any:
    """Walk to the service and back, which says that this is `email`."""
    service.claims = {"sub": sub, "email": email, "email_verified": True, "name": "Someone"}
    there = browser.post(THROUGH, {"email": asked_as or email})
    assert there.headers["Location"].startswith(f"{SERVICE}/authorize"), there.content.decode()
    state = parse_qs(urlsplit(there.headers["Location"]).query)["state"][0]
    return browser.get(reverse("openid_connect_callback", args=["acme"]), {"code": "c", "state": state})


def is_in(browser: Client) -> bool:
    return browser.get(reverse("accounts:profile")).status_code == 200


@pytest.mark.usefixtures("provider")
def test_a_member_comes_in_through_the_organization(
    client: Client, alice: Membership, service: Service
) -> None:
    answer = come_through(client, service, alice.user.email)
    assert answer.headers["Location"] == "/"
    assert is_in(client)


@pytest.mark.usefixtures("provider")
def test_a_service_that_names_an_address_outside_its_domains_opens_nothing(
    client: Client, charlie: Membership, service: Service
) -> None:
    answer = come_through(client, service, charlie.user.email, asked_as="x@acme.example")
    assert answer.status_code == 403
    assert "does not speak for" in answer.content.decode()
    assert not is_in(client)


@pytest.mark.usefixtures("provider")
def test_a_stranger_of_the_right_domain_needs_an_invitation(client: Client, service: Service) -> None:
    assert come_through(client, service, "new@acme.example").status_code == 403
    assert not User.objects.filter(email="new@acme.example").exists()


def test_where_the_organization_says_so_a_stranger_becomes_a_reporter(
    client: Client, world: World, service: Service
) -> None:
    make_provider(world, admits="client_reporter")
    come_through(client, service, "new@acme.example")
    assert is_in(client)
    member = Membership.objects.get(user__email="new@acme.example")
    assert (member.organization, member.role) == (world.acme, "client_reporter")
    assert not member.user.has_usable_password()


def test_access_that_was_ended_stays_ended(client: Client, world: World, service: Service) -> None:
    make_provider(world, admits="client_reporter")
    Membership.objects.filter(pk=world.bob.pk).update(active=False)
    assert come_through(client, service, world.bob.user.email).status_code == 403
    assert not is_in(client)


@pytest.mark.usefixtures("provider")
def test_one_clients_service_opens_no_other_organization_of_the_same_person(
    client: Client, world: World, alice: Membership, service: Service
) -> None:
    Membership.objects.create(user=alice.user, organization=world.vendor, party="vendor", role="vendor_agent")
    come_through(client, service, alice.user.email)
    members = client.get(reverse("accounts:switch")).context["members"]
    assert [one.organization for one in members] == [world.acme]
    client.get("/")
    other = Membership.objects.get(user=alice.user, organization=world.vendor)
    assert client.post(reverse("accounts:switch"), {"membership": other.pk}).status_code == 404


def test_where_it_is_the_only_way_in_passwords_and_codes_are_not_taken(
    client: Client, world: World, alice: Membership
) -> None:
    make_provider(world, required=True)
    answer = client.post(DOOR, {"email": alice.user.email, "password": PASSWORD})
    assert answer.headers["Location"].startswith(THROUGH)
    asked = client.post(reverse("account_request_login_code"), {"email": alice.user.email})
    assert "Your organization signs you in" in asked.content.decode()
    assert not is_in(client)


def test_its_word_counts_as_second_factor_only_where_it_asks_for_one(
    client: Client, world: World, service: Service, settings: Settings
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    provider = make_provider(world)
    provider.organization = world.vendor
    provider.save(update_fields=["organization"])
    sam = make_member("Sara", world.vendor, "vendor_agent")
    sam.user.email = "sara@acme.example"
    sam.user.save(update_fields=["email"])
    come_through(client, service, sam.user.email)
    assert client.get("/admin/").headers["Location"] == reverse("mfa_index")
    provider.second_factor = True
    provider.save(update_fields=["second_factor"])
    again = Client()
    come_through(again, service, sam.user.email)
    assert again.get("/admin/").status_code == 200
    # A later password in the same browser is not the word of the service.
    again.post(reverse("accounts:sign-out"))
    again.post(DOOR, {"email": sam.user.email, "password": PASSWORD})
    assert again.get("/admin/").headers["Location"] == reverse("mfa_index")


def test_an_address_without_a_service_is_told_so_and_keeps_what_was_typed(client: Client) -> None:
    answer = client.post(THROUGH, {"email": "x@nowhere.example"})
    assert answer.status_code == 422
    assert "x@nowhere.example" in answer.content.decode()


def test_no_two_services_speak_for_one_domain(world: World) -> None:
    make_provider(world)
    other = IdentityProvider.objects.create(
        organization=world.globex, protocol="openid_connect", key="g", server_url=SERVICE, client_id="p"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        EmailDomain.objects.create(provider=other, name="acme.example")


@pytest.mark.parametrize(
    "facts", [{"protocol": "openid_connect", "client_id": "x"}, {"protocol": "saml", "entity_id": "x"}]
)
def test_half_a_service_cannot_be_stored(world: World, facts: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityProvider.objects.create(organization=world.acme, key="acme", **facts)


def test_a_service_that_was_switched_off_admits_nobody(provider: IdentityProvider, alice: Membership) -> None:
    provider.active = False
    with pytest.raises(Refused):
        services.admit(provider=provider, email=alice.user.email, name="", now=MONDAY)


def test_only_administrators_set_it_up_and_nobody_sees_the_secret(
    provider: IdentityProvider, ada: Membership, lena: Membership, client_for: Callable[[Membership], Client]
) -> None:
    page = reverse("admin:accounts_identityprovider_change", args=[provider.pk])
    assert client_for(lena).get(page).status_code in {302, 403}
    browser = client_for(ada)
    text = browser.get(page).content.decode()
    assert "s3cret" not in text
    assert provider.client_secret not in text
    assert reverse("openid_connect_callback", args=["acme"]) in text
