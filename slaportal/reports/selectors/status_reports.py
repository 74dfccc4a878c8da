"""Reading status reports: which ones, by whom, and the issues behind a number."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party
from slaportal.issues.models import Issue
from slaportal.lib import canonical
from slaportal.policies.models import Agreement, AgreementQuerySet
from slaportal.reports.documents import TYPES
from slaportal.reports.models import Cadence, Recipient, ReportFile, StatusReport
from slaportal.reports.periods import Period, holding
from slaportal.reports.selectors.compiling import Data, compile_report

# Who of a party gets reports until its own people choose others.
BY_ROLE = {Party.CLIENT: ("client_manager",), Party.VENDOR: ("vendor_lead", "senior_management")}
PART = 500


@dataclass(frozen=True, slots=True)
class Behind:
    """The issues behind a number: the number itself, the references, and the issues that the reader may see."""

    number: int
    references: list[str]
    issues: list[Issue]

    @property
    def hidden(self) -> int:
        """How many of them the reader may not see."""
        return len(set(self.references)) - len(self.issues)


def visible_reports(member: Membership) -> QuerySet[StatusReport]:
    """Return the reports that `member` may read, the newest period first."""
    found = StatusReport.objects.visible_to(member).select_related("organization", "agreement")
    return found.defer("data").order_by("-ends", "organization__name", "cadence")


def reportable_agreements(member: Membership, *, now: datetime) -> AgreementQuerySet:
    """Return the agreements that have begun and whose drafts `member` may look at."""
    found = Agreement.objects.visible_to(member)
    if not permissions.may(member, "report.read"):
        return found.none()
    if permissions.scope(member.role, "report.read") != permissions.ALL:
        found = found.filter(organization=member.organization_id)
    found = found.filter(effective_from__lte=now).order_by("organization__name", "-effective_from")
    return found.select_related("organization", "policy_version__policy", "calendar")


def figures_of(report: StatusReport) -> Data:
    """Return the values of an issued report as they were frozen."""
    found: Data = json.loads(report.data)
    return found


def draft_of(agreement: Agreement, period: Period, *, now: datetime) -> Data:
    """Return what the report of `period` would say if it were issued at `now`, in the form in which it is kept."""
    found: Data = json.loads(canonical.dumps(compile_report(agreement, period, cut=now)))
    return found


def period_of(report: StatusReport) -> Period:
    """Return the period of a report."""
    return holding(Cadence(report.cadence), report.begins, report.timezone)


def values_of(report: StatusReport, *, now: datetime) -> Data:
    """Return the frozen values, or in review those that would be frozen at `now`."""
    if report.data:
        return figures_of(report)
    terms = Agreement.objects.select_related("organization", "policy_version__policy", "calendar")
    draft = draft_of(terms.get(pk=report.agreement_id), period_of(report), now=now)
    return {**draft, "verdict": report.verdict}


def behind(data: Data, name: str, *, member: Membership) -> Behind:
    """Return the issues behind the number `name` of a report as far as `member` may see them, in its order."""
    references: list[str] = data["lists"].get(name, [])
    wanted = list(dict.fromkeys(references))
    found: dict[str, Issue] = {}
    for start in range(0, len(wanted), PART):
        issues = Issue.objects.visible_to(member).filter(reference__in=wanted[start : start + PART])
        found |= {one.reference: one for one in issues.select_related("organization")}
    return Behind(len(references), references, [found[one] for one in wanted if one in found])


def numbers_url(**query: Any) -> str:
    """Return the address of the lists behind a report's numbers up to the name of the list."""
    return f"{reverse('reports:numbers')}?{urlencode(query)}&list="


def attached(context: Mapping[str, Any]) -> list[tuple[str, bytes, str]]:
    """Return the PDF and the CSV of the report that a message tells of, as they were frozen (MAIL_ATTACHMENTS)."""
    kept = ReportFile.objects.filter(report__reference=context["reference"], kind__in=["pdf", "csv"])
    return [
        (f"{context['reference']}.{one.kind}", bytes(one.content), TYPES[one.kind].partition(";")[0])
        for one in kept.order_by("-kind")
    ]


def recipients_of(agreement: Agreement) -> list[Membership]:
    """Return who gets the reports of `agreement`: whom each party chose, or until then by role."""
    chosen = list(
        Recipient.objects.filter(agreement=agreement, member__active=True).select_related("member__user")
    )
    members = [one.member for one in chosen if one.member.user.is_active]
    parties = {member.party for member in members}
    for party in Party:
        if party not in parties:
            members += by_role(agreement, party, BY_ROLE[party])
    readers = [
        one
        for one in members
        if permissions.may(one, "report.read", organization_id=agreement.organization_id)
    ]
    return sorted(readers, key=lambda member: member.pk)


def by_role(agreement: Agreement, party: str, roles: Sequence[str]) -> list[Membership]:
    """Return the active people of `party` in `roles`: of the agreement's client, or of the vendor."""
    found = Membership.objects.filter(party=party, role__in=roles, active=True, user__is_active=True)
    if party == Party.CLIENT:
        found = found.filter(organization=agreement.organization_id)
    return list(found.select_related("user").order_by("pk"))


def reviewers() -> list[Membership]:
    """Return who of the vendor may edit a report before it is issued."""
    roles = permissions.roles_with("report.review")
    found = Membership.objects.filter(role__in=roles, active=True, user__is_active=True)
    return list(found.select_related("user").order_by("pk"))
