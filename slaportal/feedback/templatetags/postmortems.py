"""The post-mortem on the page of an issue, which knows nothing of it: its template loads this."""

from typing import Any

from django import template

from slaportal.accounts import permissions
from slaportal.feedback.models import ActionKind, ActionState, FactorKind
from slaportal.feedback.selectors import editions, postmortem_of
from slaportal.issues.models import Issue

register = template.Library()


@register.inclusion_tag("feedback/parts/of_issue.html", takes_context=True)
def postmortem_of_issue(context: dict[str, Any], issue: Issue) -> dict[str, Any]:
    """Show where the post-mortem of `issue` stands, as far as the reader may know. Reads `now` of the page."""
    member = getattr(context.get("request"), "membership", None)
    found = postmortem_of(issue) if permissions.may(member, "postmortem.read") else None
    analyzes = permissions.may(member, "postmortem.analyze")
    return {
        "postmortem": found,
        "now": context["now"],
        "analyzes": analyzes,
        "readable": found is not None
        and member is not None
        and editions.readable_edition(found, reader=member),
    }


@register.filter
def factor_kind(value: str) -> str:
    """Return the name of a kind of factor, such as Technical for "technical"."""
    return str(FactorKind(value).label) if value in FactorKind.values else value


@register.filter
def action_kind(value: str) -> str:
    """Return the name of a kind of action, such as Prevent for "prevent"."""
    return str(ActionKind(value).label) if value in ActionKind.values else value


@register.filter
def action_tone(state: str) -> str:
    """Return the tone of the tag of an action's state."""
    return {ActionState.DONE: " tag--good", ActionState.OPEN: " tag--on"}.get(ActionState(state), "")


@register.filter
def state_tone(state: str) -> str:
    """Return the tone of the tag of a post-mortem's state."""
    return {
        "published": " tag--good",
        "reviewed": " tag--on",
        "review": " tag--on",
        "waiver": " tag--warn",
    }.get(state, "")
