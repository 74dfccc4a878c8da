"""Invitations: who may invite whom, once, for seven days."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from slaportal.accounts import services
from slaportal.accounts.models import Invitation, Membership, Organization, Role, User
from slaportal.accounts.permissions import NotAllowed
from slaportal.accounts.services.invitations import VALID_FOR
from slaportal.accounts.services.people import assignable_roles
from slaportal.lib.refusal import Refused
from tests.world import PASSWORD

ANSWER = {"name": "Dora Klein", "password": "a quiet river under stars", "timezone": "Europe/Berlin"}


def invite(actor: Membership, now: datetime, **changes: object) -> tuple[Invitation, str]:
    values = {"email": "dora@acme.example", "name": "Dora", "role": "client_reporter"} | changes
    organization = values.pop("organization", actor.organization)
    return services.invite(actor=actor, organization=organization, now=now, **values)  # type: ignore[arg-type]


def page_of(secret: str) -> str:
    return reverse("accounts:invitation", args=[secret])


def test_an_invitation_makes_a_member_once(alice: Membership, monday: datetime, client: Client) -> None:
    _, secret = invite(alice, monday)
    with time_machine.travel(monday, tick=False):
        assert client.post(page_of(secret), ANSWER).headers["Location"] == "/"
        dora = Membership.objects.get(user__email="dora@acme.example")
        again = Client().post(page_of(secret), ANSWER | {"password": "something else entirely"})
    assert (dora.organization, dora.role, dora.user.timezone) == (
        alice.organization,
        "client_reporter",
        "Europe/Berlin",
    )
    assert again.status_code == 410
    assert "accepted already" in again.content.decode()
    dora.user.refresh_from_db()
    assert dora.user.check_password(ANSWER["password"])


def test_looking_at_an_invitation_changes_nothing(
    alice: Membership, monday: datetime, client: Client
) -> None:
    invitation, secret = invite(alice, monday)
    with time_machine.travel(monday, tick=False):
        for _ in range(3):
            assert client.get(page_of(secret)).status_code == 200
    invitation.refresh_from_db()
    assert invitation.accepted_at is None
    assert not User.objects.filter(email="dora@acme.example").exists()


@pytest.mark.parametrize(
    ("late", "status"), [(timedelta(microseconds=-1), 200), (timedelta(0), 410), (timedelta(days=1), 410)]
)
def test_it_works_until_seven_days_are_over(
    alice: Membership, monday: datetime, client: Client, late: timedelta, status: int
) -> None:
    _, secret = invite(alice, monday)
    with time_machine.travel(monday + VALID_FOR + late, tick=False):
        assert client.get(page_of(secret)).status_code == status


def test_an_expired_one_cannot_be_accepted_by_the_service(alice: Membership, monday: datetime) -> None:
    _, secret = invite(alice, monday)
    with pytest.raises(services.InvitationClosed, match="expired"):
        services.accept_invitation(secret=secret, **ANSWER, now=monday + VALID_FOR)


def test_taken_back_means_closed(alice: Membership, monday: datetime) -> None:
    invitation, secret = invite(alice, monday)
    services.revoke_invitation(invitation=invitation, actor=alice, now=monday)
    with pytest.raises(services.InvitationClosed, match="taken back"):
        services.accept_invitation(secret=secret, **ANSWER, now=monday)


def test_inviting_again_leaves_only_the_newest_secret(alice: Membership, monday: datetime) -> None:
    _, first = invite(alice, monday)
    _, second = invite(alice, monday + timedelta(hours=1))
    with pytest.raises(services.InvitationClosed):
        services.accept_invitation(secret=first, **ANSWER, now=monday + timedelta(hours=2))
    services.accept_invitation(secret=second, **ANSWER, now=monday + timedelta(hours=2))


def test_the_secret_is_not_stored(alice: Membership, monday: datetime) -> None:
    invitation, secret = invite(alice, monday)
    assert len(secret) >= 43  # 256 bits
    stored = Invitation.objects.filter(pk=invitation.pk).values_list().get()
    assert secret not in [str(value) for value in stored]


def test_the_mail_carries_the_link_and_nobody_elses_words(
    alice: Membership,
    monday: datetime,
    mailoutbox: list[EmailMultiAlternatives],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        _, secret = invite(alice, monday)
    mail = mailoutbox[0]
    assert mail.to == ["dora@acme.example"]
    assert re.search(rf"https://portal\.example/invitation/{secret}\b", str(mail.body))
    assert "9 March 2026, 09:00 CET" in str(mail.body)


def test_who_has_an_account_proves_it_and_keeps_it(
    alice: Membership, charlie: Membership, monday: datetime
) -> None:
    _, secret = invite(alice, monday, email=charlie.user.email)
    with pytest.raises(Refused, match="not the password"):
        services.accept_invitation(secret=secret, **ANSWER, now=monday)
    member = services.accept_invitation(secret=secret, **(ANSWER | {"password": PASSWORD}), now=monday)
    assert member.user == charlie.user
    charlie.user.refresh_from_db()
    assert charlie.user.name == "Charlie"


def test_a_refused_password_leaves_the_invitation_open(
    alice: Membership, charlie: Membership, monday: datetime
) -> None:
    invitation, secret = invite(alice, monday, email=charlie.user.email)
    with pytest.raises(Refused):
        services.accept_invitation(secret=secret, **ANSWER, now=monday)
    invitation.refresh_from_db()
    assert invitation.is_open(now=monday)


@pytest.mark.parametrize("who", ["bob", "sam"])
def test_reporters_and_agents_invite_nobody(
    who: str, request: pytest.FixtureRequest, acme: Organization, monday: datetime
) -> None:
    with pytest.raises(NotAllowed):
        invite(request.getfixturevalue(who), monday, organization=acme)


def test_a_client_manager_invites_to_their_own_organization_only(
    alice: Membership, globex: Organization, monday: datetime
) -> None:
    with pytest.raises(NotAllowed):
        invite(alice, monday, organization=globex)


@pytest.mark.parametrize("role", ["vendor_agent", "admin", "auditor"])
def test_a_client_manager_gives_client_roles_only(alice: Membership, monday: datetime, role: str) -> None:
    with pytest.raises(Refused):
        invite(alice, monday, role=role)


def test_only_an_administrator_makes_administrators(
    lena: Membership, ada: Membership, vendor: Organization
) -> None:
    assert Role.ADMIN not in assignable_roles(lena, vendor)
    assert Role.ADMIN in assignable_roles(ada, vendor)


def test_a_member_is_not_invited_again(alice: Membership, bob: Membership, monday: datetime) -> None:
    with pytest.raises(Refused, match="already belongs"):
        invite(alice, monday, email=bob.user.email.upper())


def test_somebody_whose_access_ended_can_be_invited_back(
    alice: Membership, bob: Membership, monday: datetime
) -> None:
    services.end_membership(member=bob, actor=alice, now=monday)
    _, secret = invite(alice, monday, email=bob.user.email, role="client_auditor")
    member = services.accept_invitation(secret=secret, **(ANSWER | {"password": PASSWORD}), now=monday)
    assert (member.pk, member.role, member.active) == (bob.pk, "client_auditor", True)


@pytest.mark.django_db
def test_an_unknown_secret_is_not_found(client: Client) -> None:
    assert client.get(page_of("made-up")).status_code == 404


def test_the_page_of_people_invites_and_takes_back(
    alice: Membership, monday: datetime, client: Client
) -> None:
    with time_machine.travel(monday, tick=False):
        client.force_login(alice.user)
        people = reverse("accounts:people")
        data = {"name": "Dora", "email": "dora@acme.example", "role": "client_reporter"}
        assert client.post(people, data).status_code == 302
        assert "dora@acme.example" in client.get(people).content.decode()
        pk = Invitation.objects.get().pk
        assert client.post(reverse("accounts:revoke-invitation", args=[pk])).status_code == 302
        assert not Invitation.objects.get().is_open(now=monday)


def test_a_stranger_cannot_take_an_invitation_back(
    alice: Membership, charlie: Membership, monday: datetime, client: Client
) -> None:
    invitation, _ = invite(alice, monday)
    client.force_login(charlie.user)
    response = client.post(reverse("accounts:revoke-invitation", args=[invitation.pk]))
    assert response.status_code == 404
