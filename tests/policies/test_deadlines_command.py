"""`manage.py deadlines`: JSON lines in, JSON lines out, with the portal's clock (docs/clock.md). No database."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from slaportal.policies.deadline_lines import answer_line, written

ROOT = Path(__file__).resolve().parents[2]
CHRISTMAS = {
    "timezone": "Europe/Berlin",
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": ["2026-12-25"],
    "special": {"2026-12-24": [["09:00", "12:00"]]},
}
TEN_DAYS = {
    "id": "a",
    "calendar": CHRISTMAS,
    "start": "2026-12-18T10:00:00+01:00",
    "amount": 10,
    "unit": "business_days",
}
HOUR = {"id": "h", "start": "2026-11-23T09:00:00Z", "amount": 1, "unit": "hours"}


def ask(question: dict[str, object], **change: object) -> dict[str, Any]:
    """The answer to one question, once through JSON and back."""
    answer: dict[str, Any] = json.loads(written(answer_line(json.dumps(question | change))))
    return answer


def run(monkeypatch: pytest.MonkeyPatch, data: bytes) -> list[dict[str, Any]]:
    """What the command writes for those bytes."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    out = io.StringIO()
    try:
        call_command("deadlines", stdout=out)
    finally:
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
    return lines


def test_the_command_answers_each_line_and_leaves_blank_ones_out(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [json.dumps(TEN_DAYS), "", "   ", json.dumps(TEN_DAYS | {"id": 7, "calendar": None})]
    assert run(monkeypatch, "\r\n".join(lines).encode("utf-8-sig")) == [
        {"id": "a", "due": "2027-01-04T09:00:00Z"},
        {"id": 7, "due": "2026-12-28T09:00:00Z"},
    ]


def test_nothing_asked_is_nothing_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, b"") == []


def test_a_bad_line_is_answered_with_a_sentence_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = b'{"id": "x", "start": \n\xff\xfe\n' + json.dumps(HOUR).encode() + b"\n" * 300
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    with pytest.raises(CommandError, match="2 of 3 lines"):
        call_command("deadlines")
    first, second, third = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert set(first) == set(second) == {"id", "error"}
    assert third == {"id": "h", "due": "2026-11-23T10:00:00Z"}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "not JSON"),
        ("[1]", "this one is a list"),
        ("null", "this one is null"),
        ("3", "this one is a number"),
        ("[" * 100_000, "less deeply nested"),
        ('{"a": 1' + "0" * 5_000 + "}", "not JSON"),
    ],
)
def test_a_line_that_is_no_question_has_no_id(line: str, sentence: str) -> None:
    answer = answer_line(line)
    assert answer["id"] is None
    assert sentence in str(answer["error"])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"start": None}, "Give start as YYYY-MM-DDTHH:MM:SS+HH:MM or with Z; it is missing."),
        ({"start": "2026-11-23T09:00:00"}, "Give start with its UTC offset or Z"),
        ({"start": "2026-11-23"}, "Give start as"),
        ({"start": "2026-W48-1T09:00Z"}, "Give start as"),
        ({"start": "2026-02-29T09:00Z"}, "Give start as"),
        ({"start": "2026-11-23T09:00:00.1234567Z"}, "Give start as"),
        ({"start": 1_764_000_000}, "Give start as"),
        ({"unit": "weeks"}, "Give unit as one of minutes, hours, days,"),
        ({"unit": None}, "Give unit as one of"),
        ({"unit": ["hours"]}, "Give unit as one of"),
        ({"amount": None}, "Give either amount"),
        ({"end": "2026-11-24T09:00Z"}, "Give either amount"),
        ({"amount": True}, "Give amount as a number"),
        ({"amount": "one"}, "Give amount as a number"),
        ({"amount": "1_000"}, "Give amount as a number"),
        ({"amount": "NaN"}, "Give amount as a number"),
        ({"amount": float("nan")}, "Give a finite amount"),
        ({"amount": float("inf")}, "Give a finite amount"),
        ({"amount": -2}, "greater than zero"),
        ({"amount": "1e999"}, "smaller amount"),
        ({"calendar": "Europe/Berlin"}, "Write calendar as an object"),
        ({"calendar": CHRISTMAS | {"timezone": "Europe/Bonn"}}, "'Europe/Bonn' is not one"),
        (
            {"calendar": CHRISTMAS | {"weekly": {}, "special": {}}, "unit": "business_hours"},
            "none in the ten years",
        ),
        ({"pauses": {}}, "Write pauses as a list"),
        ({"pauses": [["2026-11-23T09:00Z"]]}, "Write each pause as"),
        ({"pauses": [[None, None]]}, "Give the start of a pause"),
        ({"pauses": [["2026-11-23T10:00Z", "2026-11-23T09:00Z"]]}, "Let a pause end after its start"),
        ({"pauses": [["2026-11-23T10:00Z", None, 3]]}, "label of a pause"),
        ({"explain": "yes"}, "explain as true or false"),
    ],
)
def test_a_refused_question_keeps_its_id_and_says_what_to_change(
    change: dict[str, object], sentence: str
) -> None:
    answer = ask(HOUR, **change)
    assert set(answer) == {"id", "error"}
    assert answer["id"] == "h"
    assert sentence in answer["error"]


