"""The commands that read a history back: obligations, explain and adherence (spec §2, §6, §8)."""

import json
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from slaportal.issues.models import Issue
from tests.integrations.loading import line, load, standing, text_of

pytestmark = pytest.mark.django_db


def said(command: str, *options: str) -> str:
    output = StringIO()
    call_command(command, *options, stdout=output)
    return output.getvalue()


def explained(key: str, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said("explain", key, "--json", *options))
    return found


def counted(begins: str, ends: str, organization: str = "acme") -> dict[tuple[str, str], dict[str, Any]]:
    output = said("adherence", "--organization", organization, "--from", begins, "--to", ends, "--json")
    rows = [json.loads(one) for one in output.splitlines()]
    return {(row["level"], row["metric"]): row for row in rows}


def test_an_obligation_is_one_line_with_nulls_where_there_is_nothing(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "pauses"))
    assert standing("globex")["W-3", "resolution"] == {
        "issue": "W-3",
        "metric": "resolution",
        "level": "high",
        "due": None,
        "state": "paused",
        "decided_at": None,
        "outcome": None,
        "adjusted_outcome": None,
        "provisional": False,
    }


def test_obligations_stand_in_the_order_of_submission_response_first(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "ended"))
    assert list(standing())[:4] == [
        ("E-1", "response"),
        ("E-1", "resolution"),
        ("E-2", "response"),
        ("E-2", "resolution"),
    ]


def test_the_past_is_recomputed_without_what_came_later(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "levels"))
    then = standing("acme", "--at", "2026-01-12T10:00:00Z")
    assert then["L-2", "resolution"]["due"] == "2026-01-15T08:00:00Z"
    assert then["L-2", "resolution"]["level"] == "high"
    assert standing("acme", "--at", "2026-01-12T07:00:00Z") == {}


def test_an_organization_is_known_by_key_and_by_name(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "response"))
    assert standing("acme") == standing("Acme")
    with pytest.raises(CommandError, match="No organization is called “nobody”"):
        standing("nobody")


def test_the_table_for_people_has_the_same_rows(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "response"))
    lines = said("obligations", "--organization", "acme").splitlines()
    assert len(lines) == 7
    assert lines[1].split()[:3] == ["R-1", "response", "high"]


def test_an_explanation_adds_up_to_the_due_instant_and_names_the_holiday(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "business_days"))
    clock = explained("B-1", "--metric", "resolution")["clocks"][0]
    spans = clock["spans"]
    assert (spans[0]["start"], spans[-1]["end"]) == ("2026-01-05T09:00:00Z", clock["due"])
    assert all(one["end"] == after["start"] for one, after in pairwise(spans))
    assert "Epiphany" in [span["label"] for span in spans if span["kind"] == "holiday"]
    assert spans[0]["amount"] == 0.875
    assert (clock["total"], clock["target"]) == (10, "within 10 business days")


def test_an_explanation_names_a_pause(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "pauses"))
    spans = explained("W-1", "--metric", "resolution")["clocks"][0]["spans"]
    assert [(span["kind"], span["start"], span["end"]) for span in spans] == [
        ("counted", "2026-01-12T08:00:00Z", "2026-01-12T10:00:00Z"),
        ("paused", "2026-01-12T10:00:00Z", "2026-01-13T10:00:00Z"),
        ("counted", "2026-01-13T10:00:00Z", "2026-01-16T08:00:00Z"),
    ]


def test_an_explanation_shows_time_that_an_exception_added(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "exceptions"))
    last = explained("X-1", "--metric", "resolution")["clocks"][0]["spans"][-1]
    assert (last["kind"], last["start"], last["end"]) == (
        "added",
        "2026-01-15T08:00:00Z",
        "2026-01-17T08:00:00Z",
    )


