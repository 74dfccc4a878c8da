"""Asking for long work, doing it, and giving it up."""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from slaportal.accounts.models import Membership
from slaportal.jobs import kinds
from slaportal.jobs.models import Job
from slaportal.jobs.progress import LEASE, Canceled, Interrupted, Lost, Progress
from slaportal.lib.refusal import Refused
from slaportal.notifications import services as notifications

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
WORTH_A_MAIL = timedelta(seconds=30)  # whoever waits less is still looking at the page
FAILED = gettext_noop(
    "This went wrong on our side; what happened is in the portal's log. Trying again may help."
)
ABANDONED = gettext_noop("Its worker was stopped three times in the middle of it.")


def ask(
    kind: str, *, title: str, arguments: dict[str, Any], key: str, actor: Membership, now: datetime
) -> Job:
    """Ask for work of `kind`; return its job, or the one that already makes the same for this person.

    `arguments`: plain values for the runner. `key`: what is being made, such as "whatif:17:2026-Q3", at most 120
    characters; the person is added to it. Raises `kinds.UnknownKindError`.
    """
    kinds.runner(kind)
    own = f"{actor.pk}:{key}"
    open_ones = Job.objects.open().filter(key=own)
    existing = open_ones.first()
    if existing is not None:
        return existing
    try:
        with transaction.atomic():
            return Job.objects.create(
                kind=kind, title=title, arguments=arguments, key=own, asked_by=actor, asked_at=now
            )
    except IntegrityError:
        return open_ones.get()


def again(*, job: Job, actor: Membership, now: datetime) -> Job:
    """Ask once more for what failed or was given up. Raises `Refused` while it is open or where it is done."""
    if job.state not in (Job.State.FAILED, Job.State.CANCELED):
        raise Refused(_("Only work that failed or was canceled is asked for again."))
    key = job.key.partition(":")[2]
    return ask(job.kind, title=job.title, arguments=job.arguments, key=key, actor=actor, now=now)


@transaction.atomic
def cancel(*, job: Job, now: datetime) -> Job:
    """Give up work that waits at once, and work that runs at its next sign of progress. Raises `Refused` if it is over."""
    mine = Job.objects.filter(pk=job.pk)
    waiting = mine.filter(state=Job.State.WAITING)
    if not waiting.update(state=Job.State.CANCELED, cancel_asked_at=now, finished_at=now) and not mine.filter(
        state=Job.State.RUNNING
    ).update(cancel_asked_at=now):
        raise Refused(_("This is over already."))
    job.refresh_from_db()
    return job


def take(*, now: datetime) -> Job | None:
    """Claim the job that waits longest, or one whose worker fell silent; None where there is none."""
    free = Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, held_until__lt=now)
    for job in Job.objects.filter(free).order_by("asked_at", "pk")[:10]:
        claim = Job.objects.filter(pk=job.pk, state=job.state, holder=job.holder)
        if job.cancel_asked_at is not None:
            claim.update(state=Job.State.CANCELED, holder="", held_until=None, finished_at=now)
            continue
        if job.attempts >= MOST_ATTEMPTS:
            _end(claim, job, state=Job.State.FAILED, problem=ABANDONED, now=now)
            continue
        holder = uuid.uuid4().hex
        if claim.update(
            state=Job.State.RUNNING,
            holder=holder,
            held_until=now + LEASE,
            attempts=F("attempts") + 1,
            started_at=now,
            done=0,
            total=None,
        ):
            job.refresh_from_db()
            return job
    return None


def run_next(*, clock: Callable[[], datetime], stopping: Callable[[], bool] = lambda: False) -> Job | None:
    """Take one job and do it; return it, or None where nothing waits.

    `clock` gives the time as the work goes on; `stopping` says that the worker has to end, which puts the job back.
    """
    job = take(now=clock())
    if job is None:
        return None
    mine = Job.objects.filter(pk=job.pk, holder=job.holder)
    person = job.asked_by.user
    try:
        with override(person.language):
            outcome = kinds.runner(job.kind)(job, Progress(job, clock=clock, stopping=stopping))
    except Canceled:
        mine.update(state=Job.State.CANCELED, holder="", held_until=None, finished_at=clock())
    except Interrupted:
        mine.update(state=Job.State.WAITING, holder="", held_until=None, attempts=F("attempts") - 1)
    except Lost:
        logger.warning("%s was taken over by another worker.", job.reference)
    except Refused as refusal:
        _end(mine, job, state=Job.State.FAILED, problem=str(refusal), now=clock())
    except Exception:
        logger.exception("%s (%s) failed.", job.reference, job.kind)
        _end(mine, job, state=Job.State.FAILED, problem=FAILED, now=clock())
    else:
        _end(mine, job, state=Job.State.DONE, result=outcome.words, result_url=outcome.url, now=clock())
    job.refresh_from_db()
    return job


@transaction.atomic
def _end(claim: QuerySet[Job], job: Job, *, state: str, now: datetime, **words: str) -> None:
    """Write how it ended, and tell whoever asked if they have had to wait. Nothing where the job is no longer held."""
    if not claim.update(state=state, holder="", held_until=None, finished_at=now, **words):
        return
    if state == Job.State.DONE:
        # The last step of a progress is seldom written: what is done is done to the last row.
        Job.objects.filter(pk=job.pk, total__isnull=False).update(done=F("total"))
    if now - job.asked_at < WORTH_A_MAIL:
        return
    notifications.enqueue(
        "job-finished",
        cause=f"job:{job.reference}",
        to=[job.asked_by.user],
        context={
            "reference": job.reference,
            "title": job.title,
            "failed": state == Job.State.FAILED,
            "text": words.get("result") or words.get("problem", ""),
            "url": reverse("jobs:detail", args=[job.reference]),
        },
        now=now,
        demo=job.asked_by.user.demo,
    )