@pytest.mark.parametrize(
    ("amount", "due"),
    [
        (1.5, "2026-11-23T10:30:00Z"),
        ("1.5", "2026-11-23T10:30:00Z"),
        ("15e-1", "2026-11-23T10:30:00Z"),
        (0.1, "2026-11-23T09:06:00Z"),  # by its decimal text: the double is a little more than a tenth
        (0.0000000001, "2026-11-23T09:00:00.000001Z"),
    ],
)
def test_amounts_count_by_their_decimal_text(amount: object, due: str) -> None:
    assert ask(HOUR, amount=amount) == {"id": "h", "due": due}


@pytest.mark.parametrize(
    "start", ["2026-11-23T09:00Z", "2026-11-23T10:00:00.000000+01:00", "2026-11-23t09:00:00z"]
)
def test_instants_may_have_any_offset(start: str) -> None:
    assert ask(HOUR, start=start)["due"] == "2026-11-23T10:00:00Z"


@pytest.mark.parametrize("id_", [None, "ä", 7, 2.5, "", [1], {"a": None}])
def test_an_id_comes_back_as_it_was(id_: object) -> None:
    assert ask(HOUR, id=id_)["id"] == id_


def test_a_line_without_id_is_answered_too() -> None:
    question = {key: value for key, value in HOUR.items() if key != "id"}
    assert ask(question) == {"id": None, "due": "2026-11-23T10:00:00Z"}


def test_an_end_in_place_of_the_amount_asks_for_what_is_counted() -> None:
    question = {**TEN_DAYS, "amount": None, "pauses": [["2026-12-21T00:00Z", "2026-12-22T00:00Z"]]}
    assert ask(question, end="2027-01-04T09:00:00Z") == {"id": "a", "elapsed": 9}
    assert ask(question, end="2026-12-18T12:00:00Z") == {"id": "a", "elapsed": 0.375}
    assert ask(question, end="2026-12-18T09:00:00Z") == {"id": "a", "elapsed": 0}
    assert ask(HOUR, amount=None, end="2026-11-23T09:20:00Z")["elapsed"] == 1 / 3


def test_an_open_pause_leaves_no_due_instant() -> None:
    pauses = [
        ["2026-11-23T09:10Z", "2026-11-23T09:20Z", "client"],
        {"start": "2026-11-23T09:30Z", "label": "client"},
    ]
    assert ask(HOUR, pauses=pauses) == {"id": "h", "due": None, "state": "paused"}
    explained = ask(HOUR, pauses=pauses, explain=True)["spans"]
    assert [
        (span["start"][11:16], span["end"] and span["end"][11:16], span["kind"]) for span in explained
    ] == [
        ("09:00", "09:10", "counted"),
        ("09:10", "09:20", "paused"),
        ("09:20", "09:30", "counted"),
        ("09:30", None, "paused"),
    ]
    assert explained[-1]["total"] == 1 / 3
    assert ask(HOUR, pauses=[["2026-11-22T09:10Z", None, "client"]], explain=True)["spans"] == [
        {
            "start": "2026-11-23T09:00:00Z",
            "end": None,
            "kind": "paused",
            "label": "client",
            "amount": 0,
            "total": 0,
        }
    ]


def test_an_explained_answer_lists_its_spans() -> None:
    calendar = CHRISTMAS | {"holidays": {"2026-12-25": "Christmas Day"}}
    answer = ask(TEN_DAYS, calendar=calendar, start="2026-12-24T10:30:00+01:00", amount=1, explain=True)
    assert answer["due"] == "2026-12-28T12:00:00Z"
    rows = [
        (span["end"], span["kind"], span["label"], span["amount"], span["total"]) for span in answer["spans"]
    ]
    assert rows == [
        ("2026-12-24T11:00:00Z", "counted", "", 0.5, 0.5),
        ("2026-12-24T23:00:00Z", "closed", "", 0, 0.5),
        ("2026-12-25T23:00:00Z", "holiday", "Christmas Day", 0, 0.5),
        ("2026-12-28T08:00:00Z", "closed", "", 0, 0.5),
        ("2026-12-28T12:00:00Z", "counted", "", 0.5, 1),
    ]


def test_many_different_calendars_do_not_fill_the_memory() -> None:
    for number in range(1_100):
        calendar = CHRISTMAS | {"holidays": ["2026-12-25", f"{2_000 + number}-12-28"]}
        expected = "2027-01-05T09:00:00Z" if number == 26 else "2027-01-04T09:00:00Z"
        assert ask(TEN_DAYS, calendar=calendar)["due"] == expected


def test_the_program_ends_quietly_when_its_reader_leaves_and_needs_no_database(tmp_path: Path) -> None:
    questions = tmp_path / "questions"
    questions.write_text((json.dumps(HOUR) + "\n") * 20_000, encoding="utf-8")
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    with (
        questions.open("rb") as lines,
        subprocess.Popen(
            [sys.executable, "manage.py", "deadlines"],
            cwd=ROOT,
            env=environment,
            stdin=lines,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as program,
    ):
        assert program.stdout is not None
        assert program.stderr is not None
        assert json.loads(program.stdout.readline())["due"] == "2026-11-23T10:00:00Z"
        program.stdout.close()
        assert program.stderr.read() == b""
        assert program.wait(60) == 1


def test_digits_that_a_double_would_lose_still_count() -> None:
    line = json.dumps(HOUR).replace('"amount": 1', '"amount": 1.00000000000000000001')
    assert answer_line(line)["due"] == "2026-11-23T10:00:00.000001Z"
