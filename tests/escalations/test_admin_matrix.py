"""The staff's side of escalations: a matrix that cannot lose its point, lists to read, an outbox that can try again."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.checks import Tags, run_checks
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.escalations.admin import checks
from slaportal.escalations.admin.checks import matrix_reaches_senior_management
from slaportal.escalations.models import Escalation, MatrixStep
from slaportal.escalations.selectors import unreached
from slaportal.escalations.services import escalate, remove_step, save_step, watch
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Heartbeat, Message
from tests.world import HOUR, MONDAY, fresh, report

LATER = MONDAY + timedelta(minutes=30)
GRID = "admin:escalations_matrixstep_changelist"


@pytest.fixture(autouse=True)
def _half_past_nine() -> Iterator[None]:
    """Pages read the clock: it is half an hour after the first report."""
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def lead(client_for: Callable[[Membership], Client], lena: Membership) -> Client:
    """Lena's browser."""
    return client_for(lena)


def at_the_breach() -> MatrixStep:
    return MatrixStep.objects.get(level="critical", metric="response", kind="breach")


def only_senior_step() -> MatrixStep:
    """Return the only step of Critical response that reaches senior management, having removed the others."""
    cell = MatrixStep.objects.filter(level="critical", metric="response")
    cell.filter(kind="after").delete()
    return at_the_breach()


def form_of(step: MatrixStep, **changes: Any) -> dict[str, Any]:
    names = ("level", "metric", "ordinal", "kind", "share", "after_minutes", "role", "channel")
    return {
        name: "" if value is None else value for name in names for value in [getattr(step, name)]
    } | changes


def test_the_matrix_is_one_page_in_words(lead: Client) -> None:
    page = lead.get(reverse(GRID)).content.decode()
    assert "90 % of the time used" in page
    assert "4 h after the breach" in page
    assert page.count("Senior management</strong>") >= 8


def test_agents_read_the_matrix_and_cannot_change_it(
    client_for: Callable[[Membership], Client], world: Any, sam: Membership
) -> None:
    client = client_for(sam)
    assert "Add a step" not in client.get(reverse(GRID)).content.decode()
    address = reverse("admin:escalations_matrixstep_change", args=[at_the_breach().pk])
    assert client.post(address, form_of(at_the_breach(), role="vendor_agent")).status_code == 403
    with pytest.raises(NotAllowed):
        save_step(step=at_the_breach(), actor=sam, now=LATER)


def test_a_change_that_keeps_senior_management_is_saved_and_on_record(lead: Client) -> None:
    step = MatrixStep.objects.get(level="critical", metric="response", share=90)
    address = reverse("admin:escalations_matrixstep_change", args=[step.pk])
    assert lead.post(address, form_of(step, share=85)).status_code == 302
    step.refresh_from_db()
    assert step.share == 85
    assert Event.objects.filter(kind="matrix.changed").count() == 1


def test_a_step_can_be_added_to_a_cell(lead: Client) -> None:
    address = reverse("admin:escalations_matrixstep_add")
    first = lead.get(f"{address}?level=low&metric=response").context["adminform"].form.initial
    assert first["ordinal"] == 4
    step = MatrixStep(
        level="low", metric="response", ordinal=4, kind="after", after_minutes=60, role="vendor_lead"
    )
    assert lead.post(address, form_of(step)).status_code == 302
    assert MatrixStep.objects.filter(level="low", metric="response").count() == 4


def test_a_save_that_leaves_an_overdue_critical_unreached_is_refused_with_a_sentence(lead: Client) -> None:
    step = only_senior_step()
    address = reverse("admin:escalations_matrixstep_change", args=[step.pk])
    response = lead.post(address, form_of(step, role="vendor_lead"))
    assert response.status_code == 200
    assert "would no longer reach senior management: Critical response" in response.content.decode()
    assert at_the_breach().role == "senior_management"


def test_the_service_refuses_too(world: Any, lena: Membership) -> None:
    step = only_senior_step()
    step.role = "vendor_agent"
    with pytest.raises(Refused, match="Critical response"):
        save_step(step=step, actor=lena, now=LATER)
    with pytest.raises(Refused, match="Critical response"):
        remove_step(step=at_the_breach(), actor=lena, now=LATER)
    assert not unreached()
    assert not Event.objects.filter(kind__startswith="matrix.").exists()


def test_the_last_step_for_senior_management_cannot_be_deleted_on_the_page(lead: Client) -> None:
    step = only_senior_step()
    address = reverse("admin:escalations_matrixstep_delete", args=[step.pk])
    response = lead.post(address, {"post": "yes"}, follow=True)
    assert "would no longer reach senior management" in response.content.decode()
    assert MatrixStep.objects.filter(pk=step.pk).exists()


def test_a_spare_step_can_be_deleted(lead: Client) -> None:
    step = MatrixStep.objects.get(level="low", metric="response", share=75)
    lead.post(reverse("admin:escalations_matrixstep_delete", args=[step.pk]), {"post": "yes"})
    assert not MatrixStep.objects.filter(pk=step.pk).exists()
    assert Event.objects.filter(kind="matrix.removed").count() == 1


def test_a_step_that_has_run_stays(alice: Membership, lena: Membership) -> None:
    report(alice, level="critical", at=MONDAY - 3 * HOUR)
    watch(now=LATER)
    ran = Escalation.objects.exclude(step=None).select_related("step").latest("pk").step
    assert ran is not None
    with pytest.raises(Refused, match="belongs to their record"):
        remove_step(step=ran, actor=lena, now=LATER)


