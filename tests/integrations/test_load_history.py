"""Loading a history: all of it or nothing, once, at its own instants, refused with number and sentence (spec §8)."""

import json
from io import BytesIO, StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from slaportal.accounts.models import Membership, Organization
from slaportal.integrations.models import LoadedLine
from slaportal.issues.models import Issue, Obligation
from slaportal.ledger.models import Event
from slaportal.notifications.models import Message
from slaportal.policies.models import Agreement, BusinessCalendar, PolicyVersion
from tests.integrations.loading import line, load, standing, text_of

pytestmark = pytest.mark.django_db

COUNTED = (
    Organization,
    Membership,
    PolicyVersion,
    BusinessCalendar,
    Agreement,
    Issue,
    Obligation,
    Event,
    LoadedLine,
)
SUBMIT = {
    "at": "2026-01-12T08:00:00Z",
    "act": "submit",
    "actor": "rita@acme.example",
    "issue": "Z-1",
    "organization": "acme",
    "level": "high",
    "title": "Nothing works",
    "text": "Really nothing.",
}


def counts() -> list[int]:
    return [model.objects.count() for model in COUNTED]


def refusal(tmp_path: Path, text: str, *options: str) -> str:
    before = counts()
    with pytest.raises(CommandError) as caught:
        load(tmp_path, text, *options)
    assert counts() == before
    return str(caught.value)


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    text = text_of("world", "levels")
    load(tmp_path, text)
    before, rows = counts(), standing()
    said = load(tmp_path, text)
    assert (counts(), standing()) == (before, rows)
    assert "32 were there already" in said


def test_a_file_that_was_continued_is_loaded_from_where_it_ended(tmp_path: Path) -> None:
    whole = text_of("world", "levels").splitlines(keepends=True)
    load(tmp_path, "".join(whole[:25]))
    load(tmp_path, "".join(whole))
    continued = {key: row["due"] for key, row in standing().items()}
    assert continued["L-1", "resolution"] == "2026-01-15T08:00:00Z"
    assert continued["L-2", "resolution"] == "2026-01-13T12:00:00Z"
    assert LoadedLine.objects.count() == len(whole)


def test_equal_lines_of_one_file_act_as_often_as_they_stand(tmp_path: Path) -> None:
    again = line(
        at="2026-01-12T08:30:00Z", act="comment", actor="rita@acme.example", issue="Z-1", text="Hello?"
    )
    text = text_of("world") + line(**SUBMIT) + again + again
    load(tmp_path, text)
    load(tmp_path, text)
    assert Issue.objects.get(source_key="Z-1").comments.count() == 2


def test_the_order_of_fields_and_spaces_makes_no_other_line(tmp_path: Path) -> None:
    load(tmp_path, text_of("world") + line(**SUBMIT))
    turned = json.dumps(dict(reversed(SUBMIT.items())), indent=None, separators=(" ,  ", " : ")) + "\n"
    assert "16 were there already" in load(tmp_path, text_of("world") + turned)


def test_a_refused_line_stops_the_load_with_number_and_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    """Rita is a reporter; agreeing to a level is the manager's."""
    text = text_of("world") + line(**SUBMIT)
    text += line(at="2026-01-12T09:00:00Z", act="agree", actor="rita@acme.example", issue="Z-1")
    said = refusal(tmp_path, text)
    assert said.startswith("line 17: ")
    assert "may not" in said


def test_a_dry_run_says_what_would_be_done_and_changes_nothing(tmp_path: Path) -> None:
    before = counts()
    said = load(tmp_path, text_of("world", "levels"), "--dry-run")
    assert counts() == before
    assert said.startswith("Would load 32 lines")
    assert "3 submit" in said


def test_a_dry_run_reports_refusals_too(tmp_path: Path) -> None:
    text = text_of("world") + line(
        at="2026-01-12T09:00:00Z", act="agree", actor="ann@protecto.example", issue="?"
    )
    assert refusal(tmp_path, text, "--dry-run").startswith("line 16: ")


def test_silence_sends_no_messages(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "response"), "--silent")
    assert not Message.objects.exists()


def test_without_silence_people_are_told(tmp_path: Path) -> None:
    load(tmp_path, text_of("world", "response"))
    assert Message.objects.filter(recipient__email="rita@acme.example").exists()


def test_the_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    given = SimpleNamespace(buffer=BytesIO(text_of("world").encode()))
    monkeypatch.setattr("sys.stdin", given)
    call_command("load_history", "-", "--quiet", stdout=StringIO())
    assert Organization.objects.filter(source_key="acme").exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.jsonl cannot be read"):
        call_command("load_history", str(tmp_path / "nowhere.jsonl"))


