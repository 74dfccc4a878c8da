"""What a line may say; everything else stops the load before anything is done (spec §8)."""

import json
from collections.abc import Mapping

import pytest

from slaportal.integrations.histories.lines import ACTS, LineRefused, read

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


def refused(*lines: Mapping[str, object] | str) -> str:
    with pytest.raises(LineRefused) as caught:
        read(one if isinstance(one, str) else json.dumps(one) for one in lines)
    return str(caught.value)


def without(name: str) -> dict[str, object]:
    return {key: value for key, value in SUBMIT.items() if key != name}


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (SUBMIT | {"act": "request_refund"}, "“request_refund” is not an act that this version knows"),
        (without("act"), "needs the field “act”"),
        (without("at"), "“submit” needs the field “at”"),
        (without("title"), "“submit” needs the field “title”"),
        (without("actor"), "“submit” needs the field “actor”"),
        (SUBMIT | {"priority": 1}, "“priority” is not a field of “submit”"),
        (
            SUBMIT | {"level": "urgent"},
            "“level” must be a level (critical, high, medium or low); “urgent” is not",
        ),
        (SUBMIT | {"actor": "rita"}, "“actor” must be an e-mail address"),
        (SUBMIT | {"title": "  "}, "“title” must be text that is not empty"),
        (SUBMIT | {"text": 7}, "“text” must be text"),
        (SUBMIT | {"at": "2026-01-12T08:00:00"}, "“at” must be an instant with its offset"),
        (SUBMIT | {"at": "2026-01-12"}, "“at” must be an instant with its offset"),
        (SUBMIT | {"at": "2026-02-30T08:00:00Z"}, "“at” must be an instant with its offset"),
        (SUBMIT | {"at": "2026-01-12T08:00:00.1234567Z"}, "“at” must be an instant with its offset"),
        (SUBMIT | {"at": 5}, "“at” must be an instant with its offset"),
        (SUBMIT | {"watchers": ["nobody"]}, "“watchers” must be an e-mail address"),
        ("{", "this is not JSON"),
        ("[]", "write each line as one JSON object"),
        ('{"act": "until", "at": NaN}', "“at” must be an instant"),
    ],
)
def test_a_line_that_does_not_fit_is_refused(broken: Mapping[str, object] | str, sentence: str) -> None:
    said = refused("", SUBMIT, broken)
    assert said.startswith("line 3: ")
    assert sentence in said


def test_time_does_not_go_back() -> None:
    said = refused(SUBMIT, SUBMIT | {"at": "2026-01-12T07:59:59.999999Z"})
    assert said.startswith("line 2: “at” goes back in time")


def test_instants_of_any_offset_are_one_time() -> None:
    berlin = SUBMIT | {"at": "2026-01-12T09:00:00+01:00"}
    first, second = read(json.dumps(one) for one in (SUBMIT, berlin))
    assert first.at == second.at


def test_equal_lines_have_digests_of_their_own_that_come_again() -> None:
    once = read([json.dumps(SUBMIT)] * 2)
    again = read([json.dumps(SUBMIT)] * 2)
    assert once[0].digest != once[1].digest
    assert [one.digest for one in once] == [one.digest for one in again]


def test_every_act_of_the_specification_is_known() -> None:
    """The list of spec §8."""
    spec = (
        "submit agree counter dispute decide repropose comment note assign progress wait resume contest resolve "
        "confirm reopen withdraw duplicate request_exception approve_exception accept_exception escalate acknowledge"
    )
    assert set(spec.split()) <= set(ACTS)


def test_each_target_is_checked_in_its_place() -> None:
    target = {"level": "high", "metric": "response", "amount": 0, "unit": "hours", "bound": "before"}
    said = refused({"at": SUBMIT["at"], "act": "policy", "key": "p", "version": 1, "targets": [target]})
    assert "“targets” “amount” must be a number above zero; 0 is not" in said
