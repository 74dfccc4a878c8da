"""The issues behind one number of a report, under the reader's own permission."""

from datetime import UTC, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.policies.models import Criticality, Metric
from slaportal.reports.models import Cadence, StatusReport
from slaportal.reports.presentation import AGE_WORDS, period_words, title_of
from slaportal.reports.selectors import status_reports as selectors
from slaportal.reports.views.status_reports import asked_period

PER_PAGE = 50
KINDS = {
    "met": _("Met"),
    "breached": _("Missed"),
    "decided": _("Decided: met or missed"),
    "adjusted_met": _("Met after exceptions"),
    "adjusted_breached": _("Missed after exceptions"),
    "waived": _("Waived by exception"),
    "extended": _("Missed, in added time"),
    "undecided": _("Undecided at the end of the period"),
    "at_risk": _("Undecided and warned of"),
    "not_counted": _("Not counted"),
    "withdrawn": _("Withdrawn before due"),
    "duplicate": _("Duplicate before due"),
    "imported": _("Before counting began"),
    "stopped": _("Answered or resolved in the period"),
    "opened": _("Opened"),
    "resolved": _("Resolved"),
    "reopened": _("Reopened"),
    "open": _("Open at the end of the period"),
    "settled": _("Level settled"),
    "agreed_first": _("Level agreed at the client's first proposal"),
    "lapsed": _("Level settled by silence"),
    "disputed": _("Level disputed"),
    **{f"aged{place}": _("Open, working days of age: %s") % age for place, age in enumerate(AGE_WORDS)},
}


@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """List the issues behind a number.

    `?report=` names an issued report, whose list is as frozen as its number, or one in review; without it `agreement`,
    `cadence` and `day` name a period as it stands now. `list` is the name of the number (`figures.key`).
    """
    member = member_of(request)
    data, report = _data(request)
    name = request.GET.get("list", "")
    kind, *parts = name.split("/")
    if kind not in KINDS:
        raise Http404("There is no such number.")
    found = selectors.behind(data, name, member=member)
    page = Paginator(found.issues, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "behind": found,
        "page": page,
        "member": member,
        "report": report,
        "words": KINDS[kind],
        "cell": _cell(parts),
        "title": title_of(data),
        "period": period_words(data),
        "organization": data["organization"],
        "agreement": request.GET.get("agreement", ""),
        "cadence": data["cadence"],
        "day": data["first"],
    }
    return render(request, "reports/numbers.html", context)


def _data(request: HttpRequest) -> tuple[dict[str, Any], StatusReport | None]:
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "report.read")
    reference = request.GET.get("report", "")
    if reference:
        visible = StatusReport.objects.visible_to(member).select_related("organization")
        report = get_object_or_404(visible, reference=reference.upper())
        return selectors.values_of(report, now=now), report
    agreement, cadence = request.GET.get("agreement", ""), request.GET.get("cadence", "")
    if not agreement.isdecimal() or cadence not in Cadence.values:
        raise Http404("Name a report, or an agreement and a cadence.")
    terms = get_object_or_404(selectors.reportable_agreements(member, now=now), pk=int(agreement))
    period = asked_period(request, terms, Cadence(cadence), now=now)
    return selectors.draft_of(terms, period, now=now), None


def _cell(parts: list[str]) -> list[str]:
    """Return level and metric of a list in words, as far as its name has them."""
    labels = {str(one): str(one.label) for one in [*Criticality, *Metric]}
    return [labels[part] for part in parts if part in labels]