def test_the_check_of_the_database_names_what_is_unreached(world: Any) -> None:
    def found() -> list[str]:
        messages = run_checks(tags=[Tags.database], databases=["default"])
        return [one.msg for one in messages if one.id == "slaportal.escalations.W001"]

    assert found() == []
    MatrixStep.objects.filter(level="high", metric="resolution", role="senior_management").delete()
    assert found() == ["An overdue High resolution would not reach senior management."]


def test_the_check_does_not_stand_in_the_way_of_a_migration(world: Any) -> None:
    # `migrate` runs it before it adds new columns: it may ask for those only that were there from the beginning.
    with CaptureQueriesContext(connection) as captured:
        matrix_reaches_senior_management(None, databases=["default"])
    asked = [one["sql"] for one in captured if "matrixstep" in one["sql"]]
    assert len(asked) == 1
    assert "after_minutes" not in asked[0]


def test_the_check_is_silent_before_there_is_a_table(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_table(steps: object) -> list[str]:
        raise OperationalError("no such table: escalations_matrixstep")

    monkeypatch.setattr(checks, "unreached", no_table)
    assert matrix_reaches_senior_management(None, databases=["default"]) == []


def test_escalations_are_listed_and_taken_in_hand(lead: Client, alice: Membership, lena: Membership) -> None:
    issue = report(alice)
    escalate(issue=fresh(issue), reason="We are blocked.", actor=alice, now=LATER)
    address = reverse("admin:escalations_escalation_changelist")
    assert "We are blocked." in lead.get(address).content.decode()
    chosen = {"action": "acknowledge", "_selected_action": [Escalation.objects.get().pk]}
    assert "1 escalation in your hands" in lead.post(address, chosen, follow=True).content.decode()
    assert Escalation.objects.get().acknowledged_by == lena
    again = lead.post(address, chosen, follow=True).content.decode()
    assert f"{issue.reference}: This escalation is acknowledged already: Lena has it in hand." in again


def test_the_list_of_escalations_costs_the_same_for_one_and_for_many(lead: Client, alice: Membership) -> None:
    address = reverse("admin:escalations_escalation_changelist")

    def add(number: int) -> None:
        for _ in range(number):
            escalate(issue=fresh(report(alice)), reason="Blocked.", actor=alice, now=LATER)

    costs = []
    for number in (1, 9):
        add(number)
        with CaptureQueriesContext(connection) as captured:
            lead.get(address)
        costs.append(len(captured))
    assert costs[0] == costs[1]


def failed_message() -> Message:
    message = Message.objects.filter(kind="issue-reported").earliest("pk")
    Message.objects.filter(pk=message.pk).update(status="failed", attempts=6, last_error="550 no such user")
    return message


def test_a_message_that_was_given_up_is_sent_again(lead: Client, alice: Membership) -> None:
    issue = report(alice)
    message = failed_message()
    page = lead.get(reverse("admin:notifications_message_change", args=[message.pk])).content.decode()
    assert "550 no such user" in page
    assert issue.reference in page
    assert "srcdoc=" in page
    lead.post(reverse("admin:notifications_message_again", args=[message.pk]))
    message.refresh_from_db()
    assert (message.status, message.attempts) == ("pending", 0)


def test_messages_on_their_way_are_not_sent_twice(lead: Client, alice: Membership) -> None:
    report(alice)
    address = reverse("admin:notifications_message_changelist")
    chosen = {"action": "send_again", "_selected_action": [Message.objects.earliest("pk").pk]}
    assert "nothing to send again" in lead.post(address, chosen, follow=True).content.decode()


def test_failed_messages_are_found(lead: Client, alice: Membership) -> None:
    report(alice)
    message = failed_message()
    found = lead.get(reverse("admin:notifications_message_changelist") + "?status__exact=failed").context[
        "cl"
    ]
    assert [one.pk for one in found.result_list] == [message.pk]


def test_agents_do_not_read_other_peoples_mail(
    client_for: Callable[[Membership], Client], alice: Membership, sam: Membership
) -> None:
    report(alice)
    client = client_for(sam)
    assert client.get(reverse("admin:notifications_message_changelist")).status_code == 403
    pk = Message.objects.earliest("pk").pk
    assert client.get(reverse("admin:notifications_message_change", args=[pk])).status_code == 404
    assert client.post(reverse("admin:notifications_message_again", args=[pk])).status_code == 404


def test_heartbeats_say_who_is_silent(lead: Client, world: Any) -> None:
    Heartbeat.beat("watch", now=LATER - timedelta(minutes=5))
    Heartbeat.beat("delivery", now=LATER)
    page = lead.get(reverse("admin:notifications_heartbeat_changelist")).content.decode()
    assert "silent for 5 min" in page
    assert "alive" in page


def test_the_ledger_is_searched_by_reference_and_only_read(lead: Client, alice: Membership) -> None:
    first, other = report(alice), report(alice)
    address = reverse("admin:ledger_event_changelist")
    found = lead.get(f"{address}?q={first.reference}").context["cl"].result_list
    assert {one.subject for one in found} == {first.reference}
    event = Event.objects.about(other.reference).earliest("pk")
    page = lead.get(reverse("admin:ledger_event_change", args=[event.pk]))
    assert event.payload_sha256 in page.content.decode()
    assert lead.post(reverse("admin:ledger_event_change", args=[event.pk]), {"kind": "x"}).status_code == 403
    assert (
        lead.post(reverse("admin:ledger_event_delete", args=[event.pk]), {"post": "yes"}).status_code == 403
    )
