"""The agreement as both parties read it, and the calculator that answers for its clock."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership
from slaportal.policies import clock, presentation, selectors
from slaportal.policies.clock import Calendar, ClockError, Pause
from slaportal.policies.forms import CalculatorForm
from slaportal.policies.models import Agreement, Criticality, Metric, PolicyVersion, Target
from slaportal.policies.presentation import Strip
from slaportal.policies.reckoning import LEVELS

A_PAGE = 50
LONGEST_ID = 19  # digits: longer ones are no id of any row
# The app of the matrix puts its part here; a template name is all that this app knows of it.
MATRIX = ("escalations/parts/matrix_for_agreement.html", "policies/parts/no_matrix.html")


@require_safe
def agreement(request: HttpRequest) -> HttpResponse:
    """Show a client its agreement in force, and the vendor a list of all."""
    member = member_of(request)
    permissions.require(member, "policy.read")
    now = datetime.now(UTC)
    agreements = selectors.readable_agreements(member)
    if member.is_vendor:
        page = Paginator(agreements, A_PAGE).get_page(request.GET.get("page"))
        rows = [(one, selectors.standing(one, now=now)) for one in page]
        return render(request, "policies/agreements.html", {"page": page, "rows": rows})
    found = selectors.current_of(agreements, now=now)
    if found is None:
        return render(request, "policies/no_agreement.html", {"organization": member.organization})
    return render(request, "policies/agreement.html", _page(member, found, now=now))


@require_safe
def agreement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one agreement to whoever may read it; for strangers it does not exist."""
    member = member_of(request)
    permissions.require(member, "policy.read")
    found = get_object_or_404(selectors.readable_agreements(member), pk=pk)
    return render(request, "policies/agreement.html", _page(member, found, now=datetime.now(UTC)))


@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """Answer when what is due under an agreement, with the derivation of each answer."""
    member = member_of(request)
    permissions.require(member, "policy.read")
    agreements = selectors.readable_agreements(member)
    now = datetime.now(UTC)
    wanted = request.GET.get("agreement", "")
    chosen = agreements.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < LONGEST_ID else None
    chosen = chosen or selectors.current_of(agreements, now=now)
    if chosen is None:
        return render(request, "policies/no_agreement.html", {"organization": member.organization})
    asked = "start" in request.GET
    form = CalculatorForm(
        request.GET if asked else None, agreements=agreements, initial=_now_at(chosen, now=now)
    )
    answers, problem = [], ""
    if asked and form.is_valid():
        try:
            answers = _answers(
                **{name: form.cleaned_data[name] for name in ("agreement", "level", "starts_at", "pauses")}
            )
        except ClockError as error:
            problem = str(error)
    return render(
        request,
        "policies/calculator.html",
        {
            "form": form,
            "answers": answers,
            "problem": problem,
            "agreement": form.cleaned_data.get("agreement") if answers else chosen,
            "starts_at": form.cleaned_data.get("starts_at") if answers else None,
        },
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """When one promise is due; `due` is None while a pause without an end stops it."""

    level: str
    metric: str
    promise: str
    counted_in: str
    due: datetime | None
    strip: Strip


def _answers(*, agreement: Agreement, level: str, starts_at: datetime, pauses: list[Pause]) -> list[Answer]:
    """Answer for every level, or for one, response first."""
    words = {(one.level, one.metric): one for one in selectors.targets_of(agreement.policy_version)}
    found = []
    for name in [level] if level else LEVELS:
        for metric in Metric:
            rule = selectors.rules_for(agreement, metric)[name]
            # Only the resolution is ever paused (spec §4).
            stops = tuple(pauses) if metric is Metric.RESOLUTION else ()
            given: dict[str, Any] = {
                "start": starts_at,
                "unit": rule.unit,
                "calendar": rule.calendar,
                "pauses": stops,
            }
            due = clock.deadline(amount=rule.amount, **given)
            end = due or max([starts_at, *(pause.start for pause in stops)])
            target = words[name, metric]
            found.append(
                Answer(
                    level=name,
                    metric=str(metric.label),
                    promise=target.words,
                    counted_in=_counted_in(agreement, target),
                    due=due,
                    strip=presentation.strip_of(clock.derive(end=end, **given), rule.unit),
                )
            )
    return found


def _counted_in(agreement: Agreement, target: Target) -> str:
    """Say which time counts for `target`."""
    if not target.unit.startswith("business"):
        return gettext("day and night")
    if target.round_the_clock or agreement.calendar is None:
        return "24×7"
    return str(agreement.calendar)


def _now_at(agreement: Agreement, *, now: datetime) -> dict[str, Any]:
    """Begin with the present minute, in the zone of the agreement."""
    local = now.astimezone(ZoneInfo(agreement.timezone)).replace(second=0, microsecond=0, tzinfo=None)
    return {"agreement": agreement.pk, "start": local, "timezone": agreement.timezone}


def _page(member: Membership, agreement: Agreement, *, now: datetime) -> dict[str, Any]:
    """Everything the page of one agreement shows."""
    version, hours = agreement.policy_version, agreement.hours()
    editions = PolicyVersion.objects.filter(policy=version.policy_id, status=PolicyVersion.Status.PUBLISHED)
    others = selectors.readable_agreements(member).filter(organization=agreement.organization_id)
    return {
        "agreement": agreement,
        "version": version,
        "standing": selectors.standing(agreement, now=now),
        "levels": _levels(version),
        "uses_business_time": any(one.unit.startswith("business") for one in selectors.targets_of(version)),
        "impact": [
            (Criticality(level), words) for level, words in presentation.impact_lines(version.impact_table)
        ],
        "week": presentation.week_of(hours),
        "closures": presentation.next_closures(hours, after=now.astimezone(ZoneInfo(hours.timezone)).date()),
        "zone": hours.timezone,
        "reader_zone": get_current_timezone_name(),
        "opening": _opening(hours, now=now),
        "others": [(one, selectors.standing(one, now=now)) for one in others],
        "editions": editions.order_by("-number"),
        "matrix": MATRIX,
        "now": now,
        "is_vendor": member.is_vendor,
    }


def _levels(version: PolicyVersion) -> list[dict[str, Any]]:
    promises = {(one.level, one.metric): one.words for one in selectors.targets_of(version)}
    return [
        {
            "definition": one,
            "response": promises.get((one.level, Metric.RESPONSE), ""),
            "resolution": promises.get((one.level, Metric.RESOLUTION), ""),
        }
        for one in presentation.by_level(version.definitions.all())
    ]


def _opening(hours: Calendar, *, now: datetime) -> datetime | None:
    """Return when support opens next, None if it is open."""
    return (
        None
        if clock.is_open(instant=now, calendar=hours)
        else clock.next_opening(instant=now, calendar=hours)
    )
