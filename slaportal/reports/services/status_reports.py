"""Status reports come by themselves, once for each period: first for review, at noon of the next day for good.

“Weekly status reports on critical and high issues, monthly status reports on medium and low issues.” Whatever the
schedulers do, a period has one row (constraint), and an issued row never changes (trigger).
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.ledger import services as ledger
from slaportal.lib import canonical
from slaportal.lib.refusal import Refused
from slaportal.lib.wording import neutral
from slaportal.notifications import services as notifications
from slaportal.policies.models import Agreement
from slaportal.reports.documents import documents
from slaportal.reports.documents.mail import sections
from slaportal.reports.models import Cadence, Recipient, ReportFile, ReportingTerms, StatusReport
from slaportal.reports.periods import LEVELS, Period, ended, holding
from slaportal.reports.presentation import period_words, present, title_of
from slaportal.reports.selectors.compiling import Data, compile_report
from slaportal.reports.selectors.status_reports import numbers_url, recipients_of, reviewers

logger = logging.getLogger(__name__)

LONGEST_VERDICT = 600
# A report that is issued longer after its period than this was made up for: nobody is told of it by mail.
WORTH_A_MAIL = timedelta(days=7)


def sweep(*, now: datetime, batch: int = 20) -> int:
    """Open the reviews of the periods that ended, issue at most `batch` reports whose review is over; count both.

    May run twice, late or in two processes.
    """
    done = open_reviews(now=now)
    for report in list(StatusReport.objects.due(now)[:batch]):
        try:
            issue(report=report, actor=None, now=now)
        except Refused:
            logger.info("%s was issued by another round.", report.reference)
        else:
            done += 1
    return done


def open_reviews(*, now: datetime) -> int:
    """Give every period that ended by `now` its report, in review; return how many are new."""
    opened = 0
    begun = Agreement.objects.filter(effective_from__lt=now).select_related("organization")
    lasts = StatusReport.objects.values_list("agreement", "cadence").annotate(Max("ends"))
    known = {(agreement, cadence): ends for agreement, cadence, ends in lasts.order_by()}
    for agreement in begun.order_by("pk"):
        first = max(agreement.effective_from, agreement.counts_from or agreement.effective_from)
        until = min(now, agreement.effective_to or now)
        for cadence in Cadence:
            since = known.get((agreement.pk, cadence), first)
            for period in ended(cadence, agreement.timezone, since=since, by=now):
                if period.begins < until:
                    opened += _open_review(agreement, period, now=now)
    return opened


@transaction.atomic
def _open_review(agreement: Agreement, period: Period, *, now: datetime) -> int:
    report, new = StatusReport.objects.get_or_create(
        agreement=agreement,
        cadence=period.cadence,
        begins=period.begins,
        defaults={
            "organization": agreement.organization,
            "ends": period.ends,
            "timezone": period.zone,
            "issue_at": max(period.issue_at, now)
            if now - period.issue_at > WORTH_A_MAIL
            else period.issue_at,
            "demo": agreement.organization.demo,
        },
    )
    if new and report.issue_at > now:
        notifications.enqueue(
            "report-review",
            cause=f"report:{report.reference}:review",
            to=[member.user for member in reviewers()],
            context={
                "reference": report.reference,
                "organization": agreement.organization.name,
                "title": neutral(lambda: _title(period)),
                "until": report.issue_at.isoformat(),
                "url": reverse("reports:report", args=[report.reference]),
            },
            now=now,
            demo=report.demo,
        )
    return int(new)


@transaction.atomic
def write_verdict(*, report: StatusReport, verdict: str, actor: Membership, now: datetime) -> None:
    """Put other words into the first place of a report in review; none: the sentence by rule. Raises `Refused`."""
    permissions.require(actor, "report.review", organization_id=report.organization_id)
    text = " ".join(verdict.split())
    if len(text) > LONGEST_VERDICT:
        raise Refused(_("The first sentence has at most %(count)s characters.") % {"count": LONGEST_VERDICT})
    changed = StatusReport.objects.filter(pk=report.pk, state=StatusReport.State.REVIEW)
    if not changed.update(verdict=text, verdict_by=actor if text else None):
        raise Refused(_("This report has been issued: it never changes."))
    ledger.append(
        "report.verdict_written",
        organization=report.organization,
        actor=actor,
        at=now,
        data={"report": report.reference},
        texts={"verdict": text},
        demo=report.demo,
    )
    report.refresh_from_db()


def issue(
    *,
    report: StatusReport,
    actor: Membership | None,
    now: datetime,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> StatusReport:
    """Freeze a report and tell its recipients. `actor` None: its time for review is over.

    The figures are put together outside of any transaction of this act and written in a short one. Raises `Refused`
    when it was issued already, `NotAllowed` for somebody who may not.
    """
    if actor is not None:
        permissions.require(actor, "report.review", organization_id=report.organization_id)
    if report.state == StatusReport.State.ISSUED:
        raise Refused(_("This report has been issued: it never changes."))
    agreement = Agreement.objects.select_related("organization", "policy_version__policy", "calendar").get(
        pk=report.agreement_id
    )
    period = holding(Cadence(report.cadence), report.begins, report.timezone)
    data = compile_report(agreement, period, cut=now, on_rows=on_rows)
    data["verdict"] = StatusReport.objects.values_list("verdict", flat=True).get(pk=report.pk)
    text = canonical.dumps(data)
    checksum = hashlib.sha256(text.encode()).hexdigest()
    kept = json.loads(text)
    files = documents(
        kept,
        checksum=checksum,
        numbers=numbers_url(report=report.reference),
        definitions=reverse("reports:definitions-edition", args=[data["definitions"]]),
    )
    _freeze(report, text=text, checksum=checksum, data=kept, files=files, actor=actor, now=now)
    report.refresh_from_db()
    return report


@transaction.atomic
def _freeze(
    report: StatusReport,
    *,
    text: str,
    checksum: str,
    data: Data,
    files: dict[str, bytes],
    actor: Membership | None,
    now: datetime,
) -> None:
    frozen = StatusReport.objects.filter(
        pk=report.pk, state=StatusReport.State.REVIEW, verdict=data["verdict"]
    )
    if not frozen.update(
        state=StatusReport.State.ISSUED,
        issued_at=now,
        issued_by=actor,
        data=text,
        checksum=checksum,
        definitions=data["definitions"],
        ledger_position=data["ledger_position"],
    ):
        raise Refused(
            _("This report was issued or edited in this moment by somebody else. Look at it again.")
        )
    digests = {kind: hashlib.sha256(content).hexdigest() for kind, content in files.items()}
    for kind, content in files.items():
        ReportFile.objects.create(
            report=report, kind=kind, content=content, sha256=digests[kind], size=len(content)
        )
    ledger.append(
        "report.issued",
        organization=report.organization,
        actor=actor,
        at=now,
        data={
            "report": report.reference,
            "cadence": report.cadence,
            "begins": report.begins,
            "ends": report.ends,
            "checksum": checksum,
            "files": digests,
            "ledger_position": data["ledger_position"],
        },
        demo=report.demo,
    )
    if now - report.ends < WORTH_A_MAIL:
        _tell(report, data, now=now)


def _tell(report: StatusReport, data: Data, *, now: datetime) -> None:
    """Owe each recipient the report in the own language."""
    for member in recipients_of(report.agreement):
        with override(member.user.language):
            shown = present(data)
            context = {
                "reference": report.reference,
                "organization": shown.organization,
                "title": f"{shown.title}, {shown.period}",
                "text": shown.verdict,
                "parts": sections(shown),
                "url": reverse("reports:report", args=[report.reference]),
            }
        cause = f"report:{report.reference}:issued"
        notifications.enqueue(
            "report-issued", cause=cause, to=[member.user], context=context, now=now, demo=report.demo
        )


@transaction.atomic
def choose_recipients(
    *, agreement: Agreement, members: Iterable[Membership], actor: Membership, now: datetime
) -> list[Membership]:
    """Choose who of the actor's own party gets the reports of `agreement` by mail. Raises `Refused`, `NotAllowed`."""
    permissions.require(actor, "report.recipients", organization_id=agreement.organization_id)
    chosen = list({member.pk: member for member in members}.values())
    for member in chosen:
        reads = permissions.may(member, "report.read", organization_id=agreement.organization_id)
        if member.organization_id != actor.organization_id or not reads:
            raise Refused(_("Choose people of your own organization who may read reports."))
    Recipient.objects.filter(agreement=agreement, member__organization=actor.organization_id).delete()
    Recipient.objects.bulk_create([Recipient(agreement=agreement, member=member) for member in chosen])
    ledger.append(
        "report.recipients_chosen",
        organization=agreement.organization,
        actor=actor,
        at=now,
        data={"agreement": agreement.pk, "members": sorted(member.pk for member in chosen)},
        demo=agreement.organization.demo,
    )
    return chosen


@transaction.atomic
def agree_on_share(*, agreement: Agreement, percent: Decimal, actor: Membership, now: datetime) -> None:
    """Write down which share of the decided deadlines has to be met; reports that are issued keep theirs.

    Both parties read it in the ledger and on every report. Raises `Refused` for no share, `NotAllowed`.
    """
    permissions.require(actor, "agreement.sign", organization_id=agreement.organization_id)
    if not 0 < percent <= 100:
        raise Refused(_("The share is more than 0 % and at most 100 %."))
    ReportingTerms.objects.update_or_create(agreement=agreement, defaults={"target_percent": percent})
    ledger.append(
        "report.share_agreed",
        organization=agreement.organization,
        actor=actor,
        at=now,
        data={"agreement": agreement.pk, "percent": percent},
        demo=agreement.organization.demo,
    )


def _title(period: Period) -> str:
    data: dict[str, Any] = {
        "levels": list(LEVELS[period.cadence]),
        "cadence": period.cadence,
        "first": period.first.isoformat(),
        "after": period.after.isoformat(),
    }
    return f"{title_of(data)}, {period_words(data)}"
