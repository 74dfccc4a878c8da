"""Access for a time: given by an invitation, over by itself, whoever notices."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from slaportal.accounts import services
from slaportal.accounts.models import Invitation, Membership, Organization
from slaportal.lib.refusal import Refused
from tests.world import PASSWORD, make_member

SignIn = Callable[[Membership], Client]
DAYS = timedelta(days=30)


def invite(actor: Membership, now: datetime, until: datetime | None, role: str = "auditor") -> str:
    return services.invite(
        actor=actor,
        email="otto@audit.example",
        name="Otto",
        role=role,
        organization=actor.organization,
        now=now,
        until=until,
    )[1]


def test_an_outside_auditor_comes_for_a_time(alice: Membership, monday: datetime) -> None:
    secret = invite(alice, monday, monday + DAYS)
    otto = services.accept_invitation(
        secret=secret, name="Otto", password=PASSWORD, timezone="UTC", now=monday
    )
    assert (otto.role, otto.ends_at) == ("auditor", monday + DAYS)


@pytest.mark.parametrize("days", [None, 0, -1, 367])
def test_no_other_time_is_given_to_an_outside_auditor(
    days: int | None, alice: Membership, monday: datetime
) -> None:
    with pytest.raises(Refused, match="time"):
        invite(alice, monday, None if days is None else monday + timedelta(days=days))


def test_the_database_refuses_an_auditor_without_an_end(alice: Membership, monday: datetime) -> None:
    invite(alice, monday, monday + DAYS)
    with pytest.raises(IntegrityError, match=r"invitation_auditor_for_a_time|CHECK"), transaction.atomic():
        Invitation.objects.update(access_ends_at=None)


def test_access_ends_by_itself_at_its_instant(
    acme: Organization, monday: datetime, client_for: SignIn
) -> None:
    otto = make_member("Otto", acme, "auditor")
    Membership.objects.filter(pk=otto.pk).update(ends_at=monday + DAYS)
    with time_machine.travel(monday + DAYS - timedelta(microseconds=1), tick=False):
        assert client_for(otto).get("/").status_code == 200
    with time_machine.travel(monday + DAYS, tick=False):
        assert client_for(otto).get("/").status_code == 403


def test_the_sweep_ends_it_on_record_once(acme: Organization, alice: Membership, monday: datetime) -> None:
    otto = make_member("Otto", acme, "auditor")
    Membership.objects.filter(pk=otto.pk).update(ends_at=monday + DAYS)
    assert services.end_due_memberships(now=monday) == 0
    assert services.end_due_memberships(now=monday + DAYS) == 1
    assert services.end_due_memberships(now=monday + DAYS) == 0
    otto.refresh_from_db()
    assert not otto.active
    with pytest.raises(Refused, match="for a time"):
        services.restore_membership(member=otto, actor=alice, now=monday + DAYS)
