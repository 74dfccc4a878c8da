"""The agreement's page and the calculator: what both parties read, and who may."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slaportal.accounts.models import Membership, Organization
from slaportal.policies import presentation
from slaportal.policies.clock import Calendar, Pause, Unit, derive
from slaportal.policies.models import Agreement
from slaportal.policies.services import create_calendar, load_standard, sign_agreement
from tests import world as worlds
from tests.policies.test_standard import EXAMPLES, INTRODUCTION, MEANINGS, REMAINING
from tests.world import WEEK

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SignIn = Callable[[Membership], Client]


@pytest.fixture
def initech(vendor: Organization) -> Organization:
    """A client bound to the standard agreement, with a holiday to come."""
    organization = Organization.objects.create(name="Initech", party="client", timezone="Europe/Berlin")
    calendar = create_calendar(
        key="initech",
        name="Initech hours",
        timezone="Europe/Berlin",
        weekly=WEEK,
        holidays={"2090-05-01": "Labor Day"},
        special={"2090-05-02": [["09:00", "12:00"]]},
        now=NOW,
    )
    sign_agreement(
        organization=organization,
        policy_version=load_standard(now=NOW),
        calendar=calendar,
        timezone="Europe/Berlin",
        effective_from=NOW,
        signed_by_client="Ida Client",
        signed_by_vendor="Vera Vendor",
        actor=None,
        now=NOW,
    )
    return organization


@pytest.fixture
def ida(initech: Organization) -> Membership:
    """Its reporter."""
    return worlds.make_member("Ida", initech, "client_reporter")


def words(response: Any) -> str:
    """The page's text, as one line, apostrophes as typed."""
    return " ".join(response.content.decode().replace("&#x27;", "'").replace("&lt;", "<").split())


def test_a_client_reads_the_agreement_word_for_word(client_for: SignIn, ida: Membership) -> None:
    page = words(client_for(ida).get(reverse("policies:agreement")))
    for sentence in [INTRODUCTION, *MEANINGS.values(), *chain(*EXAMPLES.values()), *REMAINING]:
        assert sentence in page
    for promise in ("< 1 hour", "< 24 hours", "< 6 hours", "< 72 hours", "within 90 business days"):
        assert promise in page
    assert "Ida Client" in page
    assert "Labor Day" in page
    assert "09:00–17:00" in page


def test_both_parties_read_who_is_told_when(client_for: SignIn, ida: Membership) -> None:
    page = words(client_for(ida).get(reverse("policies:agreement")))
    assert "Escalation matrix" in page
    assert "At the breach: <strong>Senior management</strong>" in page
    assert page.index("4 h after the breach") < page.index("24 h after the breach")


def test_the_vendor_reads_a_list_and_each_of_it(
    client_for: SignIn, sam: Membership, initech: Organization
) -> None:
    browser = client_for(sam)
    page = words(browser.get(reverse("policies:agreement")))
    for name in ("Acme", "Globex", "Initech"):
        assert name in page
    agreement = Agreement.objects.get(organization=initech)
    assert "Ida Client" in words(browser.get(reverse("policies:agreement-detail", args=[agreement.pk])))


def test_a_strangers_agreement_does_not_exist(
    client_for: SignIn, charlie: Membership, acme: Organization
) -> None:
    agreement = Agreement.objects.get(organization=acme)
    browser = client_for(charlie)
    assert browser.get(reverse("policies:agreement-detail", args=[agreement.pk])).status_code == 404
    assert "Acme" not in words(browser.get(reverse("policies:agreement")))
    asked: dict[str, Any] = {
        "agreement": agreement.pk,
        "start": "2026-03-02T09:00",
        "timezone": "Europe/Berlin",
    }
    page = browser.get(reverse("policies:calculator"), asked)
    assert not page.context["answers"]


def test_an_auditor_reads_the_agreement_of_their_own_organization(
    client_for: SignIn, vendor: Organization, acme: Organization
) -> None:
    inside = worlds.make_member("Aud", acme, "auditor")
    assert client_for(inside).get(reverse("policies:agreement")).status_code == 200
    outside = worlds.make_member("Odd", vendor, "auditor")
    agreement = Agreement.objects.get(organization=acme)
    assert (
        client_for(outside).get(reverse("policies:agreement-detail", args=[agreement.pk])).status_code == 404
    )


def test_without_an_agreement_the_pages_say_so(client_for: SignIn, vendor: Organization) -> None:
    lonely = Organization.objects.create(name="Lonely", party="client")
    browser = client_for(worlds.make_member("Lou", lonely, "client_manager"))
    for name in ("policies:agreement", "policies:calculator"):
        assert "No agreement yet" in words(browser.get(reverse(name)))


