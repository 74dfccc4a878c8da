"""Reading audits: the list, the page of one, one record with everything that answers its five questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party
from slaportal.issues.counting import Counted, Row, count
from slaportal.lib.canonical import parse_instant
from slaportal.lib.statistics import wilson
from slaportal.policies.reckoning import LEVELS
from slaportal.reports import sampling
from slaportal.reports.models import Answer, Audit, AuditAnswer, AuditRecord, Finding, FollowUp, Question
from slaportal.reports.quarters import name_of

# The questions in full, in the order in which they are asked (docs/auditing.md).
QUESTIONS: Final = {
    Question.LEVEL: _("Is the level justified by the criteria of the agreement?"),
    Question.RESPONSE: _("Was the response written by a person and to the point?"),
    Question.EXCEPTIONS: _(
        "Have pauses a valid reason with evidence, and were exceptions approved by somebody else than the requester?"
    ),
    Question.ESCALATIONS: _("Did escalations go out on time, to the right role?"),
    Question.CLOSURE: _("Were resolution and closure confirmed?"),
}
REASONS: Final = {
    "critical": _("Critical"),
    "breach": _("Breach"),
    "exception": _("Exception"),
    "dispute": _("Dispute"),
    "contest": _("Contested pause"),
    "late_reclassification": _("Level changed late"),
    "late_logged": _("Response entered later"),
    "difference": _("Recomputed differently"),
}


def audit_list(member: Membership) -> QuerySet[Audit]:
    """Return the audits that `member` may read, newest quarter first, with how far each is."""
    found = Audit.objects.visible_to(member).select_related("agreement__organization")
    return found.order_by("-ends", "agreement__organization__name", "pk").annotate(
        records_count=Count("records", distinct=True),
        reviewed_count=Count("records", filter=Q(records__reviewed_at__isnull=False), distinct=True),
        findings_count=Count("findings", distinct=True),
        open_findings=Count("findings", filter=Q(findings__closed_at=None), distinct=True),
    )


def audit_for(member: Membership, reference: str) -> Audit | None:
    """Return the audit with this reference if `member` may read it."""
    found = Audit.objects.visible_to(member).filter(reference=reference)
    return found.select_related(
        "agreement__organization",
        "agreement__policy_version__policy",
        "agreement__calendar",
        "checkpoint__log",
    ).first()


def figures(audit: Audit) -> list[Row]:
    """Return the adherence of the quarter as the population gives it: eight rows, Critical first."""
    return count(
        (_counted(one.metric, one.stored) for one in audit.obligations.all()),
        begins=audit.begins,
        ends=audit.ends,
    )


def _counted(metric: str, stored: dict[str, Any]) -> Counted:
    return Counted(
        level=stored["level"],
        metric=metric,
        started_at=parse_instant(stored["started_at"]),
        decided_at=parse_instant(stored["decided_at"]) if stored["decided_at"] else None,
        outcome=stored["outcome"],
        adjusted=stored["adjusted_outcome"],
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an audit is, and what its sample says. Shares run from 0 to 1, None where they say nothing.

    `sampled` counts the records that the seed drew; `ruled_out` is the share of deviations among those outside the
    census that a sample without any rules out with 95 % confidence; `interval` is Wilson's where there were some.
    """

    obligations: int
    differences: int
    census: int
    sampled: int
    reviewed: int
    deviating: int
    sampled_deviating: int
    ruled_out: float | None
    interval: tuple[float, float] | None

    @property
    def records(self) -> int:
        """How many records are looked at."""
        return self.census + self.sampled

    @property
    def ruled_out_percent(self) -> str:
        """What a clean sample rules out, in percent."""
        return "" if self.ruled_out is None else f"{100 * self.ruled_out:.1f}"

    @property
    def interval_percent(self) -> str:
        """The interval of the share that deviates, in percent."""
        return "–".join(f"{100 * end:.0f}" for end in self.interval or ())

    @property
    def percent(self) -> int:
        """How much of the review is done, in whole percent."""
        return 100 if not self.records else self.reviewed * 100 // self.records