def test_an_explanation_names_the_terms_and_is_found_by_reference_too(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "response"))
    reference = Issue.objects.get(source_key="R-1").reference
    found = explained(reference, "--at", "2026-01-05T12:00:00Z")
    assert found == explained("R-1", "--at", "2026-01-05T12:00:00Z")
    assert (found["terms"]["policy"], found["terms"]["version"]) == ("standard", 1)
    assert "Response, High: < 6 hours" in said("explain", "R-1")
    with pytest.raises(CommandError, match="No issue has the key"):
        said("explain", "R-9")


def test_adherence_has_eight_rows_critical_first(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "ended"))
    rows = counted("2026-01-01", "2026-02-01")
    assert list(rows)[:3] == [("critical", "response"), ("critical", "resolution"), ("high", "response")]
    assert len(rows) == 8


def test_what_was_withdrawn_is_not_counted_and_a_breach_before_it_is(tmp_path: Path) -> None:
    """E-1 and E-4 end early, E-2 after its response was due, E-3 goes on."""
    load(tmp_path, text_of("world", "ended"))
    rows = counted("2026-01-01", "2026-02-01")
    assert rows["high", "response"]["strict"] == {"met": 0, "breached": 1}
    assert rows["high", "resolution"]["not_counted"] == 1
    assert rows["medium", "response"]["strict"] == {"met": 2, "breached": 0}
    assert rows["medium", "response"]["not_counted"] == 1
    assert (rows["medium", "resolution"]["not_counted"], rows["medium", "resolution"]["undecided"]) == (2, 1)


def test_an_open_breach_counts_in_the_period_of_its_due_instant(tmp_path: Path) -> None:
    """R-1's resolution was due on the 8th at 09:00 and is open still; periods are half-open."""
    load(tmp_path, text_of("world", "response"))
    due = "2026-01-08T09:00:00Z"
    before = counted("2026-01-01", due)["high", "resolution"]
    after = counted(due, "2026-01-10")["high", "resolution"]
    assert (before["strict"]["breached"], before["undecided"]) == (0, 2)
    assert (after["strict"]["breached"], after["undecided"]) == (1, 2)


def test_the_undecided_have_the_level_that_governed_at_the_end_of_the_period(tmp_path: Path) -> None:
    """L-2 became Critical on the 12th at 12:00."""
    load(tmp_path, text_of("world", "levels"))
    assert counted("2026-01-12", "2026-01-12T11:00:00Z")["high", "resolution"]["undecided"] == 3
    assert counted("2026-01-12", "2026-01-12T13:00:00Z")["high", "resolution"]["undecided"] == 2
    assert counted("2026-01-12", "2026-01-12T13:00:00Z")["critical", "resolution"]["undecided"] == 1


def test_exceptions_change_the_adjusted_figure_only(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "exceptions"))
    row = counted("2026-01-01", "2026-02-01")["high", "resolution"]
    assert (row["strict"], row["adjusted"]) == ({"met": 0, "breached": 1}, {"met": 1, "breached": 0})


def test_a_date_is_midnight_in_the_zone_of_the_agreement(tmp_path: Path) -> None:
    """Breached at 23:00Z on the 14th, which is midnight of the 15th in Berlin."""
    submit = {
        "at": "2026-01-14T17:00:00Z",
        "act": "submit",
        "actor": "rita@acme.example",
        "issue": "M-1",
        "organization": "acme",
    }
    text = text_of("world") + line(**submit, level="high", title="Late", text="At night.")
    load(tmp_path, text + line(at="2026-01-16T00:00:00Z", act="until"))
    assert standing()["M-1", "response"]["decided_at"] == "2026-01-14T23:00:00Z"
    assert counted("2026-01-14", "2026-01-15")["high", "response"]["strict"]["breached"] == 0
    assert counted("2026-01-15", "2026-01-16")["high", "response"]["strict"]["breached"] == 1


def test_a_period_must_end_after_it_begins(tmp_path: Path) -> None:
    load(tmp_path, text_of("world"))
    with pytest.raises(CommandError, match="ends after it begins"):
        counted("2026-02-01", "2026-01-01")
