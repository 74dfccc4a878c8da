"""The demo's audits: the last quarter begins by itself; one client's auditor is half through it and found something."""

from datetime import datetime, timedelta
from typing import Final

from slaportal.accounts.models import Membership, Organization, Party, Role
from slaportal.reports.models import Answer, Audit, AuditRecord, Question
from slaportal.reports.services import audits

CLEAN: Final = {question.value: (Answer.CONFORMING.value, "") for question in Question}
# What the auditor of the demo says about the third record; everything before it is in order.
FOUND: Final = {
    **CLEAN,
    Question.RESPONSE.value: (
        Answer.DEVIATION.value,
        "The first message names no next step and no time by which we hear again.",
    ),
}
ANSWERED: Final = 9


def tell_audits(*, now: datetime) -> None:
    """Let the audits of the last quarter begin, and the first client's auditor answer some records."""
    audits.sweep(now=now)
    for audit in Audit.objects.filter(demo=True, state=Audit.State.REVIEW).order_by("pk"):
        auditor = _member(audit.agreement.organization, Role.CLIENT_AUDITOR)
        records = list(audit.records.select_related("audit__agreement", "issue")[:ANSWERED])
        if auditor is not None and len(records) == ANSWERED:
            _answer(records, auditor, now=now)
            return


def _answer(records: list[AuditRecord], auditor: Membership, *, now: datetime) -> None:
    for place, record in enumerate(records):
        audits.answer_record(record=record, answers=FOUND if place == 2 else CLEAN, actor=auditor, now=now)
    finding = records[0].audit.findings.first()
    lead = Membership.objects.filter(party=Party.VENDOR, role=Role.VENDOR_LEAD, active=True).first()
    if finding is not None and lead is not None:
        due_on = now.date() + timedelta(days=28)
        audits.assign_finding(finding=finding, owner=lead, due_on=due_on, actor=auditor, now=now)


def _member(organization: Organization, role: str) -> Membership | None:
    return Membership.objects.filter(organization=organization, role=role, active=True).first()
