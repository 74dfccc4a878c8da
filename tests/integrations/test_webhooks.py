"""Webhooks: every event arrives under one id, signed; nothing inside the network is ever connected to."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from slaportal.accounts.models import Membership
from slaportal.integrations import posting
from slaportal.integrations.models import Attempt, Delivery, WebhookEndpoint
from slaportal.integrations.services import delivering, spreading, webhooks
from slaportal.issues.services import work
from slaportal.ledger.models import Leaf
from slaportal.ledger.services import seal
from slaportal.notifications.models import Message
from tests.integrations.receivers import DROP, FAIL, HANG, RESET, TAKE, Receiver, receiver
from tests.world import World, fresh, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _receivers_on_this_machine(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open the loopback range at any port, as an operator may for receivers inside."""
    settings.WEBHOOK_SCHEMES = ["http"]
    settings.WEBHOOK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.WEBHOOK_ALLOWED_PORTS = list(range(1024, 65536))
    monkeypatch.setattr(posting, "READ_SECONDS", 0.3)


def endpoint_for(
    member: Membership, to: Receiver, *, families: tuple[str, ...] = ()
) -> tuple[WebhookEndpoint, str]:
    """Return a webhook of the member's organization to a receiver, and its secret."""
    return webhooks.make_endpoint(actor=member, name="Status page", url=to.url, families=families, now=NOW)


def run_until_quiet(now: datetime = NOW, *, rounds: int = 60) -> datetime:
    """Sweep again and again, each time at the next instant at which something is due; return the last instant."""
    spreading.spread(now=now)
    for _ in range(rounds):
        if not delivering.deliver(now=now):
            waiting = Delivery.objects.filter(next_try_at__isnull=False, endpoint__active=True)
            soonest = waiting.order_by("next_try_at").first()
            if soonest is None or soonest.next_try_at is None:
                return now
            now = max(now, soonest.next_try_at)
    return now


def expected_ids() -> set[str]:
    """The id of every sealed event that both parties may read."""
    return {f"evt_{leaf.event_id}" for leaf in Leaf.objects.filter(event__audience="both")}


def test_every_event_arrives_however_the_receiver_behaves(world: World) -> None:
    moods = [FAIL, RESET, TAKE, DROP, HANG, TAKE, RESET, FAIL]
    with receiver(lambda number: moods[number % len(moods)]) as there:
        endpoint_for(world.alice, there)
        issue = report(world.bob)
        work.note(issue=issue, body="Only inside.", actor=world.sam, now=NOW)
        work.comment(issue=fresh(issue), body="We look at it.", actor=world.sam, now=NOW)
        seal(now=NOW)
        run_until_quiet()
    assert set(there.ids) == expected_ids()
    # Only what was taken without an answer came twice.
    repeats = sum(count - 1 for count in there.ids.values())
    assert repeats <= there.connections // len(moods) + 1
    assert not Delivery.objects.filter(event__kind="note.added").exists()
    assert not Delivery.objects.exclude(state="delivered").exists()
    # Whatever a receiver answers beside its status is nowhere.
    assert not any("secret" in attempt.problem for attempt in Attempt.objects.all())


def test_both_secrets_sign_for_a_day_and_then_only_the_new_one(world: World) -> None:
    with receiver() as there:
        endpoint, old = endpoint_for(world.alice, there)
        now = NOW
        new = webhooks.rotate_secret(endpoint=endpoint, actor=world.alice, now=now)
        for at in (now, now + timedelta(hours=25)):
            made = webhooks.make_test(endpoint=endpoint, actor=world.alice, now=at)
            delivering.try_now(made, now=at)
    (first, body), (second, later) = there.requests
    with time_machine.travel(NOW):  # the receiver's library refuses what is old
        assert Webhook(old).verify(body, first)["type"] == "portal.test"
        assert Webhook(new).verify(body, first)
    assert " " not in second["webhook-signature"]
    assert json.loads(later)["type"] == "portal.test"
    with time_machine.travel(NOW), pytest.raises(WebhookVerificationError):
        Webhook(new).verify(body + " ", first)


def test_after_three_days_it_is_switched_off_and_its_people_are_told_and_then_nothing_is_lost(
    world: World,
) -> None:
    bad = [True]
    with receiver(lambda number: FAIL if bad[0] else TAKE) as there:
        endpoint, _ = endpoint_for(world.alice, there, families=("issue",))
        report(world.bob)
        seal(now=NOW)
        end = run_until_quiet()
        endpoint.refresh_from_db()
        assert not endpoint.active
        assert timedelta(hours=71) < end - NOW < timedelta(hours=73)
        assert there.connections == len(delivering.WAITS) + 1
        assert [one.recipient for one in Message.objects.filter(kind="webhook-disabled")] == [
            world.alice.user
        ]
        report(world.bob, title="Another one")
        seal(now=end)
        assert spreading.spread(now=end) == 0
        bad[0] = False
        webhooks.enable(endpoint=endpoint, actor=world.alice, now=end)
        run_until_quiet(end)
    assert len(there.ids) == 2


def test_a_client_s_webhook_hears_nothing_of_another_client(world: World) -> None:
    with receiver() as there:
        endpoint_for(world.charlie, there)
        report(world.bob)
        seal(now=NOW)
        run_until_quiet()
    assert not there.ids


def test_two_sweeps_at_once_make_one_delivery_and_send_it_once(world: World) -> None:
    with receiver() as there:
        endpoint_for(world.alice, there, families=("comment",))
        work.comment(issue=report(world.bob), body="Hello.", actor=world.bob, now=NOW)
        seal(now=NOW)
        assert (spreading.spread(now=NOW), spreading.spread(now=NOW)) == (1, 0)
        first, second = Delivery.objects.get(), Delivery.objects.get()
        assert delivering.try_now(first, now=NOW) is not None
        assert delivering.try_now(second, now=NOW) is None
    assert there.connections == 1


def test_the_pages_make_try_show_and_send_again(world: World, client_for: SignIn) -> None:
    with receiver() as there:
        browser = client_for(world.alice)
        form = {"name": "Status page", "url": there.url, "families": ["issue"]}
        made = browser.post("/webhooks", form)
        endpoint = WebhookEndpoint.objects.get()
        assert str(made.context["secret"]).startswith("whsec_")
        assert made.context["secret"] not in endpoint.secret
        assert (
            "It arrived: status 200"
            in browser.post(f"/webhooks/{endpoint.pk}/test", follow=True).content.decode()
        )
        one = Delivery.objects.get()
        page = browser.get(f"/webhooks/deliveries/{one.pk}").content.decode()
        assert "webhook-signature" in page
        browser.post(f"/webhooks/deliveries/{one.pk}/again")
        assert there.ids == {one.message_id: 2}
    assert client_for(world.charlie).get(f"/webhooks/{endpoint.pk}").status_code == 404
    assert client_for(world.bob).get("/webhooks").status_code == 403


def test_the_list_of_deliveries_asks_as_often_for_many_as_for_one(world: World, client_for: SignIn) -> None:
    with receiver() as there:
        endpoint, _ = endpoint_for(world.alice, there)
        browser = client_for(world.alice)
        counts = []
        for many in (1, 12):
            for _ in range(many):
                delivering.try_now(webhooks.make_test(endpoint=endpoint, actor=world.alice, now=NOW), now=NOW)
            counts.append(queries_of(browser, f"/webhooks/{endpoint.pk}"))
    assert counts[0] == counts[1]


def queries_of(browser: Client, address: str) -> int:
    """How many queries one page takes."""
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(address).status_code == 200
    return len(seen)
