"""What the matrix says, since when, and what it said before: on the agreement's page and in the admin (spec §5)."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from slaportal.accounts.models import Membership
from slaportal.escalations.models import MatrixEdition, MatrixStep
from slaportal.escalations.services import remove_step, save_step
from slaportal.lib.refusal import Refused
from slaportal.policies.models import Agreement
from tests.world import HOUR, MONDAY, World

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]


def first_warning() -> MatrixStep:
    return MatrixStep.objects.get(level="low", metric="resolution", ordinal=1)


def test_the_first_change_keeps_what_held_before(world: World) -> None:
    step = first_warning()
    before = step.when
    step.share = 60
    save_step(step=step, actor=world.lena, now=MONDAY)
    first, second = MatrixEdition.objects.order_by("number")
    assert (first.number, first.effective_from) == (1, None)
    assert (second.number, second.effective_from, second.by) == (2, MONDAY, world.lena)

    def words(edition: MatrixEdition) -> str:
        found = [
            one
            for one in edition.steps
            if (one["level"], one["metric"], one["ordinal"]) == ("low", "resolution", 1)
        ]
        return str(found[0]["when"])

    assert (words(first), words(second)) == (before, "60 % of the time used")


def test_each_change_makes_the_next_edition(world: World) -> None:
    step = first_warning()
    step.share = 60
    save_step(step=step, actor=world.lena, now=MONDAY)
    remove_step(step=first_warning(), actor=world.lena, now=MONDAY + HOUR)
    third = MatrixEdition.objects.get(number=3)
    assert third.note.startswith("Removed: ")
    assert len(third.steps) == MatrixStep.objects.count()


def test_a_refused_change_makes_no_edition(world: World) -> None:
    step = MatrixStep.objects.get(level="critical", metric="resolution", kind="breach")
    step.role = "vendor_lead"
    MatrixStep.objects.filter(level="critical", metric="resolution", kind="after").delete()
    with pytest.raises(Refused):
        save_step(step=step, actor=world.lena, now=MONDAY)
    assert not MatrixEdition.objects.exists()


def test_the_client_reads_edition_hours_and_contacts_on_the_agreement(
    world: World, client_for: SignIn
) -> None:
    step = first_warning()
    step.share = 60
    save_step(step=step, actor=world.lena, now=MONDAY)
    agreement = Agreement.objects.visible_to(world.alice).get()
    text = (
        client_for(world.alice)
        .get(reverse("policies:agreement-detail", args=[agreement.pk]))
        .content.decode()
    )
    assert "Edition 2" in text
    assert "Acme hours" in text
    assert "lena@protecto.example" in text
    assert "vera@protecto.example" in text
    assert "sam@protecto.example" not in text


def test_editions_are_read_in_the_admin_and_never_changed(world: World, client_for: SignIn) -> None:
    step = first_warning()
    step.share = 60
    save_step(step=step, actor=world.lena, now=MONDAY)
    client = client_for(world.lena)
    assert (
        "Changed: Low" in client.get(reverse("admin:escalations_matrixedition_changelist")).content.decode()
    )
    edition = MatrixEdition.objects.get(number=2)
    address = reverse("admin:escalations_matrixedition_change", args=[edition.pk])
    assert "60 % of the time used" in client.get(address).content.decode()
    assert client.post(address, {"note": "x"}).status_code == 403


def test_repeating_is_edited_with_the_step(world: World, client_for: SignIn) -> None:
    step = MatrixStep.objects.get(level="critical", metric="response", kind="breach")
    address = reverse("admin:escalations_matrixstep_change", args=[step.pk])
    given = {
        "level": "critical",
        "metric": "response",
        "ordinal": step.ordinal,
        "kind": "breach",
        "role": step.role,
        "repeat_minutes": 15,
        "repeat_times": 4,
        "channel": "mail",
    }
    client = client_for(world.lena)
    assert client.post(address, given).status_code == 302
    text = client.get(reverse("admin:escalations_matrixstep_changelist")).content.decode()
    assert "repeated every 15 min, at most 4 times" in text
    assert client.post(address, {**given, "repeat_minutes": 1}).status_code == 200
