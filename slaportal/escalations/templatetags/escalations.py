"""Escalations on the page of an issue, which knows nothing of them: its template loads this."""

from typing import Any

from django import template
from django.db.models import QuerySet

from slaportal.escalations.models import Absence, StandingException
from slaportal.escalations.selectors import (
    absence_of,
    coverages_of,
    exception_acts,
    lines_on,
    plan_steps,
    reasons_missing,
    reasons_of,
    standing_of,
    unexplained,
    visible_exceptions,
)
from slaportal.issues.models import Issue
from slaportal.issues.services import acts
from slaportal.policies.models import Agreement

register = template.Library()


@register.inclusion_tag("escalations/parts/of_issue.html", takes_context=True)
def escalations_of(context: dict[str, Any], issue: Issue) -> dict[str, Any]:
    """Show the escalations of `issue`, with the buttons that the reader may press now. Reads `now` of the page."""
    request = context["request"]
    member = request.membership
    lines = lines_on(issue, member=member, now=context["now"])
    waiting = any(line.escalation.status == "open" and line.escalation.step_id is None for line in lines)
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "issue": issue,
        "lines": lines,
        "may_escalate": issue.is_live and not waiting and acts.can(issue, member, "escalation.raise"),
    }


@register.inclusion_tag("escalations/parts/exceptions_of_issue.html", takes_context=True)
def exceptions_of(context: dict[str, Any], issue: Issue) -> dict[str, Any]:
    """Show the exceptions of `issue`, breaches without a reason, and what the reader may do about them now."""
    member = context["request"].membership
    found = visible_exceptions(member).filter(issue=issue)
    return {
        "issue": issue,
        "exceptions": [(one, exception_acts(one, member)) for one in found],
        "standing": coverages_of(issue),
        "missing": unexplained(issue),
        "reasons": reasons_of(issue),
        "may_give": acts.can(issue, member, "escalation.reason"),
        "may_request": acts.can(issue, member, "exception.request"),
    }


@register.simple_tag(takes_context=True)
def standing_exceptions_of(context: dict[str, Any], agreement: Agreement) -> QuerySet[StandingException]:
    """Return the standing exceptions of `agreement` that hold or will hold, as the reader may see them. Reads `now` of the page."""
    return standing_of(agreement, member=context["request"].membership, now=context["now"])


@register.simple_tag(takes_context=True)
def my_absence(context: dict[str, Any]) -> Absence | None:
    """Return the absence of the reader that holds or comes next. Reads `now` of the page."""
    return absence_of(context["request"].user, now=context["now"])


@register.simple_tag
def reasons_missing_of(issue: Issue) -> list[str]:
    """Return the names of the clocks of `issue` that were breached without a reason on record."""
    return reasons_missing(issue)


@register.inclusion_tag("escalations/parts/plan.html")
def mitigation_plan(plan: str) -> dict[str, Any]:
    """Show a plan as a table of its steps where one at least says who does what until when; else as it was written."""
    steps = plan_steps(plan)
    return {"plan": plan, "steps": steps if any(one.until for one in steps) else []}
