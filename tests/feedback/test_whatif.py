"""What another version of the policy would have made of a past period (spec §7)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.feedback.models import WhatIf
from slaportal.feedback.services import answer_what_if, ask_what_if, begin_job
from slaportal.feedback.services.whatif import terms_hash
from slaportal.integrations.services import load_demo
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.services import classification, ending, waiting, work
from slaportal.jobs.models import Job
from slaportal.jobs.services import cancel, run_next
from slaportal.lib.refusal import Refused
from slaportal.policies.models import PolicyVersion
from slaportal.policies.services import draft_next
from slaportal.reports.selectors.adherence import adherence
from tests.world import HOUR, MONDAY, World, fresh

pytestmark = pytest.mark.django_db
Reporter = Callable[..., Issue]
BEGIN, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
LATER = END + timedelta(days=60)


@pytest.fixture
def draft(world: World) -> PolicyVersion:
    """The next version of the agreement's policy, still the same in every word."""
    return draft_next(world.acme.agreements.get().policy_version.policy, actor=world.lena, now=MONDAY)


def change(draft: PolicyVersion, level: str, metric: str, amount: str, unit: str = "hours") -> None:
    draft.targets.filter(level=level, metric=metric).update(amount=Decimal(amount), unit=unit)


def ask(draft: PolicyVersion, world: World, *, now: datetime = LATER) -> WhatIf:
    found = ask_what_if(
        version=draft, organization=world.acme, begins=BEGIN, ends=END, actor=world.lena, now=now
    )
    answer_what_if(found, now=now)
    return found


def line(what_if: WhatIf, level: str, metric: str) -> dict[str, object]:
    return next(one for one in what_if.figures if (one["level"], one["metric"]) == (level, metric))


def solve(issue: Issue, world: World, *, answered: timedelta, resolved: timedelta) -> None:
    at = issue.submitted_at
    classification.agree(issue=fresh(issue), actor=world.sam, now=at + HOUR / 2)
    work.comment(issue=fresh(issue), body="On it.", actor=world.sam, now=at + answered)
    ending.resolve(issue=fresh(issue), note="Done.", actor=world.sam, now=at + resolved)


def test_a_stricter_target_moves_the_due_instant_and_makes_a_breach_of_what_was_met(
    world: World, draft: PolicyVersion, report: Reporter
) -> None:
    solve(report(world.bob, level="high"), world, answered=HOUR * 3, resolved=HOUR * 50)
    change(draft, "high", "response", "2")
    found = ask(draft, world)
    difference = found.differences.get()
    assert (difference.due_before, difference.due_after) == (MONDAY + HOUR * 6, MONDAY + HOUR * 2)
    assert (difference.outcome_before, difference.outcome_after) == ("met", "breached")
    high = line(found, "high", "response")
    assert high["before"]["strict"] == {"met": 1, "breached": 0}  # type: ignore[index]
    assert high["after"]["strict"] == {"met": 0, "breached": 1}  # type: ignore[index]
    # Monday 11:00 to 15:00 in Berlin is all within hours of support.
    assert (high["moved_earlier"], high["support_seconds_earlier"]) == (1, 4 * 3600)
    assert (found.issues, found.obligations, found.moved, found.outcomes) == (1, 2, 1, 1)


def test_a_looser_target_gives_back_only_hours_in_which_people_work(
    world: World, draft: PolicyVersion, report: Reporter
) -> None:
    solve(report(world.bob, level="high"), world, answered=HOUR * 7, resolved=HOUR * 50)
    change(draft, "high", "response", "24")
    found = ask(draft, world)
    high = line(found, "high", "response")
    assert high["after"]["strict"] == {"met": 1, "breached": 0}  # type: ignore[index]
    # Due 15:00 on Monday before, 09:00 on Tuesday after: two open hours between.
    assert high["support_seconds_later"] == 2 * 3600
    assert (high["due_outside_before"], high["due_outside_after"]) == (0, 0)


