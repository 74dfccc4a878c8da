"""People in the admin: everything is an act of a service, and nobody gives more than they may."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from slaportal.accounts.models import Invitation, Membership, Organization, User
from tests import world as worlds

SignIn = Callable[[Membership], Client]
MODELS = ("organization", "user", "membership", "invitation")


def button(name: str, pk: int, act: str) -> str:
    """The address of a button above one object."""
    return reverse(f"admin:accounts_{name}_change", args=[pk]).replace("/change/", f"/{act}/")


@pytest.mark.parametrize("role", ["sam", "lena", "ada"])
def test_every_page_opens_for_those_who_may_read_people(
    world: worlds.World, client_for: SignIn, role: str
) -> None:
    browser = client_for(getattr(world, role))
    for name in MODELS:
        assert browser.get(reverse(f"admin:accounts_{name}_changelist")).status_code == 200
    for name, one in (("organization", world.acme), ("user", world.bob.user), ("membership", world.bob)):
        assert browser.get(reverse(f"admin:accounts_{name}_change", args=[one.pk])).status_code == 200


def test_an_agent_changes_no_one(client_for: SignIn, sam: Membership, bob: Membership) -> None:
    browser = client_for(sam)
    for address in (
        reverse("admin:accounts_organization_add"),
        reverse("admin:accounts_membership_add"),
        reverse("admin:accounts_invitation_add"),
        button("membership", bob.pk, "role"),
        button("membership", bob.pk, "end"),
    ):
        assert browser.post(address, {}).status_code == 403, address


def test_a_client_is_made_and_gets_its_people(client_for: SignIn, ada: Membership) -> None:
    browser = client_for(ada)
    browser.post(reverse("admin:accounts_organization_add"), {"name": "Initech", "timezone": "Europe/Berlin"})
    made = Organization.objects.get(name="Initech")
    assert made.party == "client"
    person = {
        "organization": made.pk,
        "name": "Ida",
        "email": "IDA@initech.example",
        "role": "client_manager",
    }
    browser.post(reverse("admin:accounts_membership_add"), person)
    member = Membership.objects.get(user__email="ida@initech.example")
    assert (member.role, member.organization) == ("client_manager", made)
    assert not member.user.has_usable_password()


def test_the_second_vendor_cannot_be_made(client_for: SignIn, ada: Membership, vendor: Organization) -> None:
    client_for(ada).post(
        reverse("admin:accounts_organization_add"), {"name": "Other", "timezone": "UTC", "party": "vendor"}
    )
    assert Organization.objects.get(name="Other").party == "client"


def test_address_and_rights_of_a_person_cannot_be_typed(
    client_for: SignIn, lena: Membership, ada: Membership
) -> None:
    data = {
        "name": "Ada King",
        "timezone": "Europe/London",
        "language": "en",
        "email": "taken@over.example",
        "is_superuser": "on",
    }
    client_for(lena).post(reverse("admin:accounts_user_change", args=[ada.user_id]), data)
    person = User.objects.get(pk=ada.user_id)
    assert (person.name, person.timezone) == ("Ada King", "Europe/London")
    assert person.email == ada.user.email
    assert not person.is_superuser


def test_a_lead_makes_nobody_administrator(
    client_for: SignIn, lena: Membership, sam: Membership, ada: Membership, vendor: Organization
) -> None:
    browser = client_for(lena)
    browser.post(button("membership", sam.pk, "role"), {"role": "admin"})
    browser.post(button("membership", ada.pk, "role"), {"role": "vendor_agent"})
    browser.post(button("membership", lena.pk, "role"), {"role": "vendor_agent"})
    person = {"organization": vendor.pk, "name": "Eve", "email": "eve@protecto.example", "role": "admin"}
    refused = browser.post(reverse("admin:accounts_membership_add"), person)
    assert "You cannot give this role" in refused.content.decode()
    for member, role in ((sam, "vendor_agent"), (ada, "admin"), (lena, "vendor_lead")):
        member.refresh_from_db()
        assert member.role == role


def test_an_administrator_changes_a_role(client_for: SignIn, ada: Membership, sam: Membership) -> None:
    client_for(ada).post(button("membership", sam.pk, "role"), {"role": "vendor_lead"})
    sam.refresh_from_db()
    assert sam.role == "vendor_lead"


def test_access_ends_and_comes_back_by_a_press_never_by_looking(
    client_for: SignIn, ada: Membership, bob: Membership
) -> None:
    browser, seen = client_for(ada), []
    for method, act in (("get", "end"), ("post", "end"), ("get", "restore"), ("post", "restore")):
        getattr(browser, method)(button("membership", bob.pk, act))
        seen.append(Membership.objects.get(pk=bob.pk).active)
    assert seen == [True, False, False, True]


def test_an_invitation_is_sent_and_taken_back(
    client_for: SignIn,
    ada: Membership,
    acme: Organization,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    browser = client_for(ada)
    person = {"organization": acme.pk, "name": "Nia", "email": "nia@acme.example", "role": "client_reporter"}
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(reverse("admin:accounts_invitation_add"), person)
    invitation = Invitation.objects.get(email="nia@acme.example")
    assert invitation.invited_by == ada
    assert [letter.to for letter in mail.outbox] == [["nia@acme.example"]]
    browser.post(button("invitation", invitation.pk, "take-back"))
    invitation.refresh_from_db()
    assert invitation.revoked_at is not None


def test_a_vendor_role_fits_no_client(client_for: SignIn, ada: Membership, acme: Organization) -> None:
    person = {"organization": acme.pk, "name": "Nia", "email": "nia@acme.example", "role": "vendor_agent"}
    page = client_for(ada).post(reverse("admin:accounts_invitation_add"), person)
    assert "You cannot give this role in Acme" in page.content.decode()
    assert not Invitation.objects.exists()


def test_the_first_superuser_makes_the_first_people(db: None) -> None:
    browser = Client()
    browser.force_login(User.objects.create_superuser("root@vendor.example", worlds.PASSWORD, name="Root"))
    browser.post(reverse("admin:accounts_organization_add"), {"name": "First", "timezone": "UTC"})
    made = Organization.objects.get(name="First")
    person = {"organization": made.pk, "name": "Ida", "email": "ida@first.example", "role": "client_manager"}
    browser.post(reverse("admin:accounts_membership_add"), person)
    member = Membership.objects.get(user__email="ida@first.example")
    browser.post(button("membership", member.pk, "role"), {"role": "client_reporter"})
    member.refresh_from_db()
    assert member.role == "client_reporter"


@pytest.mark.parametrize("name", MODELS)
def test_longer_lists_ask_no_more_of_the_database(
    client_for: SignIn, ada: Membership, acme: Organization, name: str
) -> None:
    browser, address = client_for(ada), reverse(f"admin:accounts_{name}_changelist")
    browser.post(
        reverse("admin:accounts_invitation_add"),
        {"organization": acme.pk, "name": "A", "email": "a@acme.example", "role": "client_reporter"},
    )
    browser.get(address)
    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    for number in range(8):
        other = Organization.objects.create(name=f"Client {number}", party="client")
        worlds.make_member(f"Person{number}", other, "client_reporter")
        person = {
            "organization": other.pk,
            "name": "B",
            "email": f"b{number}@acme.example",
            "role": "client_reporter",
        }
        browser.post(reverse("admin:accounts_invitation_add"), person)
    browser.get(address)
    with CaptureQueriesContext(connection) as many:
        browser.get(address)
    assert len(many) == len(few)
