"""An audit begins by itself: once per agreement and quarter, in the agreement's zone, whatever the schedulers do."""

import logging
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction

from django.db import transaction
from django.utils.translation import gettext_noop

from slaportal.ledger import services as ledger
from slaportal.ledger.models import Checkpoint
from slaportal.ledger.selectors import latest_checkpoint
from slaportal.policies.models import Agreement
from slaportal.policies.reckoning import LEVELS
from slaportal.reports import sampling
from slaportal.reports.models import Audit, AuditedObligation, AuditRecord, Finding
from slaportal.reports.quarters import quarter_after, quarter_before
from slaportal.reports.selectors.population import Population, hash_of, population_text, read
from slaportal.reports.services.audits.telling import record, tell

logger = logging.getLogger(__name__)

DIFFERENCE = gettext_noop(
    "Recomputed from the events, this obligation is not what its figures say: %(names)s."
)


def sweep(*, now: datetime) -> int:
    """Open the audits of every quarter that is over and prepare those that wait; return how many were prepared."""
    open_due(now=now)
    done = 0
    for audit in Audit.objects.filter(state=Audit.State.PREPARING).select_related(
        "agreement__organization", "agreement__policy_version", "agreement__calendar"
    ):
        try:
            done += prepare(audit=audit, now=now)
        except Exception:
            logger.exception("%s could not be prepared; the next round tries again", audit)
    return done


def open_due(*, now: datetime) -> int:
    """Make an audit for each agreement and quarter that is over and has none; return how many were made."""
    rows = [
        Audit(
            agreement=agreement,
            begins=begins,
            ends=ends,
            timezone=agreement.timezone,
            opened_at=now,
            demo=agreement.organization.demo,
        )
        for agreement in Agreement.objects.select_related("organization").order_by("pk")
        for begins, ends in _due_quarters(agreement, now)
    ]
    before = Audit.objects.count()
    Audit.objects.bulk_create(rows, ignore_conflicts=True)
    return Audit.objects.count() - before


def _due_quarters(agreement: Agreement, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the quarters that lack an audit: those since the last one, at first the last that is over."""
    begins, ends = quarter_before(now, agreement.timezone)
    last = agreement.audits.order_by("-ends").first()
    if last is not None:
        begins, ends = quarter_after(last.ends, agreement.timezone)
    while ends <= now:
        if agreement.effective_from < ends and _concerned(agreement, begins, ends):
            yield begins, ends
        begins, ends = quarter_after(ends, agreement.timezone)


def _concerned(agreement: Agreement, begins: datetime, ends: datetime) -> bool:
    """Whether the agreement was in force in the quarter, or judged issues that were decided in it."""
    if agreement.effective_to is None or agreement.effective_to > begins:
        return True
    decided = {"obligations__decided_at__gte": begins, "obligations__decided_at__lt": ends}
    return agreement.issues.filter(**decided).exists()


def prepare(*, audit: Audit, now: datetime) -> bool:
    """Recompute the quarter, draw the sample and put it up for review; whether this call did it.

    Reading and computing hold no lock; only the writing is one short transaction, and it is claimed.
    """
    ledger.seal(now=now)
    checkpoint = latest_checkpoint(audit.agreement.organization)
    population = read(audit.agreement, begins=audit.begins, ends=audit.ends, checkpoint=checkpoint, now=now)
    return _write(audit, population, checkpoint, now=now)


@transaction.atomic
def _write(audit: Audit, population: Population, checkpoint: Checkpoint | None, *, now: datetime) -> bool:
    text = population_text((one.issue.reference, one.metric, one.stored) for one in population.found)
    audit.population_hash = hash_of(text)
    audit.seed = sampling.seed_of(audit.population_hash, checkpoint.root if checkpoint else "")
    rest = [key for key, reasons in population.reasons.items() if not reasons]
    claimed = Audit.objects.filter(pk=audit.pk, state=Audit.State.PREPARING).update(
        state=Audit.State.REVIEW,
        population_hash=audit.population_hash,
        seed=audit.seed,
        checkpoint=checkpoint,
        opened_at=now,
        drawn_from=len(rest),
    )
    if not claimed:
        return False
    audit.refresh_from_db()
    obligations = AuditedObligation.objects.bulk_create(
        [
            AuditedObligation(
                audit=audit,
                issue=one.issue,
                metric=one.metric,
                stored=one.stored,
                recomputed=one.recomputed,
                differences=one.differences,
            )
            for one in population.found
        ],
        batch_size=500,
    )
    drawn = _drawn(population, rest, audit)
    records = AuditRecord.objects.bulk_create(_records(audit, population, drawn), batch_size=500)
    findings = _differences(audit, obligations, now=now)
    event = record(
        audit,
        "audit.opened",
        actor=None,
        now=now,
        seed=audit.seed,
        population=audit.population_hash,
        obligations=len(obligations),
        records=len(records),
        drawn=len(drawn),
        differences=len(findings),
    )
    tell(audit, "audit-opened", cause=event, now=now, records=len(records), differences=len(findings))
    return True


def _drawn(population: Population, rest: list[int], audit: Audit) -> list[int]:
    """Return the issues that the seed draws of those that the census leaves, level by level."""
    strata = {level: [key for key in rest if population.levels[key] == level] for level in LEVELS}
    wanted = sampling.size(len(rest), tolerance=Fraction(audit.tolerance, 100))
    given = sampling.allocate({level: len(keys) for level, keys in strata.items()}, wanted)
    drawn = []
    for level, keys in strata.items():
        by_reference = {population.issues[key].reference: key for key in keys}
        drawn += [
            by_reference[one] for one in sampling.draw(list(by_reference), given[level], seed=audit.seed)
        ]
    return drawn


def _records(audit: Audit, population: Population, drawn: list[int]) -> Iterator[AuditRecord]:
    """Yield the records in the order of review: the census first, the strictest level first."""
    census = [key for key, reasons in population.reasons.items() if reasons]
    census.sort(key=lambda key: (LEVELS.index(population.levels[key]), population.issues[key].reference))
    for number, key in enumerate([*census, *drawn], 1):
        yield AuditRecord(
            audit=audit,
            issue=population.issues[key],
            stratum=population.levels[key],
            reasons=population.reasons[key],
            number=number,
        )


def _differences(audit: Audit, obligations: list[AuditedObligation], *, now: datetime) -> list[Finding]:
    """Raise a finding for each obligation that the recomputation does not confirm."""
    wrong = [one for one in obligations if one.differences]
    return Finding.objects.bulk_create(
        Finding(
            audit=audit,
            difference=one,
            number=number,
            text=DIFFERENCE % {"names": ", ".join(one.differences)},
            raised_at=now,
        )
        for number, one in enumerate(wrong, 1)
    )
