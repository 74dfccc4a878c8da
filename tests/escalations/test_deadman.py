"""When a loop of the portal stands still, somebody else says so: pages, one message, the log (spec §5)."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from slaportal.accounts.models import Membership, Role
from slaportal.escalations import tasks as watch_tasks
from slaportal.escalations.management.commands import watch as watch_command
from slaportal.escalations.models import Standstill
from slaportal.escalations.services import deadman, setting_aside
from slaportal.notifications import services as notifications
from slaportal.notifications import tasks as delivery_tasks
from slaportal.notifications.models import Heartbeat, Message
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db

STOPPED = MONDAY + timedelta(hours=5, minutes=2)
LATER = STOPPED + timedelta(minutes=5)
CERTAIN = LATER + deadman.CONFIRMED_AFTER


def told() -> list[str]:
    """Return who was told that the watch stands still."""
    found = Message.objects.filter(kind="machinery-stopped").order_by("recipient__name")
    return list(found.values_list("recipient__name", flat=True))


def test_one_message_per_standstill_goes_to_administrators_and_leads(world: World) -> None:
    Heartbeat.beat("watch", now=STOPPED)
    for seconds in range(0, 600, 5):
        deadman.notice_a_silent_watch(now=LATER + timedelta(seconds=seconds))
    assert told() == ["Ada", "Lena"]
    Heartbeat.beat("watch", now=CERTAIN)
    again = CERTAIN + timedelta(hours=1)
    deadman.notice_a_silent_watch(now=again)
    deadman.notice_a_silent_watch(now=again + deadman.CONFIRMED_AFTER)
    assert told() == ["Ada", "Ada", "Lena", "Lena"]


def test_a_living_watch_and_one_that_never_ran_are_no_standstill(world: World) -> None:
    assert deadman.notice_a_silent_watch(now=LATER) is False
    Heartbeat.beat("watch", now=LATER - timedelta(seconds=20))
    assert deadman.notice_a_silent_watch(now=LATER) is False
    assert not Standstill.objects.exists()


def test_after_a_restart_the_loop_that_is_first_does_not_accuse_the_other(world: World) -> None:
    Heartbeat.beat("watch", now=STOPPED)
    deadman.notice_a_silent_watch(now=LATER)
    Heartbeat.beat("watch", now=LATER + timedelta(seconds=4))
    deadman.notice_a_silent_watch(now=CERTAIN)
    assert told() == []


def test_without_administrator_and_lead_others_of_the_vendor_are_told(world: World) -> None:
    Membership.objects.filter(role__in=[Role.ADMIN, Role.VENDOR_LEAD]).update(active=False)
    Heartbeat.beat("watch", now=STOPPED)
    for now in (LATER, CERTAIN):
        deadman.notice_a_silent_watch(now=now)
    assert told() == ["Vera"]


def test_the_mail_says_since_when(world: World, mailoutbox: list[Any]) -> None:
    Heartbeat.beat("watch", now=STOPPED)
    for now in (LATER, CERTAIN):
        deadman.notice_a_silent_watch(now=now)
    notifications.deliver(now=CERTAIN)
    assert len(mailoutbox) == 2
    assert "escalations delayed since Mon 2 Mar 2026, 13:02 UTC" in mailoutbox[0].subject
    assert "Nothing is lost" in mailoutbox[0].body


@pytest.fixture
def dead_watch(world: World) -> None:
    """A watch that died ten minutes ago, noticed five minutes ago."""
    now = datetime.now(UTC)  # noqa: TID251  the loops read the clock themselves
    Heartbeat.beat("watch", now=now - timedelta(minutes=10))
    deadman.notice_a_silent_watch(now=now - timedelta(minutes=5))


def test_the_worker_s_delivery_notices_a_dead_watch_and_tells_in_the_same_round(
    dead_watch: None, mailoutbox: list[Any]
) -> None:
    delivery_tasks.deliver()
    assert len(mailoutbox) == 2


def test_the_delivery_without_a_worker_notices_it_too(dead_watch: None, mailoutbox: list[Any]) -> None:
    call_command("deliver")
    assert len(mailoutbox) == 2


def test_trouble_with_the_notice_does_not_stop_the_mail(
    dead_watch: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(**kwargs: Any) -> bool:
        raise RuntimeError("no")

    monkeypatch.setattr(deadman, "notice_a_silent_watch", broken)
    delivery_tasks.deliver()
    assert Heartbeat.objects.filter(name="delivery").exists()
    assert "the delivery goes on" in caplog.text


@pytest.mark.parametrize("look", [watch_tasks.watch, lambda: call_command("watch")], ids=["task", "command"])
def test_the_watch_with_and_without_a_worker_writes_once_that_the_delivery_is_silent(
    world: World, look: Callable[[], object], caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime.now(UTC)  # noqa: TID251  the loops read the clock themselves
    Heartbeat.beat("delivery", now=now - timedelta(minutes=10))
    deadman.notice_a_silent_delivery(now=now - timedelta(minutes=5))
    with caplog.at_level(logging.ERROR):
        look()
        look()
    assert caplog.text.count("The delivery stands still since") == 1


@pytest.mark.parametrize("who", ["alice", "bob", "sam", "lena"])
def test_both_parties_read_on_their_pages_since_when_escalations_are_delayed(
    world: World, client_for: Callable[[Membership], Client], who: str
) -> None:
    client = client_for(getattr(world, who))
    address = reverse("accounts:profile")
    assert "Escalations delayed since" not in client.get(address).content.decode()
    Heartbeat.beat("watch", now=datetime.now(UTC))  # noqa: TID251
    assert "Escalations delayed since" not in client.get(address).content.decode()
    Heartbeat.beat("watch", now=STOPPED)
    page = client.get(address).content.decode()
    assert "Escalations delayed since" in page
    local = {"alice": "14:02 CET", "bob": "14:02 CET"}.get(who, "13:02 UTC")
    assert f"Mon 2 Mar, {local}" in page


def test_every_page_of_the_admin_says_it_once(
    world: World, client_for: Callable[[Membership], Client]
) -> None:
    Heartbeat.beat("watch", now=STOPPED)
    client = client_for(world.lena)
    for address in (reverse("admin:index"), reverse("admin:issues_issue_changelist")):
        page = " ".join(client.get(address).content.decode().split())
        assert page.count("Escalations delayed since") == 1


def test_leads_read_in_the_admin_what_stood_still_and_what_is_set_aside(
    world: World, client_for: Callable[[Membership], Client]
) -> None:
    Heartbeat.beat("watch", now=STOPPED)
    deadman.notice_a_silent_watch(now=LATER)
    setting_aside.put("issue", 17, error=RuntimeError("broken beyond words"), now=LATER)
    lead, agent = client_for(world.lena), client_for(world.sam)
    still, aside = (f"admin:escalations_{name}_changelist" for name in ("standstill", "setaside"))
    assert "Mon 2 Mar, 13:02 UTC" in lead.get(reverse(still)).content.decode()
    assert "broken beyond words" in lead.get(reverse(aside)).content.decode()
    assert agent.get(reverse(aside)).status_code == 403


def test_strangers_are_told_nothing(db: None, client: Client) -> None:
    Heartbeat.beat("watch", now=STOPPED)
    assert "delayed" not in client.get(reverse("accounts:sign-in")).content.decode()


def test_the_loop_of_the_watch_outlives_a_database_that_is_away_for_a_while(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers: list[BaseException] = [OperationalError("server closed the connection"), KeyboardInterrupt()]

    def look() -> int:
        raise answers.pop(0)

    monkeypatch.setattr(watch_command, "round_of_watch", look)
    with pytest.raises(KeyboardInterrupt):
        call_command("watch", loop=True, every=0.0)
    assert "trying again: server closed the connection" in capsys.readouterr().err
