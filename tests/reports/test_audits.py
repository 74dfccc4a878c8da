"""Audits: they begin by themselves, recompute, draw, are answered and signed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.issues.models import Obligation
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from slaportal.reports import sampling
from slaportal.reports.models import Audit, AuditSignature, Finding
from slaportal.reports.quarters import name_of, quarter_after, quarter_before
from slaportal.reports.selectors.audits import figures, standing, to_follow_up
from slaportal.reports.services import audits
from tests.ledger.tampering import as_owner
from tests.reports.audit_world import (
    AFTER,
    CLEAN,
    QUARTER_BEGINS,
    QUARTER_ENDS,
    Quarter,
    answer_all,
    open_quarter,
    tell_quarter,
)
from tests.world import HOUR, World, make_member

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: object) -> None:
    settings.LEDGER_DIR = f"{tmp_path}/ledger"


@pytest.fixture
def quarter(world: World) -> Quarter:
    return open_quarter(world)


class TestQuarters:
    """A quarter is what people of the zone call one, whatever the clocks do in it."""

    @pytest.mark.parametrize(
        ("instant", "zone", "begins", "ends"),
        [
            # Berlin: winter time at the one end, summer time at the other
            ("2026-04-01T00:00+02:00", "Europe/Berlin", "2026-01-01T00:00+01:00", "2026-04-01T00:00+02:00"),
            ("2026-03-31T23:59+02:00", "Europe/Berlin", "2025-10-01T00:00+02:00", "2026-01-01T00:00+01:00"),
            # New York begins its quarter four or five hours after UTC
            ("2026-07-01T03:59Z", "America/New_York", "2026-01-01T05:00Z", "2026-04-01T04:00Z"),
            ("2026-07-01T04:00Z", "America/New_York", "2026-04-01T04:00Z", "2026-07-01T04:00Z"),
        ],
    )
    def test_the_last_one_that_is_over(self, instant: str, zone: str, begins: str, ends: str) -> None:
        found = quarter_before(datetime.fromisoformat(instant), zone)
        assert found == (datetime.fromisoformat(begins), datetime.fromisoformat(ends))

    def test_one_follows_the_other_without_a_gap(self) -> None:
        begins, ends = quarter_before(datetime(2024, 1, 15, tzinfo=UTC), "Europe/Berlin")
        names = []
        for _ in range(6):
            names.append(name_of(begins, "Europe/Berlin"))
            begins, ends = quarter_after(ends, "Europe/Berlin")
        assert names == ["2023 Q4", "2024 Q1", "2024 Q2", "2024 Q3", "2024 Q4", "2025 Q1"]


class TestBeginning:
    """Once per agreement and quarter, in the agreement's zone, however often anybody asks."""

    def test_each_agreement_gets_the_quarter_that_is_over_in_its_own_zone(self, world: World) -> None:
        """At midnight in Berlin New York has six hours left: globex is at the five hours of its fourth quarter in
        which the agreement was in force, from midnight in UTC on.
        """
        audits.open_due(now=QUARTER_ENDS)
        names = {one.agreement.organization: name_of(one.begins, one.timezone) for one in Audit.objects.all()}
        assert names == {world.acme: "2026 Q1", world.globex: "2025 Q4"}
        assert audits.open_due(now=QUARTER_ENDS + 6 * HOUR) == 1
        assert audits.open_due(now=QUARTER_ENDS + 7 * HOUR) == 0

    def test_it_is_made_once_whatever_the_schedulers_do(self, world: World) -> None:
        assert audits.open_due(now=AFTER) == 2
        assert audits.open_due(now=AFTER) == 0
        assert Audit.objects.filter(begins=QUARTER_BEGINS, ends=QUARTER_ENDS).count() == 1

    def test_a_second_row_for_the_quarter_is_refused_by_the_database(self, world: World) -> None:
        audits.open_due(now=AFTER)
        again = Audit.objects.earliest("pk")
        again.pk, again.reference = None, "AUD-AGAIN"
        with pytest.raises(IntegrityError, match=r"audit_once_per_quarter|UNIQUE"), transaction.atomic():
            again.save(force_insert=True)

    def test_quarters_that_were_slept_through_are_made_up_for(self, world: World) -> None:
        audits.open_due(now=AFTER)
        assert audits.open_due(now=AFTER + 200 * DAY) == 4  # two more quarters of two agreements
        assert Audit.objects.filter(agreement__organization=world.acme).count() == 3

    def test_those_who_audit_and_who_sign_are_told(self, quarter: Quarter, world: World) -> None:
        told = Message.objects.filter(kind="audit-opened", recipient__in=[quarter.cara.user, world.vera.user])
        assert told.count() == 3  # Vera also of globex' empty quarter
        assert Event.objects.filter(kind="audit.opened", organization=world.acme).count() == 1