def test_until_lets_time_pass_up_to_and_with_its_instant(tmp_path: Path) -> None:
    text = text_of("world") + line(**SUBMIT)
    load(tmp_path, text + line(at="2026-01-12T13:59:59Z", act="until"))
    assert standing()["Z-1", "response"]["outcome"] is None
    load(tmp_path, text + line(at="2026-01-12T14:00:00Z", act="until"))
    assert standing()["Z-1", "response"]["outcome"] == "breached"


def test_a_person_of_two_organizations_acts_for_the_one_of_the_issue(tmp_path: Path) -> None:
    both = {"at": "2026-01-02T00:00:00Z", "act": "person", "email": "mona@acme.example", "name": "Mona"}
    text = text_of("world") + line(**both, organization="globex", role="client_manager")
    text += line(**SUBMIT)
    text += line(
        at="2026-01-12T09:00:00Z",
        act="counter",
        actor="ann@protecto.example",
        issue="Z-1",
        level="low",
        reason="A label only.",
    )
    text += line(at="2026-01-12T10:00:00Z", act="agree", actor="mona@acme.example", issue="Z-1")
    load(tmp_path, text)
    issue = Issue.objects.get(source_key="Z-1")
    assert (issue.level, issue.provisional) == ("low", False)


def test_a_line_of_the_world_without_an_instant_holds_from_the_line_before(tmp_path: Path) -> None:
    lines = [json.loads(one) for one in text_of("world").splitlines()]
    bare = [
        one if index == 0 else {k: v for k, v in one.items() if k != "at"} for index, one in enumerate(lines)
    ]
    load(tmp_path, "".join(line(**one) for one in bare))
    assert Agreement.objects.count() == 2


WORLD_REFUSALS = [
    (
        {"act": "organization", "key": "acme", "name": "Another", "party": "client", "timezone": "UTC"},
        "key of Acme",
    ),
    (
        {"act": "organization", "key": "x", "name": "X", "party": "client", "timezone": "Mars/Base"},
        "time zone",
    ),
    (
        {"act": "person", "email": "x@y.example", "name": "X", "organization": "nobody", "role": "auditor"},
        "“nobody”",
    ),
    (
        {
            "act": "person",
            "email": "x@y.example",
            "name": "X",
            "organization": "acme",
            "role": "vendor_agent",
        },
        "other party",
    ),
    (
        {
            "act": "person",
            "email": "rita@acme.example",
            "name": "R",
            "organization": "acme",
            "role": "auditor",
        },
        "already a client reporter",
    ),
    ({"act": "calendar", "key": "never", "timezone": "UTC", "weekly": {}}, "open"),
    ({"act": "policy", "key": "standard", "version": 1, "targets": []}, "other targets"),
    (
        {"act": "agreement", "organization": "acme", "policy": "standard", "version": 9, "calendar": None},
        "no version 9",
    ),
    (
        {"act": "agreement", "organization": "acme", "policy": "standard", "version": 1, "calendar": "?"},
        "not the key of a calendar",
    ),
]


@pytest.mark.parametrize(("fields", "words"), WORLD_REFUSALS, ids=[words for _, words in WORLD_REFUSALS])
def test_the_world_is_checked(fields: dict[str, object], words: str, tmp_path: Path) -> None:
    begins = {"from": "2026-06-01"} if fields["act"] == "agreement" else {}
    said = refusal(tmp_path, text_of("world") + line(at="2026-01-02T00:00:00Z", **fields, **begins))
    assert said.startswith("line 16: ")
    assert words in said


def test_the_same_world_in_another_file_is_the_same_world(tmp_path: Path) -> None:
    load(tmp_path, text_of("world"))
    before = counts()[:-1]
    load(tmp_path, text_of("world").replace("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"))
    assert counts()[:-1] == before


def test_there_is_one_vendor_whatever_a_file_calls_it(tmp_path: Path) -> None:
    load(tmp_path, text_of("world"))
    load(
        tmp_path,
        line(
            at="2026-01-02T00:00:00Z", act="organization", key="we", name="We", party="vendor", timezone="UTC"
        )
        + line(
            at="2026-01-02T00:00:00Z",
            act="person",
            email="new@protecto.example",
            name="New",
            organization="we",
            role="vendor_agent",
        ),
    )
    assert Membership.objects.get(user__email="new@protecto.example").organization.name == "Protecto"
