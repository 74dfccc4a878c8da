"""Standing exceptions in a history: acts about an agreement, not about one issue."""

from collections.abc import Callable
from typing import Any

from slaportal.escalations import services as escalations
from slaportal.escalations.models import StandingException
from slaportal.integrations.histories.lines import Line
from slaportal.integrations.histories.world import World
from slaportal.lib.refusal import Refused
from slaportal.policies.selectors import agreement_for


def do(line: Line, world: World) -> None:
    """Do one act at its own instant as its own actor. Raises `Refused` or what the service raises."""
    data: dict[str, Any] = {name: value for name, value in line.data.items() if name != "actor"}
    key = data.pop("exception")
    if line.act == "request_standing":
        _request(key, data, line, world)
        return
    found = StandingException.objects.filter(source_key=key).select_related(
        "agreement__organization", "agreement__policy_version", "agreement__calendar", "requested_by__user"
    )
    standing = found.first()
    if standing is None:
        raise Refused(f"“{key}” is not a standing exception that has been requested.")
    actor = world.member(line.data["actor"], standing.agreement.organization_id)
    _SERVICES[line.act](standing=standing, actor=actor, now=line.at, **data)


def _request(key: str, data: dict[str, Any], line: Line, world: World) -> None:
    if StandingException.objects.filter(source_key=key).exists():
        raise Refused(f"“{key}” is the key of another standing exception already.")
    organization = world.organization(data.pop("organization"))
    escalations.request_standing(
        agreement=agreement_for(organization=organization, at=line.at),
        begins_at=data.pop("from"),
        ends_at=data.pop("to"),
        metric=data.pop("metric", ""),
        source_key=key,
        actor=world.member(line.data["actor"], organization.pk),
        now=line.at,
        **data,
    )


_SERVICES: dict[str, Callable[..., object]] = {
    "approve_standing": escalations.approve_standing,
    "reject_standing": escalations.reject_standing,
    "accept_standing": escalations.accept_standing,
    "contest_standing": escalations.contest_standing,
    "end_standing": escalations.end_standing,
}