def bend(obligation: Obligation, **columns: object) -> None:
    """Change what an obligation says, as somebody with access to the database could."""
    if columns.get("outcome", "breached") != "breached":
        columns["breached_at"] = None
    with as_owner():
        Obligation.objects.filter(pk=obligation.pk).update(**columns)


class TestRecomputing:
    """The population is what was decided in the quarter; all of it is recomputed."""

    def test_every_decided_obligation_is_in_it_and_nothing_else(self, quarter: Quarter) -> None:
        decided = Obligation.objects.filter(decided_at__gte=QUARTER_BEGINS, decided_at__lt=QUARTER_ENDS)
        wanted = set(decided.values_list("issue", "metric"))
        assert set(quarter.audit.obligations.values_list("issue", "metric")) == wanted
        assert quarter.audit.obligations.count() == 17  # 9 issues, the open one without its resolution

    def test_an_honest_quarter_shows_no_difference(self, quarter: Quarter) -> None:
        assert not quarter.audit.obligations.exclude(differences=[]).exists()
        assert not quarter.audit.findings.exists()

    def test_the_figures_are_those_counted_by_hand(self, quarter: Quarter) -> None:
        """High: the late one and two ordinary ones. One response of three came after six hours."""
        rows = {(row.level, row.metric): row for row in figures(quarter.audit)}
        high = rows["high", "response"].strict
        assert (high.met, high.breached) == (2, 1)
        assert rows["critical", "resolution"].strict.met == 1
        assert rows["low", "response"].strict.met == 3
        assert rows["low", "resolution"].strict.decided == 2

    @pytest.mark.parametrize(
        ("column", "value", "named"),
        [
            ("outcome", "met", "outcome"),
            ("due_at", QUARTER_BEGINS, "due_at"),
            ("level", "low", "level"),
            ("adjusted_outcome", "met", "adjusted_outcome"),
        ],
    )
    def test_a_figure_that_somebody_bent_is_a_finding(
        self, column: str, value: object, named: str, world: World
    ) -> None:
        issues = tell_quarter(world)
        bent = issues["late"].obligations.get(metric="response")
        assert bent.outcome == "breached"
        bend(bent, **{column: value})
        audits.sweep(now=AFTER)
        audit = Audit.objects.get(agreement__organization=world.acme)
        finding = audit.findings.get()
        assert finding.difference is not None
        assert finding.difference.differences == [named]
        assert named in finding.text
        assert "difference" in audit.records.get(issue=issues["late"]).reasons

    def test_a_breach_that_was_taken_out_of_the_quarter_is_still_in_the_population(
        self, world: World
    ) -> None:
        issues = tell_quarter(world)
        hidden = issues["late"].obligations.get(metric="response")
        bend(hidden, outcome="", decided_at=None)
        audits.sweep(now=AFTER)
        audit = Audit.objects.get(agreement__organization=world.acme)
        assert audit.findings.get().difference == audit.obligations.get(
            issue=issues["late"], metric="response"
        )