def test_a_deadline_in_the_night_is_counted_as_one_where_nobody_works(
    world: World, draft: PolicyVersion, report: Reporter
) -> None:
    solve(report(world.bob, level="high"), world, answered=HOUR, resolved=HOUR * 50)
    change(draft, "high", "response", "15")
    high = line(ask(draft, world), "high", "response")
    assert (high["due_outside_before"], high["due_outside_after"]) == (0, 1)


def test_waiting_stops_the_clock_where_the_draft_lists_the_party(
    world: World, draft: PolicyVersion, report: Reporter
) -> None:
    issue = report(world.bob, level="high")
    work.comment(issue=fresh(issue), body="On it.", actor=world.sam, now=MONDAY + HOUR)
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY + HOUR)
    waiting.wait(issue=fresh(issue), on="client", reason="The log.", actor=world.sam, now=MONDAY + HOUR * 2)
    waiting.resume(issue=fresh(issue), actor=world.sam, now=MONDAY + HOUR * 30)
    ending.resolve(issue=fresh(issue), note="Done.", actor=world.sam, now=MONDAY + HOUR * 80)
    PolicyVersion.objects.filter(pk=draft.pk).update(pause_parties=["client"])
    draft.refresh_from_db()
    difference = ask(draft, world).differences.get()
    assert difference.due_after == MONDAY + HOUR * (72 + 28)
    assert (difference.outcome_before, difference.outcome_after) == ("breached", "met")


def test_what_is_decided_before_or_begins_after_the_period_is_left_out(
    world: World, draft: PolicyVersion, report: Reporter
) -> None:
    solve(
        report(world.bob, level="high", at=MONDAY - timedelta(days=21)),
        world,
        answered=HOUR,
        resolved=HOUR * 2,
    )
    solve(report(world.bob, level="high", at=END + HOUR), world, answered=HOUR, resolved=HOUR * 2)
    change(draft, "high", "response", "0.5")
    assert ask(draft, world).obligations == 0


def test_the_unchanged_policy_makes_no_difference_over_the_year_of_the_demo() -> None:
    now = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
    load_demo(seed=3, now=now, vendor_name="Protecto", issues=60)
    policy = PolicyVersion.objects.get(published_at__isnull=False).policy
    draft = draft_next(policy, actor=None, now=now)
    begins = now - timedelta(days=365)
    found = ask_what_if(version=draft, organization=None, begins=begins, ends=now, actor=None, now=now)
    comparison = answer_what_if(found, now=now)
    assert (found.moved, found.outcomes, found.differences.count()) == (0, 0, 0)
    assert found.obligations == Obligation.objects.count() > 100
    # What the replay takes for "before" is what is on record, and what the reports print.
    clients = {issue.organization for issue in Issue.objects.select_related("organization")}
    printed = [adherence(client, begins=begins, ends=now) for client in clients]
    for number, one in enumerate(comparison.lines):
        rows = [rows[number] for rows in printed]
        assert one.before.strict.met == one.after.strict.met == sum(row.strict.met for row in rows)
        assert one.before.strict.breached == sum(row.strict.breached for row in rows)
        assert one.before.adjusted.met == one.after.adjusted.met == sum(row.adjusted.met for row in rows)
        assert one.before.undecided == sum(row.undecided for row in rows)
        assert one.before.not_counted == sum(row.not_counted for row in rows)


def test_answering_twice_gives_the_same_and_keeps_one_answer(
    world: World, draft: PolicyVersion, report: Reporter
) -> None:
    solve(report(world.bob, level="high"), world, answered=HOUR * 3, resolved=HOUR * 50)
    change(draft, "high", "response", "2")
    found = ask(draft, world)
    figures = found.figures
    answer_what_if(found, now=LATER)
    assert found.figures == figures
    assert found.differences.count() == 1


def test_a_draft_that_changed_after_its_what_if_is_seen(world: World, draft: PolicyVersion) -> None:
    found = ask(draft, world)
    assert found.terms_hash == terms_hash(draft)
    change(draft, "low", "response", "3", "days")
    assert found.terms_hash != terms_hash(PolicyVersion.objects.get(pk=draft.pk))


def test_a_period_that_is_not_over_cannot_be_replayed(world: World, draft: PolicyVersion) -> None:
    with pytest.raises(Refused, match="over"):
        ask(draft, world, now=END - HOUR)


