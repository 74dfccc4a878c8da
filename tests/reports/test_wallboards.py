"""Wallboards: an address shown once, which never shows more than its maker sees, and goes dark."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from slaportal.accounts.models import Membership, Organization
from slaportal.accounts.permissions import NotAllowed
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.reports.models import Wallboard
from slaportal.reports.services.wallboards import open_wallboard, revoke_wallboard
from tests.world import MICROSECOND, MONDAY, World, report

NOW = MONDAY + timedelta(minutes=30)
WEEK = timedelta(days=7)


def opened(
    by: Membership, *, client: Organization | None = None, names: bool = True, until: datetime = NOW + WEEK
) -> tuple[Wallboard, str]:
    return open_wallboard(
        actor=by,
        name="Hall",
        client=client,
        shows_names=names,
        expires_at=until,
        now=NOW,
    )


def seen(secret: str, *, at: datetime = NOW, name: str = "wall") -> str:
    """What somebody who signed in nowhere reads there; "" where it is dark."""
    with time_machine.travel(at, tick=False):
        answer = Client().get(reverse(f"reports:{name}", args=[secret]))
    assert answer.status_code in {200, 204, 404}
    return answer.content.decode() if answer.status_code == 200 else ""


@pytest.fixture
def issues(world: World) -> World:
    report(world.alice, title="Of acme", at=NOW)
    report(world.charlie, title="Of globex", at=NOW)
    return world


def test_the_address_is_shown_once_and_only_its_hash_is_kept(
    issues: World, client_for: Callable[[Membership], Client]
) -> None:
    client, address = client_for(issues.lena), reverse("reports:wallboards")
    form = {"name": "Support room", "client": "", "expires_at": "2026-03-31", "shows_names": "on"}
    with time_machine.travel(NOW, tick=False):
        page = client.post(address, form)
        shown = page.context["address"]
        assert shown in page.content.decode()
        assert page.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
        secret = shown.rpartition("/")[2]
        assert len(secret) == 43
        assert secret not in client.get(address).content.decode()
    assert secret not in repr(Wallboard.objects.values())
    assert "Of acme" in seen(secret)


def test_without_names_the_screen_shows_references_only(issues: World) -> None:
    _, secret = opened(issues.lena, names=False)
    for name in ("wall", "wall-now"):
        page = seen(secret, name=name)
        assert "ISS-" in page
        assert not any(word in page for word in ("Of acme", "Of globex", "Acme", "Globex", "Alice"))


def test_a_wallboard_of_one_client_shows_nothing_of_another(issues: World) -> None:
    _, secret = opened(issues.lena, client=issues.acme)
    assert "Of acme" in seen(secret)
    assert "lobex" not in seen(secret)


def test_a_client_manager_opens_one_of_their_own_organization_only(issues: World) -> None:
    wallboard, secret = opened(issues.charlie)
    assert wallboard.client == issues.globex
    assert "Of acme" not in seen(secret)
    with pytest.raises(NotAllowed):
        opened(issues.charlie, client=issues.acme)


@pytest.mark.parametrize("name", ["bob", "sam", "vera", "ada"])
def test_others_open_none(issues: World, name: str) -> None:
    with pytest.raises(NotAllowed):
        opened(getattr(issues, name))


def test_the_vendor_is_no_client_to_show(issues: World) -> None:
    with pytest.raises(Refused):
        opened(issues.lena, client=issues.vendor)


@pytest.mark.parametrize("until", [NOW, NOW + timedelta(days=367)])
def test_a_wallboard_lives_between_a_moment_and_a_year(issues: World, until: datetime) -> None:
    with pytest.raises(Refused):
        opened(issues.lena, until=until)


def test_it_goes_dark_at_its_last_instant(issues: World) -> None:
    _, secret = opened(issues.lena)
    assert seen(secret, at=NOW + WEEK - MICROSECOND)
    for name in ("wall", "wall-now", "wall-stream"):
        assert not seen(secret, at=NOW + WEEK, name=name)


def test_it_goes_dark_when_it_is_revoked_and_cannot_be_revoked_twice(issues: World) -> None:
    wallboard, secret = opened(issues.lena)
    revoke_wallboard(wallboard=wallboard, actor=issues.ada, now=NOW)
    assert not seen(secret)
    with pytest.raises(Refused):
        revoke_wallboard(wallboard=wallboard, actor=issues.lena, now=NOW)


@pytest.mark.parametrize("change", [{"active": False}, {"role": "vendor_agent"}])
def test_it_is_never_wider_than_the_person_who_opened_it_is_now(
    issues: World, change: dict[str, object]
) -> None:
    _, secret = opened(issues.lena)
    Membership.objects.filter(pk=issues.lena.pk).update(**change)
    assert not seen(secret)


def test_a_wrong_address_tells_nothing(issues: World) -> None:
    assert not seen("x" * 43)
    assert not seen("x")


def test_both_acts_are_in_the_ledger_where_the_client_whose_issues_are_shown_reads_them(
    issues: World,
) -> None:
    mine, _ = opened(issues.lena, client=issues.acme)
    revoke_wallboard(wallboard=mine, actor=issues.lena, now=NOW)
    opened(issues.lena)
    events = Event.objects.filter(kind__startswith="wallboard.").order_by("pk")
    assert list(events.values_list("kind", "organization", "audience")) == [
        ("wallboard.opened", issues.acme.pk, "both"),
        ("wallboard.revoked", issues.acme.pk, "both"),
        ("wallboard.opened", issues.vendor.pk, "vendor"),
    ]


def test_the_list_shows_whom_it_concerns_and_revokes_there(
    issues: World, client_for: Callable[[Membership], Client]
) -> None:
    of_vendor, _ = opened(issues.lena)
    of_acme, secret = opened(issues.alice)
    address = reverse("reports:wallboards")
    with time_machine.travel(NOW, tick=False):
        for member, expected in (
            (issues.lena, {of_vendor, of_acme}),
            (issues.ada, {of_vendor, of_acme}),
            (issues.alice, {of_acme}),
            (issues.charlie, set()),
        ):
            lines = client_for(member).get(address).context["lines"]
            assert {one for one, _ in lines} == expected
        assert client_for(issues.ada).get(address).context["form"] is None
        assert client_for(issues.sam).get(address).status_code == 403
        revoke = reverse("reports:revoke-wallboard", args=[of_acme.pk])
        assert client_for(issues.charlie).post(revoke).status_code == 404
        assert client_for(issues.alice).post(revoke).status_code == 302
    assert not seen(secret)