class TestDrawing:
    """Census and sample, so that anybody can draw again."""

    def test_the_census_takes_what_must_be_looked_at(self, quarter: Quarter) -> None:
        reasons = {one.issue_id: one.reasons for one in quarter.audit.records.all()}
        assert reasons[quarter.issues["critical"].pk] == ["critical"]
        assert reasons[quarter.issues["late"].pk] == ["breach"]

    def test_the_rest_is_drawn_by_the_seed(self, world: World) -> None:
        quarter = open_quarter(world, ordinary=24)
        audit = quarter.audit
        drawn = set(audit.records.filter(reasons=[]).values_list("issue__reference", flat=True))
        assert audit.drawn_from == 25
        # 25 issues, 10 %: ceil(2.5) = 3 are too many; C(25-3, n)/C(25, n) ≤ 1/20 from n = 16 on
        assert len(drawn) == 16
        rest = {
            level: [
                issue.reference
                for name, issue in quarter.issues.items()
                if name not in ("critical", "late") and issue.level == level
            ]
            for level in ("high", "medium", "low")
        }
        given = sampling.allocate({level: len(rest[level]) for level in rest}, 16)
        again = {one for level in rest for one in sampling.draw(rest[level], given[level], seed=audit.seed)}
        assert drawn == again

    def test_the_seed_rests_on_the_population_and_on_the_sealed_history(self, quarter: Quarter) -> None:
        audit = quarter.audit
        assert audit.checkpoint is not None
        assert audit.seed == sampling.seed_of(audit.population_hash, audit.checkpoint.root)

    @pytest.mark.parametrize("column", ["seed", "population_hash"])
    def test_it_cannot_be_drawn_again_until_the_sample_pleases(self, column: str, quarter: Quarter) -> None:
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            Audit.objects.filter(pk=quarter.audit.pk).update(**{column: "0" * 64})


class TestReviewing:
    """Five questions each; a deviation is a finding with an owner and a date."""

    def test_answers_are_kept_and_on_record(self, quarter: Quarter) -> None:
        record = quarter.audit.records.first()
        assert record is not None
        audits.answer_record(record=record, answers=CLEAN, actor=quarter.cara, now=AFTER)
        assert record.answers.count() == 5
        assert Event.objects.filter(kind="audit.answered", actor=quarter.cara).count() == 1

    @pytest.mark.parametrize(
        ("answers", "message"),
        [
            ({**CLEAN, "level": ("", "")}, "Level: choose an answer"),
            ({**CLEAN, "closure": ("deviation", "  ")}, "say in a sentence"),
            ({**CLEAN, "response": ("not_testable", "")}, "say in a sentence"),
            ({}, "choose an answer"),
        ],
    )
    def test_half_an_answer_is_refused(
        self, answers: dict[str, tuple[str, str]], message: str, quarter: Quarter
    ) -> None:
        record = quarter.audit.records.all()[0]
        with pytest.raises(Refused, match=message):
            audits.answer_record(record=record, answers=answers, actor=quarter.cara, now=AFTER)

    @pytest.mark.parametrize("who", ["alice", "bob", "sam", "lena", "vera", "ada", "charlie"])
    def test_nobody_else_answers(self, who: str, quarter: Quarter, world: World) -> None:
        record = quarter.audit.records.all()[0]
        with pytest.raises(NotAllowed):
            audits.answer_record(record=record, answers=CLEAN, actor=getattr(world, who), now=AFTER)

    def test_a_deviation_is_one_finding_however_often_it_is_said(self, quarter: Quarter) -> None:
        record = quarter.audit.records.all()[0]
        for note in ("Nobody wrote.", "Nobody wrote in time."):
            said = {**CLEAN, "response": ("deviation", note)}
            audits.answer_record(record=record, answers=said, actor=quarter.cara, now=AFTER)
        assert quarter.audit.findings.get().text == "Nobody wrote in time."

    def test_a_deviation_taken_back_takes_its_finding_with_it(self, quarter: Quarter) -> None:
        record = quarter.audit.records.all()[0]
        said = {**CLEAN, "response": ("deviation", "Nobody wrote.")}
        audits.answer_record(record=record, answers=said, actor=quarter.cara, now=AFTER)
        audits.answer_record(record=record, answers=CLEAN, actor=quarter.cara, now=AFTER)
        assert not quarter.audit.findings.exists()

    def test_a_finding_with_an_owner_does_not_vanish(self, quarter: Quarter, world: World) -> None:
        record = quarter.audit.records.all()[0]
        said = {**CLEAN, "response": ("deviation", "Nobody wrote.")}
        audits.answer_record(record=record, answers=said, actor=quarter.cara, now=AFTER)
        own(quarter.audit.findings.get(), world.lena, by=quarter.cara)
        with pytest.raises(Refused, match="has an owner"):
            audits.answer_record(record=record, answers=CLEAN, actor=quarter.cara, now=AFTER)

    def test_what_the_clean_sample_says(self, quarter: Quarter) -> None:
        """7 issues outside the census, all 7 drawn: one deviation would have been seen."""
        answer_all(quarter)
        found = standing(quarter.audit)
        assert (found.sampled, found.deviating, found.percent) == (7, 0, 100)
        assert found.ruled_out == pytest.approx(1 / 7)