def test_a_client_asks_about_itself_and_published_versions_only(world: World, draft: PolicyVersion) -> None:
    published = world.acme.agreements.get().policy_version
    given: dict[str, Any] = {"begins": BEGIN, "ends": END, "actor": world.alice, "now": LATER}
    assert ask_what_if(version=published, organization=world.acme, **given).organization == world.acme
    for version, organization in ((draft, world.acme), (published, None), (published, world.globex)):
        with pytest.raises(permissions.NotAllowed):
            ask_what_if(version=version, organization=organization, **given)
    with pytest.raises(permissions.NotAllowed):
        ask_what_if(version=published, organization=world.acme, **{**given, "actor": world.bob})


def test_a_client_reads_what_ifs_about_itself_only(world: World, draft: PolicyVersion) -> None:
    about_acme = ask(draft, world)
    given: dict[str, Any] = {
        "version": draft,
        "begins": BEGIN,
        "ends": END,
        "actor": world.lena,
        "now": LATER,
    }
    ask_what_if(organization=None, **given)
    ask_what_if(organization=world.globex, **given)
    assert list(WhatIf.objects.visible_to(world.alice)) == [about_acme]
    assert WhatIf.objects.visible_to(world.vera).count() == 3
    assert not WhatIf.objects.visible_to(world.bob).exists()


def test_the_command_prints_both_figures(
    world: World, draft: PolicyVersion, report: Reporter, capsys: pytest.CaptureFixture[str]
) -> None:
    solve(report(world.bob, level="high"), world, answered=HOUR * 3, resolved=HOUR * 50)
    change(draft, "high", "response", "2")
    given = ["--policy", "support", "--policy-version", "2", "--organization", "acme"]
    call_command("whatif", *given, "--from", "2026-03-01", "--to", "2026-04-01")
    told = capsys.readouterr().out
    assert "1 deadlines move, 1 outcomes change" in told
    assert "4.0 fewer" in told
    assert told.count("High      response") == 2


def test_the_pages_lead_from_the_question_to_each_difference(
    world: World, draft: PolicyVersion, report: Reporter, client_for: Callable[[Membership], Client]
) -> None:
    issue = report(world.bob, level="high")
    solve(issue, world, answered=HOUR * 3, resolved=HOUR * 50)
    change(draft, "high", "response", "2")
    lena = client_for(world.lena)
    given = {
        "version": draft.pk,
        "organization": world.acme.pk,
        "first": "2026-03-01",
        "last": "2026-03-31",
    }
    with time_machine.travel(LATER, tick=False):
        assert lena.post("/what-if/new", {**given, "last": "2026-02-01"}).status_code == 422
        sent = lena.post("/what-if/new", given)
        job = Job.objects.get()
        assert sent.headers["Location"] == f"/jobs/{job.reference}/"
        address = f"/what-if/{WhatIf.objects.get().pk}"
        assert "Not answered yet" in lena.get(address).content.decode()
        done = run_next(clock=lambda: LATER)
        assert done is not None
        assert (done.state, done.result_url) == ("done", address)
        page = lena.get(address).content.decode()
        assert issue.reference in page
        assert "&lt; 6 hours" in page
        assert client_for(world.alice).get(address).status_code == 200
        assert client_for(world.charlie).get(address).status_code == 404
        assert client_for(world.bob).get(address).status_code == 403
        change(draft, "low", "response", "3", "days")
        assert "The draft has changed since" in lena.get(address).content.decode()
        assert "Deadlines moved" in lena.get("/what-if").content.decode()


def test_a_canceled_what_if_has_no_answer(
    world: World, draft: PolicyVersion, client_for: Callable[[Membership], Client]
) -> None:
    given: dict[str, Any] = {
        "version": draft,
        "begins": BEGIN,
        "ends": END,
        "actor": world.lena,
        "now": LATER,
    }
    job = begin_job(ask_what_if(organization=None, **given), actor=world.lena, now=LATER)
    cancel(job=job, now=LATER)
    assert run_next(clock=lambda: LATER) is None
    assert WhatIf.objects.get().finished_at is None
