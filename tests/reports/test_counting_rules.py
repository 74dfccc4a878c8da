"""One small history for each counting rule, with figures computed by hand from the agreement (spec §6).

Everything takes place in the world of tests/integrations/histories/world.jsonl, in Berlin: the week of 12 January 2026
is from the 11th at 23:00Z to the 18th at 23:00Z. High: response in less than 6 hours, resolution in less than 72.
"""

import json
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from slaportal.issues.models import Issue
from slaportal.policies.models import Agreement
from slaportal.reports.models import Cadence, StatusReport
from slaportal.reports.periods import Period
from slaportal.reports.selectors.status_reports import draft_of
from tests.integrations.loading import line, load, text_of

pytestmark = pytest.mark.django_db
HISTORIES = Path(__file__).with_name("histories")
LATER = datetime(2026, 2, 1, 12, tzinfo=UTC)
FIRST, SECOND = date(2026, 1, 12), date(2026, 1, 19)


def lived(tmp_path: Path, rule: str) -> None:
    """Load the history of one rule and let January pass."""
    told = (HISTORIES / f"{rule}.jsonl").read_text(encoding="utf-8")
    load(tmp_path, text_of("world") + told + line(at="2026-02-01T12:00:00Z", act="until"))


def report(first: date = FIRST, *, cadence: Cadence = Cadence.WEEKLY, client: str = "acme") -> dict[str, Any]:
    """Return the report of a period; its figures must also be those that `manage.py adherence` prints."""
    terms = Agreement.objects.select_related("organization", "policy_version__policy", "calendar")
    agreement = terms.get(organization__source_key=client)
    period = Period(cadence, first, agreement.timezone)
    data = draft_of(agreement, period, now=LATER)
    said = StringIO()
    period_of = ("--from", period.first.isoformat(), "--to", period.after.isoformat())
    call_command("adherence", "--organization", client, *period_of, "--json", stdout=said)
    printed = {(one["level"], one["metric"]): one for one in map(json.loads, said.getvalue().splitlines())}
    for row in data["rows"]:
        one = printed[row["level"], row["metric"]]
        assert one["strict"] == {"met": row["met"], "breached": row["breached"]}
        assert one["adjusted"] == {"met": row["adjusted_met"], "breached": row["adjusted_breached"]}
        assert (one["undecided"], one["not_counted"]) == (row["undecided"], row["not_counted"])
    return data


def cell(data: dict[str, Any], level: str, metric: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        row for row in data["rows"] if (row["level"], row["metric"]) == (level, metric)
    )
    return found


def score(data: dict[str, Any], level: str, metric: str) -> tuple[int, int]:
    """Met and missed, strict."""
    one = cell(data, level, metric)
    return one["met"], one["breached"]


def closed_in_period(first: date) -> tuple[int, int]:
    """Met and late of what was closed in a week: how a naive report counts resolutions."""
    period = Period(Cadence.WEEKLY, first, "Europe/Berlin")
    closed = Issue.objects.filter(resolved_at__gte=period.begins, resolved_at__lt=period.ends)
    outcomes = [issue.obligations.get(metric="resolution").outcome for issue in closed]
    return outcomes.count("met"), outcomes.count("breached")


def test_an_open_breach_counts_when_it_happens_and_not_when_somebody_closes(tmp_path: Path) -> None:
    """O-1: reported on the 14th at 08:00, so 72 hours end on the 17th at 08:00; resolved on the 22nd only.

    By hand: the first week has 0 of 1, the second nothing. Counted by what was closed, the first week would be
    clean and the second would have the late one.
    """
    lived(tmp_path, "open_breach")
    assert score(report(FIRST), "high", "resolution") == (0, 1)
    assert score(report(SECOND), "high", "resolution") == (0, 0)
    assert closed_in_period(FIRST) == (0, 0)
    assert closed_in_period(SECOND) == (0, 1)
    (missed,) = report(FIRST)["breaches"]
    # Late from the 17th at 08:00 to the 22nd at 08:00: five days.
    assert (missed["late"], missed["reason"]) == (5 * 86_400, "")


def test_the_first_instant_of_a_period_belongs_to_it_and_the_last_to_the_next(tmp_path: Path) -> None:
    """The weeks meet on the 18th at 23:00Z. B-1's six hours end then: missed, in the second week.

    B-2 was answered a microsecond before: met, first week. B-3 at 23:00Z itself, half an hour before it was due:
    met, second week. By hand: responses 1 of 1 with two undecided, then 1 of 2. None was resolved: 0 of 3 then.
    """
    lived(tmp_path, "boundary")
    first, second = report(FIRST), report(SECOND)
    assert score(first, "high", "response") == (1, 0)
    assert cell(first, "high", "response")["undecided"] == 2
    assert score(second, "high", "response") == (1, 1)
    assert score(second, "high", "resolution") == (0, 3)


def test_time_of_an_agreed_pause_does_not_count(tmp_path: Path) -> None:
    """P-1: 24 hours, a pause of 48 from the 13th to the 15th, so due on the 17th at 08:00; resolved on the 16th.

    By hand: 1 of 1. Without the pause it would have been missed on the 15th. Waiting for the client: 172,800 s.
    """
    lived(tmp_path, "pause")
    data = report(client="globex")
    assert score(data, "high", "resolution") == (1, 0)
    assert [(one["on"], one["seconds"], one["stops_clock"]) for one in data["waiting"]] == [
        ("client", 172_800, True)
    ]


