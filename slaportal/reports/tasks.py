"""The bell that Celery rings for reports, and the long work that people ask for."""

from celery import shared_task
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership
from slaportal.accounts.services import end_due_memberships
from slaportal.issues.models import Obligation
from slaportal.jobs.kinds import Outcome
from slaportal.jobs.models import Job
from slaportal.jobs.progress import Progress
from slaportal.notifications.models import Heartbeat
from slaportal.reports.models import StatusReport
from slaportal.reports.services import audits, status_reports


@shared_task(name="reports.issue_reports", ignore_result=True)
def issue_reports() -> int:
    """Open the reviews of the periods that ended, issue what is due, leave a sign of life."""
    now = timezone.now()
    done = status_reports.sweep(now=now)
    Heartbeat.beat("reports", now=now, detail=f"{done} reports")
    return done


@shared_task(name="reports.audits", ignore_result=True)
def open_audits() -> int:
    """Open and prepare the audits that are due and return how many were prepared; end the auditors' time."""
    now = timezone.now()
    end_due_memberships(now=now)
    return audits.sweep(now=now)


def issue_report(job: Job, progress: Progress) -> Outcome:
    """Issue the report of `job.arguments`, which a person asked for before its time (jobs.kinds.Runner)."""
    report = StatusReport.objects.select_related("organization").get(pk=job.arguments["report"])
    member = Membership.objects.select_related("user", "organization").get(pk=job.arguments["member"])
    progress.of(Obligation.objects.filter(issue__agreement=report.agreement_id).count())
    if not report.data:
        report = status_reports.issue(
            report=report, actor=member, now=timezone.now(), on_rows=progress.advance
        )
    return Outcome(_("Issued."), reverse("reports:report", args=[report.reference]))
