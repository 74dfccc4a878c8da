"""From plain answers to a suggested level, by the table of the policy version (spec §3). Pure.

A table has `questions` (key, text, `answers`: key, text, worst first, `counts_as` for “not sure”), `lines` (level and
the answers under which it is suggested) and `otherwise`. The first line whose every condition holds names the level.
"""

from collections.abc import Mapping
from typing import Any

from slaportal.policies.reckoning import LEVELS


class ImpactError(ValueError):
    """The table or the answers cannot be read; the message says what to mend."""


def suggest(table: Mapping[str, Any], answers: Mapping[str, str]) -> str:
    """Return the level that `answers` (question key → answer key) suggest.

    An answer with `counts_as` counts as that other, worse one. Raises `ImpactError` for a question without an answer
    and for an answer that the question does not offer.
    """
    given = {
        question["key"]: _meant(question, answers.get(question["key"], "")) for question in table["questions"]
    }
    for line in table["lines"]:
        if all(given[key] in allowed for key, allowed in line["when"].items()):
            return str(line["level"])
    return str(table["otherwise"])


def _meant(question: Mapping[str, Any], answer: str) -> str:
    for offered in question["answers"]:
        if offered["key"] == answer:
            return str(offered.get("counts_as", answer))
    raise ImpactError(f"Answer the question “{question['text']}”.")


def check(table: Mapping[str, Any]) -> None:
    """Raise `ImpactError` with a sentence unless `table` can be read whatever is answered."""
    try:
        offered = {
            question["key"]: {answer["key"] for answer in question["answers"]}
            for question in table["questions"]
        }
        levels = [line["level"] for line in table["lines"]] + [table["otherwise"]]
        conditions = [item for line in table["lines"] for item in line["when"].items()]
        stand_ins = [
            (question["key"], [answer["counts_as"]])
            for question in table["questions"]
            for answer in question["answers"]
            if "counts_as" in answer
        ]
        texts = [part["text"] for question in table["questions"] for part in (question, *question["answers"])]
    except (KeyError, TypeError, AttributeError) as error:
        raise ImpactError(
            f"The impact table needs questions, lines and otherwise; {error} is missing."
        ) from error
    if strange := [level for level in levels if level not in LEVELS]:
        raise ImpactError(f"The impact table names “{strange[0]}”, which is not a level.")
    for key, allowed in [*conditions, *stand_ins]:
        if unknown := set(allowed) - offered.get(key, set()):
            raise ImpactError(f"The impact table expects “{min(unknown)}” of “{key}”, which is not offered.")
    if not all(isinstance(text, str) and text for text in texts):
        raise ImpactError("Every question and answer of the impact table needs its text.")