def own(finding: Finding, owner: Membership, *, by: Membership, days: int = 30) -> Finding:
    return audits.assign_finding(
        finding=finding, owner=owner, due_on=AFTER.date() + days * DAY, actor=by, now=AFTER
    )


class TestFindings:
    """An owner, a date, an outcome; and the next audit asks again."""

    @pytest.fixture
    def finding(self, quarter: Quarter) -> Finding:
        return audits.raise_finding(audit=quarter.audit, text="No stand-in.", actor=quarter.cara, now=AFTER)

    def test_the_owner_is_told(self, finding: Finding, quarter: Quarter, world: World) -> None:
        own(finding, world.lena, by=world.vera)
        assert Message.objects.filter(kind="audit-finding", recipient=world.lena.user).count() == 1

    def test_it_cannot_be_due_already_or_belong_to_a_stranger(
        self, finding: Finding, quarter: Quarter, world: World
    ) -> None:
        with pytest.raises(Refused, match="lies ahead"):
            own(finding, world.lena, by=quarter.cara, days=0)
        with pytest.raises(Refused, match="of the client or of the vendor"):
            own(finding, world.charlie, by=quarter.cara)

    def test_only_those_who_audit_close_it_and_only_with_an_outcome(
        self, finding: Finding, quarter: Quarter, world: World
    ) -> None:
        own(finding, world.lena, by=quarter.cara)
        with pytest.raises(NotAllowed):
            audits.close_finding(finding=finding, outcome="Done.", actor=world.lena, now=AFTER)
        with pytest.raises(Refused, match="what was done"):
            audits.close_finding(finding=finding, outcome=" ", actor=quarter.cara, now=AFTER)
        audits.close_finding(finding=finding, outcome="There is one now.", actor=quarter.cara, now=AFTER)
        with pytest.raises(Refused, match="closed already"):
            audits.close_finding(finding=finding, outcome="Again.", actor=quarter.cara, now=AFTER)

    def test_the_next_audit_follows_it_up_before_anybody_signs(
        self, finding: Finding, quarter: Quarter, world: World
    ) -> None:
        own(finding, world.lena, by=quarter.cara)
        answer_all(quarter)
        for signer in (quarter.cara, world.vera):
            audits.sign(audit=quarter.audit, actor=signer, now=AFTER + HOUR)
        later = QUARTER_ENDS + 92 * DAY
        audits.sweep(now=later)
        second = Audit.objects.filter(agreement__organization=world.acme).latest("ends")
        assert to_follow_up(second) == [finding]
        answer_all(Quarter(second, quarter.cara, {}), now=later)
        with pytest.raises(Refused, match="earlier finding was not followed up"):
            audits.sign(audit=second, actor=quarter.cara, now=later)
        audits.follow_up(
            audit=second, finding=finding, done=True, note="Lena showed me.", actor=quarter.cara, now=later
        )
        finding.refresh_from_db()
        assert finding.outcome == "Lena showed me."
        assert audits.sign(audit=second, actor=quarter.cara, now=later).party == "client"


