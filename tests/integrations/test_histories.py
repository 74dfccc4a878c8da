"""Small histories whose results were computed by hand from the agreement (spec §2 to §5)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError

from slaportal.escalations.models import BreachReason, StandingException
from slaportal.issues.models import Issue, Obligation
from slaportal.ledger.models import Event
from tests.integrations.loading import load, standing, text_of

pytestmark = pytest.mark.django_db

# history → issue, metric → level, due, state, decided_at, outcome
Expected = tuple[str, str | None, str, str | None, str | None]
HISTORIES: dict[str, dict[tuple[str, str], Expected]] = {
    # High, less than 6 hours: one microsecond before 15:00 is in time, 15:00 is not; a note is no response.
    "response": {
        ("R-1", "response"): (
            "high", "2026-01-05T15:00:00Z", "met", "2026-01-05T14:59:59.999999Z", "met",
        ),
        ("R-1", "resolution"): (
            "high", "2026-01-08T09:00:00Z", "breaching", "2026-01-08T09:00:00Z", "breached",
        ),
        ("R-2", "response"): (
            "high", "2026-01-07T15:00:00Z", "breached", "2026-01-07T15:00:00Z", "breached",
        ),
        ("R-2", "resolution"): ("high", "2026-01-10T09:00:00Z", "running", None, None),
        ("R-3", "response"): ("high", "2026-01-08T15:00:00Z", "running", None, None),
        ("R-3", "resolution"): ("high", "2026-01-11T09:00:00Z", "running", None, None),
    },
    # Medium, within 10 business days from Monday 10:00 in Berlin: 7/8 of 5 January, the 6th is a holiday, 7 to 9 make
    # 3 7/8, the next week 8 7/8, the 19th 9 7/8, and the last eighth ends on the 20th at 10:00, which is in time.
    "business_days": {
        ("B-1", "response"): ("medium", "2026-01-06T09:00:00Z", "met", "2026-01-05T09:20:00Z", "met"),
        ("B-1", "resolution"): ("medium", "2026-01-20T09:00:00Z", "met", "2026-01-20T09:00:00Z", "met"),
        ("B-2", "response"): ("medium", "2026-01-06T09:00:00Z", "met", "2026-01-05T09:20:00Z", "met"),
        ("B-2", "resolution"): (
            "medium", "2026-01-20T09:00:00Z", "breached", "2026-01-20T09:00:00Z", "breached",
        ),
    },
    # High proposed, Medium countered without a message. P-1 settles as Medium, whose day was not over: met.
    # P-2 settles as High three hours after 14:00: breached at 14:00.
    "provisional": {
        ("P-1", "response"): ("medium", "2026-01-08T08:00:00Z", "met", "2026-01-07T20:00:00Z", "met"),
        ("P-1", "resolution"): ("medium", "2026-01-20T16:00:00Z", "running", None, None),
        ("P-2", "response"): (
            "high", "2026-01-12T14:00:00Z", "breached", "2026-01-12T14:00:00Z", "breached",
        ),
        ("P-2", "resolution"): ("high", "2026-01-15T08:00:00Z", "running", None, None),
    },
    # L-1: 72 h end on the 15th at 08:00, the new 24 h would end at 20:30, so the earlier stands. L-2: Critical from
    # 12:00 on, 24 h. L-3: Medium from submission at opening time: 12 to 16 and 19 to 23 January, due at closing.
    "levels": {
        ("L-1", "response"): ("high", "2026-01-12T14:00:00Z", "met", "2026-01-12T08:20:00Z", "met"),
        ("L-1", "resolution"): (
            "critical", "2026-01-15T08:00:00Z", "breached", "2026-01-15T08:00:00Z", "breached",
        ),
        ("L-2", "response"): ("high", "2026-01-12T14:00:00Z", "met", "2026-01-12T08:20:00Z", "met"),
        ("L-2", "resolution"): ("critical", "2026-01-13T12:00:00Z", "met", "2026-01-13T11:00:00Z", "met"),
        ("L-3", "response"): ("high", "2026-01-12T14:00:00Z", "met", "2026-01-12T08:20:00Z", "met"),
        ("L-3", "resolution"): ("medium", "2026-01-23T16:00:00Z", "running", None, None),
    },
    # Acme's policy lists no pause, so N-1 is late at 72 h.
    "pauses": {
        ("N-1", "response"): ("high", "2026-01-12T14:00:00Z", "met", "2026-01-12T08:20:00Z", "met"),
        ("N-1", "resolution"): (
            "high", "2026-01-15T08:00:00Z", "breached", "2026-01-15T08:00:00Z", "breached",
        ),
    },
    # 24 h used, 24 h with the client, which are not charged: 72 h end on the 16th at 08:00.
    "reopened": {
        ("O-1", "response"): ("high", "2026-01-12T14:00:00Z", "met", "2026-01-12T08:20:00Z", "met"),
        ("O-1", "resolution"): ("high", "2026-01-16T08:00:00Z", "met", "2026-01-16T07:59:59Z", "met"),
    },
    # E-2 was withdrawn an hour after its response was due; that breach stands.
    "ended": {
        ("E-1", "response"): ("medium", "2026-01-13T08:00:00Z", "met", "2026-01-12T08:20:00Z", "met"),
        ("E-1", "resolution"): (
            "medium", "2026-01-23T16:00:00Z", "cancelled", "2026-01-13T08:00:00Z", "not_counted",
        ),
        ("E-2", "response"): (
            "high", "2026-01-12T15:00:00Z", "breached", "2026-01-12T15:00:00Z", "breached",
        ),
        ("E-2", "resolution"): (
            "high", "2026-01-15T09:00:00Z", "cancelled", "2026-01-12T16:00:00Z", "not_counted",
        ),
        ("E-3", "response"): ("medium", "2026-01-13T10:00:00Z", "met", "2026-01-12T10:20:00Z", "met"),
        ("E-3", "resolution"): ("medium", "2026-01-26T10:00:00Z", "running", None, None),
        ("E-4", "response"): (
            "medium", "2026-01-13T11:00:00Z", "cancelled", "2026-01-12T12:00:00Z", "not_counted",
        ),
        ("E-4", "resolution"): (
            "medium", "2026-01-26T11:00:00Z", "cancelled", "2026-01-12T12:00:00Z", "not_counted",
        ),
    },
    # Both deciders choose Medium in the end: it counts from submission. The response was decided while High governed.
    "dispute": {
        ("D-1", "response"): ("high", "2026-01-12T14:00:00Z", "met", "2026-01-12T08:20:00Z", "met"),
        ("D-1", "resolution"): ("medium", "2026-01-23T16:00:00Z", "running", None, None),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", HISTORIES)
def test_each_obligation_stands_as_computed_by_hand(name: str, tmp_path: Path) -> None:
    load(tmp_path, text_of("world", name))
    columns = ("level", "due", "state", "decided_at", "outcome")
    found = {key: tuple(row[column] for column in columns) for key, row in standing().items()}
    assert found == HISTORIES[name]


@pytest.mark.parametrize("name", HISTORIES)
def test_the_events_say_the_same_as_the_stored_columns(name: str, tmp_path: Path) -> None:
    text = text_of("world", name)
    load(tmp_path, text)
    last = text.splitlines()[-1].partition('"at": "')[2].partition('"')[0]
    assert standing("acme", "--at", last) == standing("acme")


def test_a_listed_pause_stops_the_clock_and_a_contest_upheld_takes_it_back(tmp_path: Path) -> None:
    """24 h with the client: W-1 is due on the 16th; for W-2 they count again, and it was late on the 15th."""
    load(tmp_path, text_of("world", "pauses"))
    rows = standing("globex")
    assert [rows["W-1", "resolution"][name] for name in ("due", "outcome")] == ["2026-01-16T08:00:00Z", "met"]
    assert [rows["W-2", "resolution"][name] for name in ("due", "outcome", "decided_at")] == [
        "2026-01-15T08:00:00Z",
        "breached",
        "2026-01-15T08:00:00Z",
    ]
    assert [rows["W-3", "resolution"][name] for name in ("due", "state", "outcome")] == [None, "paused", None]


def test_no_breach_is_published_while_the_level_is_provisional(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "provisional"))
    overdue = standing("acme", "--at", "2026-01-12T15:00:00Z")["P-2", "response"]
    assert overdue["provisional"]
    assert (overdue["state"], overdue["outcome"]) == ("breaching", None)


def test_a_breach_settled_late_keeps_its_due_instant_beside_the_detection(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "provisional"))
    late = Obligation.objects.get(issue__source_key="P-2", metric="response")
    assert late.breached_at == datetime(2026, 1, 12, 14, tzinfo=UTC)
    assert late.detected_at == datetime(2026, 1, 12, 17, tzinfo=UTC)


def test_a_breach_seen_by_the_watch_is_detected_at_its_due_instant(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "response"))
    late = Obligation.objects.get(issue__source_key="R-1", metric="resolution")
    assert late.breached_at == late.detected_at == datetime(2026, 1, 8, 9, tzinfo=UTC)


def test_silence_of_the_vendor_lets_the_level_of_the_client_stand_at_the_response_target(
    tmp_path: Path,
) -> None:
    load(tmp_path, text_of("world", "silence"))
    issue = Issue.objects.get(source_key="S-1")
    lapsed = Event.objects.get(subject=issue.reference, kind="classification.lapsed")
    assert (lapsed.at, issue.level, issue.provisional) == (
        datetime(2026, 1, 12, 14, tzinfo=UTC),
        "high",
        False,
    )
    assert standing()["S-1", "response"]["decided_at"] == "2026-01-12T14:00:00Z"


def test_silence_of_the_client_lets_the_level_of_the_vendor_stand_after_two_business_days(
    tmp_path: Path,
) -> None:
    load(tmp_path, text_of("world", "silence"))
    issue = Issue.objects.get(source_key="S-2")
    lapsed = Event.objects.get(subject=issue.reference, kind="classification.lapsed")
    assert (lapsed.at, issue.level) == (datetime(2026, 1, 14, 9, tzinfo=UTC), "low")


def test_silence_confirms_a_resolution_after_five_business_days(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "silence"))
    assert Issue.objects.get(source_key="S-3").confirmed_at == datetime(2026, 1, 19, 12, tzinfo=UTC)


def test_added_time_changes_the_adjusted_outcome_only(tmp_path: Path) -> None:
    """Resolved a day late, within the date that the client accepted."""
    load(tmp_path, text_of("world", "exceptions"))
    row = standing()["X-1", "resolution"]
    assert (row["due"], row["outcome"], row["adjusted_outcome"]) == (
        "2026-01-15T08:00:00Z",
        "breached",
        "met",
    )


def test_a_standing_exception_and_the_reason_of_a_breach_come_with_a_history(tmp_path: Path) -> None:
    """Due Tuesday 08:00Z, resolved 13:00Z; six hours of storm do not count in the adjusted figure: until 14:00Z."""
    text = text_of("world", "standing")
    load(tmp_path, text)
    row = standing()["F-1", "resolution"]
    assert (row["due"], row["outcome"], row["adjusted_outcome"]) == (
        "2026-01-13T08:00:00Z",
        "breached",
        "met",
    )
    reason = BreachReason.objects.get(obligation__issue__source_key="F-1")
    assert (reason.code, reason.given_at) == ("force_majeure", datetime(2026, 1, 13, 9, tzinfo=UTC))
    load(tmp_path, text)
    assert StandingException.objects.get().source_key == "F-storm"
    assert BreachReason.objects.count() == 1


def test_a_reason_for_a_deadline_that_was_kept_stops_the_load(tmp_path: Path) -> None:
    early = text_of("standing").replace("2026-01-13T09:00:00Z", "2026-01-13T07:00:00Z")
    with pytest.raises(CommandError, match="was not missed"):
        load(tmp_path, text_of("world") + early)
