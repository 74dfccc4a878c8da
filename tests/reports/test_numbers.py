"""Every number leads to the list behind it, and the list is as long as the number (users' first wish of reports)."""

import json
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from slaportal.accounts.models import Membership
from slaportal.escalations.services import watch
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.services import classification, ending, waiting, work
from slaportal.lib.refusal import Refused
from slaportal.policies.models import Agreement
from slaportal.reports.models import Cadence, StatusReport
from slaportal.reports.periods import holding
from slaportal.reports.selectors.adherence import adherence
from slaportal.reports.selectors.status_reports import behind, draft_of
from slaportal.reports.services import status_reports as services
from tests.world import HOUR, MONDAY, World, fresh, report

ClientFor = Callable[[Membership], Client]
LINK = re.compile(r'<a (?:class="num[^"]*" )?href="(/reports/numbers\?[^"]+)">(\d+)</a>')
AFTER = datetime(2026, 3, 8, 23, tzinfo=UTC)
NOON = datetime(2026, 3, 9, 11, tzinfo=UTC)


def act(chance: random.Random, issue: Issue, world: World, now: datetime) -> None:
    """Do something to `issue` that a person might; what is refused at that moment is left."""
    issue = fresh(issue)
    try:
        match chance.randrange(9):
            case 0 | 1:
                work.comment(issue=issue, body="We look at it.", actor=world.sam, now=now)
            case 2 | 3:
                ending.resolve(issue=issue, note="Done.", actor=world.sam, now=now)
            case 4:
                ending.reopen(issue=issue, reason="It is back.", actor=world.alice, now=now)
            case 5:
                classification.agree(issue=issue, actor=world.sam, now=now)
            case 6:
                ending.withdraw(issue=issue, reason="Not needed.", actor=world.alice, now=now)
            case 7:
                level = chance.choice(["critical", "high", "medium", "low"])
                classification.counter(issue=issue, level=level, reason="So it is.", actor=world.sam, now=now)
            case 8:
                waiting.wait(issue=issue, on="client", reason="The log, please.", actor=world.sam, now=now)
    except Refused:
        return


@pytest.fixture
def lived(bound_lately: None, world: World) -> World:
    """Eleven days of two dozen issues at random, the same every time."""
    chance = random.Random(11)
    issues: list[Issue] = []
    now = MONDAY - timedelta(days=4)
    while now < AFTER:
        now += timedelta(minutes=chance.randrange(60, 260))
        while watch(now=now):
            continue
        if len(issues) < 24 and chance.random() < 0.5:
            level = chance.choice(["critical", "high", "high", "medium", "low"])
            issues.append(report(world.bob, level=level, at=now, title=f"Case {len(issues)}"))
        elif issues:
            act(chance, chance.choice(issues), world, now)
    while watch(now=AFTER):
        continue
    return world


def issued(world: World) -> StatusReport:
    """Issue the report of acme's week, and no other."""
    services.open_reviews(now=NOON)
    one = StatusReport.objects.get(organization=world.acme, cadence="weekly", ends=AFTER)
    return services.issue(report=one, actor=None, now=NOON)


def test_each_number_of_a_report_is_as_long_as_its_list(lived: World, client_for: ClientFor) -> None:
    agreement = Agreement.objects.get(organization=lived.acme)
    browser = client_for(lived.alice)
    weekly = browser.get(f"/reports/draft/{agreement.pk}/weekly?day=2026-03-03").content.decode()
    monthly = browser.get(f"/reports/draft/{agreement.pk}/monthly?day=2026-03-03").content.decode()
    links = {unescape(href): int(number) for href, number in LINK.findall(weekly + monthly)}
    assert len(links) > 40
    assert sum(number > 0 for number in links.values()) > 15
    for href, number in links.items():
        listed = browser.get(href)
        assert listed.status_code == 200, href
        shown = re.search(r'<span id="count">(\d+)</span>', listed.content.decode())
        assert shown, href
        assert int(shown[1]) == number, href
        assert len(listed.context["page"].object_list) == min(number, 50), href


