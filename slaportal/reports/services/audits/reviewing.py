"""Looking through the records: five questions each, answered by those who audit."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy
from slaportal.reports.models import Answer, Audit, AuditAnswer, AuditRecord, Finding, Question
from slaportal.reports.services.audits.telling import record as record_event


def begin(audit: Audit, actor: Membership, act: str = "audit.review") -> None:
    """Begin an act on an audit that is in review: whoever signs at the same moment waits for it, or it for them.

    Raises `NotAllowed`, or `Refused` once the audit is signed.
    """
    permissions.require(actor, act, organization_id=audit.agreement.organization_id)
    held = Audit.objects.filter(pk=audit.pk, state=Audit.State.REVIEW).update(tolerance=F("tolerance"))
    if not held:
        raise Refused(_("This audit is not in review. What was signed stays as it is."))


@transaction.atomic
def answer_record(
    *,
    record: AuditRecord,
    answers: Mapping[str, tuple[str, str]],
    actor: Membership,
    now: datetime,
) -> AuditRecord:
    """Write the answers to all five questions: question → (answer, note). Each deviation becomes a finding.

    Answering again changes the answers; a finding whose deviation is gone goes with it while nobody has to act on
    it yet. Raises `Refused` if a question is missing or a deviation or untestable point does not say what it is.
    """
    audit = record.audit
    begin(audit, actor)
    clean = {str(key): (answers[key][0], tidy(answers[key][1])) for key in Question.values if key in answers}
    _require_whole(clean)
    for question, (answer, note) in clean.items():
        AuditAnswer.objects.update_or_create(
            record=record, question=question, defaults={"answer": answer, "note": note}
        )
    _follow(record, clean, actor=actor, now=now)
    record.reviewed_at, record.reviewed_by = now, actor
    record.save(update_fields=["reviewed_at", "reviewed_by"])
    record_event(
        audit,
        "audit.answered",
        actor=actor,
        now=now,
        texts={question: note for question, (_answer, note) in clean.items()},
        issue=record.issue.reference,
        answers={question: answer for question, (answer, _note) in clean.items()},
    )
    return record


def _require_whole(answers: Mapping[str, tuple[str, str]]) -> None:
    for question in Question:
        answer, note = answers.get(question.value, ("", ""))
        if answer not in Answer.values:
            raise Refused(_("%(question)s: choose an answer.") % {"question": question.label})
        if answer != Answer.CONFORMING and not note:
            raise Refused(
                _("%(question)s: say in a sentence what is the matter.") % {"question": question.label}
            )


def _follow(
    record: AuditRecord, answers: Mapping[str, tuple[str, str]], *, actor: Membership, now: datetime
) -> None:
    """Keep one finding per deviation."""
    findings = {one.question: one for one in record.findings.exclude(question="")}
    for question, (answer, note) in answers.items():
        finding = findings.get(question)
        if answer == Answer.DEVIATION and finding is None:
            Finding.objects.create(
                audit=record.audit,
                record=record,
                question=question,
                number=next_number(record.audit),
                text=note,
                raised_at=now,
                raised_by=actor,
            )
        elif answer == Answer.DEVIATION and finding is not None:
            finding.text = note
            finding.save(update_fields=["text"])
        elif finding is not None:
            if finding.owner_id is not None:
                raise Refused(
                    _(
                        "Finding %(number)s rests on this deviation and has an owner. Close it with its outcome."
                    )
                    % {"number": finding.number}
                )
            finding.delete()


def next_number(audit: Audit) -> int:
    """Return the number of the next finding of `audit`; the caller holds the audit."""
    highest: int | None = audit.findings.aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1
