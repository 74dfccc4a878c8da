"""Plain answers suggest a level by the table of the policy version."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from slaportal.policies.impact import ImpactError, check, suggest
from slaportal.policies.reckoning import LEVELS
from slaportal.policies.standard import IMPACT_TABLE

QUESTIONS = {
    question["key"]: [answer["key"] for answer in question["answers"]]
    for question in IMPACT_TABLE["questions"]
}


def combinations() -> Iterator[dict[str, str]]:
    """Every way of answering."""
    for answers in product(*QUESTIONS.values()):
        yield dict(zip(QUESTIONS, answers, strict=True))


@pytest.mark.parametrize(
    ("stopped", "affected", "carry_on", "data", "level"),
    [
        ("everything", "all", "no", "no", "critical"),  # system crashes leading to service downtime
        ("important", "all", "no", "no", "critical"),  # major functionality failure that affects all users
        ("nothing", "group", "yes", "yes", "critical"),  # significant data loss or corruption
        ("important", "group", "no", "no", "high"),  # prevents users from completing key tasks
        ("important", "all", "workaround", "no", "high"),
        ("nothing", "one", "yes", "yes", "high"),
        ("important", "one", "workaround", "no", "medium"),
        ("minor", "group", "workaround", "no", "medium"),  # intermittent issues affecting some users
        ("minor", "one", "yes", "no", "low"),  # minor user interface glitches
        ("nothing", "all", "yes", "no", "low"),  # a question
    ],
)
def test_answers_suggest_the_level_of_the_agreements_examples(
    stopped: str, affected: str, carry_on: str, data: str, level: str
) -> None:
    answers = {"stopped": stopped, "affected": affected, "carry_on": carry_on, "data": data}
    assert suggest(IMPACT_TABLE, answers) == level


def test_not_sure_counts_as_the_worse_answer() -> None:
    for answers in combinations():
        assert suggest(IMPACT_TABLE, {**answers, "data": "not_sure"}) == suggest(
            IMPACT_TABLE, {**answers, "data": "yes"}
        )


def test_a_worse_answer_never_suggests_a_looser_level() -> None:
    for answers in combinations():
        level = suggest(IMPACT_TABLE, answers)
        for key, offered in QUESTIONS.items():
            place = offered.index(answers[key])
            if place:
                worse = suggest(IMPACT_TABLE, {**answers, key: offered[place - 1]})
                assert LEVELS.index(worse) <= LEVELS.index(level), (answers, key)


@pytest.mark.parametrize("answers", [{}, {"stopped": "everything"}, {"stopped": "rain", "affected": "all"}])
def test_an_open_question_has_no_suggestion(answers: dict[str, str]) -> None:
    with pytest.raises(ImpactError, match="Answer the question"):
        suggest(IMPACT_TABLE, answers)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"questions": None}, "needs questions"),
        ({"otherwise": "urgent"}, "“urgent”"),
        ({"lines": [{"level": "high", "when": {"weather": ["rain"]}}]}, "“rain”"),
        ({"lines": [{"level": "high", "when": {"data": ["maybe"]}}]}, "“maybe”"),
        ({"lines": [{"level": "high"}]}, "needs questions"),
    ],
)
def test_a_table_that_could_not_be_applied_is_refused(change: dict[str, Any], sentence: str) -> None:
    check(IMPACT_TABLE)
    with pytest.raises(ImpactError, match=sentence):
        check({**IMPACT_TABLE, **change})