def test_what_is_withdrawn_before_it_is_due_is_not_counted_and_a_breach_before_it_stands(
    tmp_path: Path,
) -> None:
    """W-1: answered, withdrawn on the 13th. W-2: not answered by 14:00, withdrawn at 16:00.

    By hand: responses 1 of 2; resolutions none decided, two not counted.
    """
    lived(tmp_path, "withdrawn")
    data = report()
    assert score(data, "high", "response") == (1, 1)
    assert score(data, "high", "resolution") == (0, 0)
    resolution = cell(data, "high", "resolution")
    assert (resolution["not_counted"], resolution["withdrawn"], resolution["duplicate"]) == (2, 2, 0)


def test_a_duplicate_leaves_with_what_is_undecided_and_keeps_its_breach(tmp_path: Path) -> None:
    """D-1: met twice. D-2: duplicate before anything was due. D-3: missed at 15:00, duplicate at 16:00.

    By hand: responses 1 of 2 and one not counted; resolutions 1 of 1 and two not counted.
    """
    lived(tmp_path, "duplicate")
    data = report()
    assert score(data, "high", "response") == (1, 1)
    assert cell(data, "high", "response")["duplicate"] == 1
    assert score(data, "high", "resolution") == (1, 0)
    assert cell(data, "high", "resolution")["duplicate"] == 2


def test_a_reopening_after_the_report_is_told_in_the_next_one(tmp_path: Path) -> None:
    """R-1: met on the 14th after 48 hours and reported so on the 19th at noon. Rejected on the 20th at 08:00.

    24 hours were left and the gap is not charged: missed on the 21st at 08:00. By hand: the issued report says 1 of
    1 for ever, the second week has 0 of 1 and tells that the first now has 0.
    """
    lived(tmp_path, "reopened_after_report")
    first, second = (
        json.loads(StatusReport.objects.get(organization__source_key="acme", ends=ends).data)
        for ends in (datetime(2026, 1, 18, 23, tzinfo=UTC), datetime(2026, 1, 25, 23, tzinfo=UTC))
    )
    assert score(first, "high", "resolution") == (1, 0)
    assert score(second, "high", "resolution") == (0, 1)
    told = {(one["metric"], one["kind"]): (one["was"], one["now"]) for one in second["changes"]}
    assert told == {("resolution", "met"): (1, 0), ("resolution", "adjusted_met"): (1, 0)}
    assert score(report(FIRST), "high", "resolution") == (0, 0)
    flow = next(one for one in second["flow"] if one["level"] == "high")
    assert (flow["reopened"], flow["resolved"], flow["open"]) == (1, 0, 1)


def test_a_stricter_level_counts_from_its_agreement(tmp_path: Path) -> None:
    """U-1: Critical from the 13th at 08:30, so due on the 14th at 08:30; resolved at noon.

    By hand: the response was decided as High, 1 of 1; the resolution as Critical, 0 of 1.
    """
    lived(tmp_path, "upgrade")
    data = report()
    assert score(data, "high", "response") == (1, 0)
    assert score(data, "critical", "resolution") == (0, 1)
    assert score(data, "high", "resolution") == (0, 0)


def test_a_looser_level_counts_from_the_report_and_cures_no_breach(tmp_path: Path) -> None:
    """G-1: Medium from the 13th, resolved on the 16th, within ten business days. G-2: missed at 14:00 as High.

    By hand: High responses 1 of 2 in the week; in January Medium resolutions 1 of 1 within ten business days, and
    G-2's, due at the end of the tenth on the 23rd, missed: 1 of 2.
    """
    lived(tmp_path, "downgrade")
    assert score(report(), "high", "response") == (1, 1)
    assert score(report(), "high", "resolution") == (0, 0)
    january = report(date(2026, 1, 1), cadence=Cadence.MONTHLY)
    assert score(january, "medium", "resolution") == (1, 1)


def test_a_waived_outcome_is_in_the_strict_figure_and_on_no_side_of_the_adjusted(tmp_path: Path) -> None:
    """V-1: missed on the 15th at 08:00, waived by an accepted exception. By hand: strict 0 of 1, adjusted none."""
    lived(tmp_path, "waiver")
    row = cell(report(), "high", "resolution")
    assert (row["met"], row["breached"]) == (0, 1)
    assert (row["adjusted_met"], row["adjusted_breached"], row["waived"]) == (0, 0, 1)


def test_added_time_makes_the_adjusted_figure_met(tmp_path: Path) -> None:
    """T-1: missed on the 15th, time added until the 17th, resolved on the 16th. By hand: strict 0, adjusted 1 of 1."""
    lived(tmp_path, "added_time")
    data = report()
    row = cell(data, "high", "resolution")
    assert (row["met"], row["breached"]) == (0, 1)
    assert (row["adjusted_met"], row["adjusted_breached"]) == (1, 0)
    (missed,) = data["breaches"]
    assert (missed["reason"], missed["plan"]) == (
        "Technical challenge: The build takes a night.",
        "We watch it hourly.",
    )


def test_imported_history_counts_from_the_agreed_instant(tmp_path: Path) -> None:
    """I-1 of the 13th is from before the 14th: both its misses stand aside. I-2: answered, missed on the 17th.

    By hand: responses 1 of 1, resolutions 0 of 1, one of each before counting began.
    """
    lived(tmp_path, "imported")
    data = report(client="initech")
    assert score(data, "high", "response") == (1, 0)
    assert score(data, "high", "resolution") == (0, 1)
    assert cell(data, "high", "response")["imported"] == 1
    assert cell(data, "high", "resolution")["imported"] == 1
    assert [one["reference"] for one in data["breaches"]] == data["lists"]["breached/high/resolution"]