def standing(audit: Audit) -> Standing:
    """Return how far `audit` is."""
    deviating = Q(answers__answer=Answer.DEVIATION)
    rows = list(audit.records.annotate(wrong=Count("answers", filter=deviating)))
    sampled = [one for one in rows if not one.reasons]
    done = [one for one in sampled if one.reviewed_at]
    wrong = sum(bool(one.wrong) for one in done)
    share: Fraction | None = None
    if sampled and len(done) == len(sampled) and not wrong:
        share = sampling.ruled_out(audit.drawn_from, len(sampled))
    return Standing(
        obligations=audit.obligations.count(),
        differences=audit.obligations.exclude(differences=[]).count(),
        census=len(rows) - len(sampled),
        sampled=len(sampled),
        reviewed=sum(bool(one.reviewed_at) for one in rows),
        deviating=sum(bool(one.wrong) for one in rows),
        sampled_deviating=wrong,
        ruled_out=float(share) if share is not None else None,
        interval=wilson(wrong, len(done)) if wrong else None,
    )


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One line of the list of records."""

    record: AuditRecord
    reasons: list[Any]
    answers: list[AuditAnswer]

    @property
    def deviations(self) -> int:
        """How many answers are deviations."""
        return sum(one.answer == Answer.DEVIATION for one in self.answers)


def record_lines(records: Sequence[AuditRecord]) -> list[RecordLine]:
    """Return the lines of `records`, in their order."""
    prefetch_related_objects(records, "issue", "reviewed_by__user", "answers")
    return [
        RecordLine(one, [REASONS[reason] for reason in one.reasons], list(one.answers.all()))
        for one in records
    ]


def strata(audit: Audit) -> list[dict[str, Any]]:
    """Return for each level how many records the census took and how many were drawn."""
    rows: dict[str, dict[str, Any]] = {level: {"level": level, "census": 0, "sampled": 0} for level in LEVELS}
    for stratum, reasons in audit.records.order_by().values_list("stratum", "reasons"):
        rows[stratum]["census" if reasons else "sampled"] += 1
    return list(rows.values())


def next_record(audit: Audit, *, after: int = 0) -> AuditRecord | None:
    """Return the next record that waits for its answers, from the beginning again after the last."""
    waiting = audit.records.filter(reviewed_at=None)
    return waiting.filter(number__gt=after).first() or waiting.first()


def findings_of(audit: Audit) -> "QuerySet[Finding]":
    """Return the findings of `audit` with what their list shows."""
    return audit.findings.select_related(
        "record__issue", "difference__issue", "owner__user", "owner__organization", "closed_by__user"
    )


def earlier_findings(audit: Audit) -> "QuerySet[Finding]":
    """Return the findings of earlier audits of this client that were open when `audit` began."""
    earlier = Finding.objects.filter(
        audit__agreement__organization=audit.agreement.organization_id, audit__ends__lte=audit.begins
    ).filter(Q(closed_at=None) | Q(closed_at__gt=audit.opened_at))
    return earlier.select_related("audit", "owner__user", "closed_by__user").order_by("audit__ends", "number")


def to_follow_up(audit: Audit) -> list[Finding]:
    """Return the earlier findings of which this audit says nothing yet."""
    seen = audit.follow_ups.values("finding")
    return list(earlier_findings(audit).exclude(pk__in=seen))


def followed(audit: Audit) -> list[tuple[Finding, str, FollowUp | None]]:
    """Return the earlier findings with the name of their quarter, and what this audit says of each."""
    seen = {one.finding_id: one for one in audit.follow_ups.select_related("by__user")}
    return [
        (one, name_of(one.audit.begins, one.audit.timezone), seen.get(one.pk))
        for one in earlier_findings(audit)
    ]


def finding_for(member: Membership, pk: int) -> Finding | None:
    """Return the finding with this key if `member` may read its audit."""
    found = Finding.objects.filter(audit__in=Audit.objects.visible_to(member), pk=pk)
    return found.select_related("audit__agreement__organization", "owner__user", "record__issue").first()


def open_findings(member: Membership) -> "QuerySet[Finding]":
    """Return the open findings of all audits that `member` may read, those with the nearest date first."""
    found = Finding.objects.filter(audit__in=Audit.objects.visible_to(member), closed_at=None)
    return found.select_related(
        "audit__agreement__organization", "owner__user", "owner__organization", "record__issue"
    ).order_by("due_on", "audit", "number")


def owners_for(audit: Audit) -> "QuerySet[Membership]":
    """Return who may put a finding right: people of the client and of the vendor, without outside auditors."""
    organization = audit.agreement.organization_id
    return (
        Membership.objects.filter(Q(organization=organization) | Q(party=Party.VENDOR), active=True)
        .filter(user__is_active=True)
        .exclude(role__in=["auditor", "client_auditor", "admin"])
        .select_related("user", "organization")
        .order_by("party", "user__name", "pk")
    )


def rights(audit: Audit, member: Membership) -> dict[str, bool]:
    """Return what `member` may do about `audit` now, by name, for the page's buttons."""
    organization = audit.agreement.organization_id
    in_review = audit.state == Audit.State.REVIEW

    def may(act: str) -> bool:
        return permissions.may(member, act, organization_id=organization)

    return {
        "review": may("audit.review") and in_review,
        "close": may("audit.review"),
        "assign": may("audit.review") or may("audit.own"),
        "sign": may("audit.sign") and in_review,
        "pack": may("audit.pack"),
    }


def is_overdue(finding: Finding, *, today: date) -> bool:
    """Whether an open finding's date has passed."""
    return finding.closed_at is None and finding.due_on is not None and finding.due_on < today
