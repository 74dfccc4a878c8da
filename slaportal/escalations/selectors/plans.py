"""A mitigation plan as people write it, one step a line: who – what – until when."""

import re
from dataclasses import dataclass
from typing import Final

STEP: Final = re.compile(r"(\S.*?)\s[–—-]\s+(\S.*?)\s[–—-]\s+(\S.*)")


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One line of a plan; `who` and `until` are "" where it does not name them."""

    who: str
    what: str
    until: str


def plan_steps(plan: str) -> list[PlanStep]:
    """Return the lines of `plan` in order, each taken apart where it says who does what until when."""
    lines = [line.strip() for line in plan.splitlines()]
    found = []
    for line in filter(None, lines):
        parts = STEP.fullmatch(line.removeprefix("- ").removeprefix("* "))
        found.append(PlanStep(*parts.groups()) if parts else PlanStep("", line, ""))
    return found