def test_the_numbers_are_those_of_the_counting_and_of_a_plain_look_at_the_rows(lived: World) -> None:
    """Against `manage.py adherence`'s counting, and met and missed against the rows themselves."""
    agreement = Agreement.objects.select_related("organization", "policy_version__policy", "calendar").get(
        organization=lived.acme
    )
    for cadence in Cadence:
        period = holding(cadence, MONDAY, agreement.timezone)
        data = draft_of(agreement, period, now=NOON)
        counted = {
            (row.level, row.metric): row
            for row in adherence(lived.acme, begins=period.begins, ends=period.ends)
        }
        for row in data["rows"]:
            plain = counted[row["level"], row["metric"]]
            assert (row["met"], row["breached"]) == (plain.strict.met, plain.strict.breached)
            assert (row["undecided"], row["not_counted"]) == (plain.undecided, plain.not_counted)
            decided = Obligation.objects.filter(
                issue__organization=lived.acme,
                level=row["level"],
                metric=row["metric"],
                decided_at__gte=period.begins,
                decided_at__lt=period.ends,
            )
            assert row["met"] == decided.filter(outcome="met").count()
            assert row["breached"] == decided.filter(outcome="breached").count()


def test_a_frozen_number_keeps_its_list(lived: World, client_for: ClientFor) -> None:
    one = issued(lived)
    lists = json.loads(one.data)["lists"]
    rejected = Issue.objects.filter(state="resolved", reference__in=lists["stopped/high/resolution"]).first()
    assert rejected is not None
    name = next(name for name in sorted(lists) if rejected.reference in lists[name] and "resolution" in name)
    browser = client_for(lived.alice)
    before = browser.get(f"/reports/numbers?report={one.reference}&list={name}").context["behind"]
    ending.reopen(issue=fresh(rejected), reason="It is back.", actor=lived.alice, now=NOON + HOUR)
    after = browser.get(f"/reports/numbers?report={one.reference}&list={name}").context["behind"]
    assert (before.number, before.references) == (after.number, after.references)
    assert rejected.reference in after.references
    agreement = Agreement.objects.get(organization=lived.acme)
    live = f"/reports/numbers?agreement={agreement.pk}&cadence=weekly&day=2026-03-03&list=stopped/high/resolution"
    assert rejected.reference not in browser.get(live).context["behind"].references


def test_nobody_sees_an_issue_through_a_number_that_is_not_theirs(
    lived: World, client_for: ClientFor
) -> None:
    one = issued(lived)
    agreement = Agreement.objects.get(organization=lived.acme)
    stranger: Client = client_for(lived.charlie)
    for path in (
        f"/reports/{one.reference}",
        f"/reports/{one.reference}/file/pdf",
        f"/reports/numbers?report={one.reference}&list=met/high/response",
        f"/reports/numbers?agreement={agreement.pk}&cadence=weekly&day=2026-03-03&list=met/high/response",
        f"/reports/draft/{agreement.pk}/weekly",
    ):
        assert stranger.get(path).status_code == 404, path
        assert client_for(lived.bob).get(path).status_code == 403, path
    found = behind(json.loads(one.data), "opened/high", member=lived.charlie)
    assert (found.issues, found.hidden) == ([], found.number)


def test_a_list_costs_the_same_for_one_row_and_for_many(lived: World, client_for: ClientFor) -> None:

    one = issued(lived)
    lists = json.loads(one.data)["lists"]
    few = min((name for name in lists if lists[name]), key=lambda name: len(lists[name]))
    many = max(lists, key=lambda name: len(lists[name]))
    assert len(lists[few]) < len(lists[many])
    browser, counts = client_for(lived.alice), []
    for name in (few, many, few):
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"/reports/numbers?report={one.reference}&list={name}")
        counts.append(len(queries))
    assert counts[1] == counts[2]