def test_a_longer_list_asks_no_more_of_the_database(
    client_for: SignIn, sam: Membership, initech: Organization
) -> None:
    browser, address = client_for(sam), reverse("policies:agreement")
    browser.get(address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(address)
    version = load_standard(now=NOW)
    for number in range(12):
        worlds.make_client(f"Client {number}", "UTC", version)
    with CaptureQueriesContext(connection) as many:
        browser.get(address)
    assert len(many) == len(few)


def test_the_calculator_begins_with_the_agreement_one_came_from(
    client_for: SignIn, sam: Membership, initech: Organization
) -> None:
    browser, address = client_for(sam), reverse("policies:calculator")
    wanted = Agreement.objects.get(organization=initech)
    page = browser.get(address, {"agreement": wanted.pk})
    assert page.context["form"].initial["agreement"] == wanted.pk
    for nonsense in ("x", "9" * 30, "-1", ""):
        assert browser.get(address, {"agreement": nonsense}).status_code == 200
        asked = {"agreement": nonsense, "start": "2026-03-02T09:00", "timezone": "UTC"}
        assert browser.get(address, asked).status_code == 200


def test_the_calculator_answers_for_every_level(client_for: SignIn, ida: Membership) -> None:
    agreement = Agreement.objects.get(organization=ida.organization)
    asked: dict[str, Any] = {
        "agreement": agreement.pk,
        "start": "2026-03-02T09:00",
        "timezone": "Europe/Berlin",
    }
    page = client_for(ida).get(reverse("policies:calculator"), asked)
    due = {(one.level, one.metric): one.due for one in page.context["answers"]}
    assert due[("critical", "Response")] == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert due[("medium", "Response")] == datetime(2026, 3, 3, 8, tzinfo=UTC)
    # Ten business days from opening are spent at the tenth closing time.
    assert due[("medium", "Resolution")] == datetime(2026, 3, 13, 16, tzinfo=UTC)
    assert len(due) == 8


def test_the_calculator_lets_pauses_stop_the_resolution_only(client_for: SignIn, ida: Membership) -> None:
    agreement = Agreement.objects.get(organization=ida.organization)
    asked: dict[str, Any] = {
        "agreement": agreement.pk,
        "level": "high",
        "start": "2026-03-02T09:00",
        "timezone": "Europe/Berlin",
        "pause_1_from": "2026-03-02T10:00",
        "pause_1_to": "2026-03-02T12:00",
    }
    browser, address = client_for(ida), reverse("policies:calculator")
    response, resolution = browser.get(address, asked).context["answers"]
    assert response.due == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert resolution.due == datetime(2026, 3, 5, 10, tzinfo=UTC)
    still = browser.get(address, {**asked, "pause_1_to": ""}).context["answers"]
    assert [one.due for one in still] == [response.due, None]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"start": "soon"}, "Give a date and a time"),
        ({"start": ""}, "This field is required"),
        ({"timezone": "Berlin"}, "is not a time zone"),
        ({"pause_1_to": "2026-03-02T12:00"}, "Say when the pause begins"),
        (
            {"pause_1_from": "2026-03-02T12:00", "pause_1_to": "2026-03-02T12:00"},
            "A pause ends after it begins",
        ),
        ({"start": "9999-12-01T00:00"}, "outside the years"),
        ({"start": "0001-01-01T00:00"}, "outside the years"),
    ],
)
def test_a_question_that_cannot_be_read_is_answered_with_a_sentence(
    client_for: SignIn, ida: Membership, change: dict[str, str], sentence: str
) -> None:
    agreement = Agreement.objects.get(organization=ida.organization)
    asked: dict[str, Any] = {
        "agreement": agreement.pk,
        "start": "2026-03-02T09:00",
        "timezone": "Europe/Berlin",
        **change,
    }
    page = client_for(ida).get(reverse("policies:calculator"), asked)
    assert page.status_code == 200
    assert sentence in words(page)
    assert not page.context["answers"]


def test_an_hour_that_the_clock_change_skips_moves_forward(client_for: SignIn, ida: Membership) -> None:
    agreement = Agreement.objects.get(organization=ida.organization)
    asked: dict[str, Any] = {
        "agreement": agreement.pk,
        "start": "2026-03-29T02:30",
        "timezone": "Europe/Berlin",
    }
    page = client_for(ida).get(reverse("policies:calculator"), asked)
    assert page.context["starts_at"].astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_strip_covers_the_whole_time_and_says_the_same_as_its_table() -> None:
    calendar = Calendar.parse(
        {"timezone": "Europe/Berlin", "weekly": WEEK, "holidays": {"2026-03-03": "Tuesday off"}}
    )
    pause = Pause(NOW.replace(hour=10), NOW.replace(hour=12), "Waiting for Alice")
    spans = derive(
        start=NOW,
        end=datetime(2026, 3, 4, 12, tzinfo=UTC),
        unit=Unit.BUSINESS_HOURS,
        calendar=calendar,
        pauses=[pause],
    )
    strip = presentation.strip_of(spans, "business_hours")
    assert [line.kind for line in strip.lines] == [
        "counted",
        "paused",
        "counted",
        "closed",
        "holiday",
        "closed",
        "counted",
    ]
    assert sum(float(line.width) for line in strip.lines) == pytest.approx(100, abs=0.01)
    assert strip.total == "10 h"
    assert strip.lines[1].label == "Waiting for Alice"
    assert strip.words.startswith("Counted: 10 h; Support closed: ")
    assert "Tuesday off" in {line.label for line in strip.lines}


def test_business_days_are_said_as_days_and_their_parts() -> None:
    calendar = Calendar.parse({"timezone": "UTC", "weekly": WEEK})
    spans = derive(
        start=datetime(2026, 3, 2, 13, tzinfo=UTC),
        end=datetime(2026, 3, 3, 17, tzinfo=UTC),
        unit=Unit.BUSINESS_DAYS,
        calendar=calendar,
    )
    assert presentation.strip_of(spans, "business_days").total == "1.5 business days"


def test_closures_are_the_days_that_differ_from_their_weekday() -> None:
    calendar = Calendar.parse(
        {
            "timezone": "UTC",
            "weekly": WEEK,
            "holidays": {"2026-05-01": "Labor Day", "2026-05-02": "A Saturday anyway", "2025-05-01": "Past"},
            "special": {"2026-12-24": [["09:00", "12:00"]]},
        }
    )
    found = presentation.next_closures(calendar, after=date(2026, 1, 1))
    assert [(one.name, one.windows) for one in found] == [
        ("Labor Day", "closed"),
        ("Special hours", "09:00–12:00"),
    ]