class TestSigning:
    """One person of each party, once everything was looked at; then it stands."""

    def test_nothing_is_signed_that_was_not_looked_at(self, quarter: Quarter) -> None:
        with pytest.raises(Refused, match="9 records wait"):
            audits.sign(audit=quarter.audit, actor=quarter.cara, now=AFTER)

    def test_a_finding_without_an_owner_stands_in_the_way(self, quarter: Quarter) -> None:
        answer_all(quarter)
        audits.raise_finding(audit=quarter.audit, text="No stand-in.", actor=quarter.cara, now=AFTER)
        with pytest.raises(Refused, match="no owner and date"):
            audits.sign(audit=quarter.audit, actor=quarter.cara, now=AFTER)

    def test_both_signatures_end_it(self, quarter: Quarter, world: World) -> None:
        answer_all(quarter)
        audits.sign(audit=quarter.audit, actor=quarter.cara, now=AFTER + HOUR)
        assert Audit.objects.get(pk=quarter.audit.pk).state == Audit.State.REVIEW
        audits.sign(audit=quarter.audit, actor=world.vera, now=AFTER + 2 * HOUR)
        signed = Audit.objects.get(pk=quarter.audit.pk)
        assert (signed.state, signed.signed_at) == (Audit.State.SIGNED, AFTER + 2 * HOUR)
        with pytest.raises(Refused, match="not in review"):
            audits.sign(audit=signed, actor=quarter.cara, now=AFTER + 3 * HOUR)
        record = signed.records.all()[0]
        with pytest.raises(Refused, match="not in review"):
            audits.answer_record(record=record, answers=CLEAN, actor=quarter.cara, now=AFTER + 3 * HOUR)

    def test_one_party_cannot_sign_twice(self, quarter: Quarter, world: World) -> None:
        answer_all(quarter)
        audits.sign(audit=quarter.audit, actor=quarter.cara, now=AFTER)
        second = make_member("Cleo", world.acme, "client_auditor")
        with pytest.raises(Refused, match="signed already"):
            audits.sign(audit=quarter.audit, actor=second, now=AFTER)

    @pytest.mark.parametrize("who", ["alice", "bob", "sam", "lena", "ada", "charlie"])
    def test_nobody_else_signs(self, who: str, quarter: Quarter, world: World) -> None:
        answer_all(quarter)
        with pytest.raises(NotAllowed):
            audits.sign(audit=quarter.audit, actor=getattr(world, who), now=AFTER)

    @pytest.mark.parametrize(
        ("party", "who"), [("vendor", "cara"), ("client", "vera"), ("client", "charlie")]
    )
    def test_the_database_knows_whose_signature_it_is(
        self, party: str, who: str, quarter: Quarter, world: World
    ) -> None:
        member = quarter.cara if who == "cara" else getattr(world, who)
        with pytest.raises(IntegrityError, match="other party"), transaction.atomic():
            AuditSignature.objects.create(audit=quarter.audit, party=party, member=member, at=AFTER)

    def test_what_was_signed_stays(self, quarter: Quarter, world: World) -> None:
        answer_all(quarter)
        for signer in (quarter.cara, world.vera):
            audits.sign(audit=quarter.audit, actor=signer, now=AFTER)
        acts: list[Callable[[], object]] = [
            lambda: Audit.objects.filter(pk=quarter.audit.pk).update(state="review", signed_at=None),
            lambda: AuditSignature.objects.filter(audit=quarter.audit).delete(),
            lambda: quarter.audit.records.update(number=99),
            lambda: quarter.audit.records.all()[0].answers.update(answer="conforming", note="Changed"),
        ]
        for act in acts:
            with pytest.raises(IntegrityError), transaction.atomic():
                act()
