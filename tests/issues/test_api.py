"""*Explain* says the same to a program as on the page and on the command line (spec §2)."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from slaportal.accounts.models import Membership
from tests.world import World, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]


def test_the_api_explains_a_deadline_as_the_command_does(world: World, client_for: SignIn) -> None:
    issue = report(world.bob, level="medium")
    answer = client_for(world.alice).get(f"/api/v1/issues/{issue.reference.lower()}/explain").json()
    out = StringIO()
    call_command("explain", issue.reference, "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert answer["terms"] == said["terms"]
    resolution = next(clock for clock in answer["clocks"] if clock["metric"] == "resolution")
    # Ten open days of eight hours from Monday 09:00 in Berlin end on 13 March at closing time.
    assert resolution["due"] == "2026-03-13T16:00:00Z"
    assert [clock["due"] for clock in answer["clocks"]] == [clock["due"] for clock in said["clocks"]]


def test_a_stranger_gets_no_explanation_and_nobody_one_without_signing_in(
    world: World, client_for: SignIn
) -> None:
    address = f"/api/v1/issues/{report(world.bob).reference}/explain"
    assert client_for(world.charlie).get(address).status_code == 404
    assert Client().get(address).status_code in (401, 403)
