"""The reference and the API say the same: random requests, good and bad, as every role, under every check of schemathesis.

The suite tries a few of each; `API_EXAMPLES=200 pytest tests/api/test_contract.py` tries many.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as how
from hypothesis import strategies as st
from pytest_django import Settings
from schemathesis.config import SchemathesisConfig

from slaportal.accounts.models import Membership, Role
from slaportal.escalations.services import escalate
from slaportal.issues.services import work
from slaportal.ledger.services import seal
from tests.api.programs import token_of
from tests.world import HOUR, MONDAY, World, fresh, make_member, report

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("API_EXAMPLES", "8"))
CONFIG: dict[str, Any] = {
    "checks": {
        # An act may be refused because of how things stand (409, 412, 422), which no description of a body can say.
        "positive_data_acceptance": {
            "expected-statuses": ["2XX", "401", "403", "404", "409", "412", "422"],
        },
    },
}
GENERATOR: Any = SchemaGenerator
RAW: dict[str, Any] = GENERATOR().get_schema(request=None, public=True)
SCHEMA = schemathesis.openapi.from_dict(RAW, config=SchemathesisConfig.from_dict(CONFIG))
SCHEMA.app = get_wsgi_application()
FOUND: list[Any] = list(SCHEMA.get_all_operations())
OPERATIONS = {found.ok().definition.raw["operationId"]: found.ok() for found in FOUND}


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Keep the connection of the test open between requests, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def somebody(role: str, world: World) -> Membership:
    """A member in `role`: of the cast if there is one."""
    cast = (world.alice, world.bob, world.sam, world.lena, world.vera, world.ada)
    known = next((one for one in cast if one.role == role), None)
    client = role.startswith("client") or role == "auditor"
    return known or make_member(role.title(), world.acme if client else world.vendor, role)


def furnish(world: World) -> dict[str, list[Any]]:
    """Let there be something at every address: parameter → values that exist."""
    issues = [report(world.bob, level=level) for level in ("critical", "low")]
    work.comment(issue=fresh(issues[0]), body="We look at it.", actor=world.sam, now=MONDAY + HOUR / 2)
    escalate(issue=fresh(issues[0]), reason="Nobody calls.", actor=world.alice, now=MONDAY + HOUR)
    seal(now=MONDAY + HOUR)
    agreements = [issues[0].agreement_id]
    return {"reference": [one.reference for one in issues], "pk": agreements}


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_every_operation_keeps_what_the_reference_says(mode: str, world: World, settings: Settings) -> None:
    settings.API_CALLS_A_MINUTE = settings.API_WRONG_TOKENS_A_MINUTE = 1_000_000
    there = furnish(world)
    secrets = [token_of(somebody(role, world))[1] for role in Role.values]
    for name in OPERATIONS:
        try_operation(name, schemathesis.GenerationMode(mode), there, secrets)


def try_operation(
    name: str, mode: schemathesis.GenerationMode, there: dict[str, list[Any]], secrets: list[str]
) -> None:
    operation = OPERATIONS[name]
    cases: st.SearchStrategy[Any] = operation.as_strategy(generation_mode=mode)

    @how(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=cases, secret=st.sampled_from(secrets), data=st.data())
    def run(case: Any, secret: str, data: st.DataObject) -> None:
        # Addresses of things that exist, mostly: otherwise nothing behind them would ever be reached.
        for parameter, values in there.items():
            if parameter in case.path_parameters and data.draw(st.integers(0, 3)):
                case.path_parameters[parameter] = data.draw(st.sampled_from(values))
        if mode.is_positive:
            case.query.pop("cursor", None)  # no string but one of ours is one
            if {"begins", "ends"} <= set(case.query):  # which comes first, no description of either can say
                case.query["begins"], case.query["ends"] = sorted((case.query["begins"], case.query["ends"]))
        # What was made up to be refused is not to be covered by what is accepted.
        made_up = any(name.lower() == "authorization" for name in case.headers or {})
        headers = {} if made_up else {"Authorization": f"Bearer {secret}"}
        response = case.call(headers=headers)
        case.validate_response(response, headers=headers)

    run()
