"""Bringing a history in, line by line, each at its own instant (spec §8)."""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from slaportal.accounts.permissions import NotAllowed
from slaportal.escalations import services as escalations
from slaportal.integrations.histories import acts, standing
from slaportal.integrations.histories.lines import STANDING, WORLD, Line, LineRefused
from slaportal.integrations.histories.world import World
from slaportal.integrations.models import LoadedLine
from slaportal.lib.refusal import Refused
from slaportal.lib.refusal import Refused as IssueRefused
from slaportal.notifications.services import silenced
from slaportal.policies.clock import ClockError
from slaportal.policies.selectors import NoAgreement
from slaportal.policies.services import PolicyRefused

REFUSALS = (Refused, IssueRefused, NotAllowed, NoAgreement, PolicyRefused, ClockError)


@dataclass(slots=True)
class Loaded:
    """What a load did: lines by act, how many had been loaded before, and how often the watch found something."""

    done: Counter[str] = field(default_factory=Counter)
    known: int = 0
    looks: int = 0


@transaction.atomic
def load(
    lines: list[Line],
    *,
    demo: bool = False,
    silent_before: datetime | None = None,
    dry_run: bool = False,
    on_line: Callable[[Line], None] | None = None,
) -> Loaded:
    """Load `lines` in one transaction, with the watch at every due instant between two of them; return what was done.

    A line that was loaded before is left out, so a file can be loaded again or continued. What happens before
    `silent_before` sends no messages. With `dry_run` everything is undone at the end. `on_line` is called after each
    line. Raises `LineRefused`; then nothing is saved.
    """
    loaded = Loaded()
    world = World(demo=demo)
    known = _known(lines)
    new: list[LoadedLine] = []
    for line in lines:
        if line.digest in known:
            loaded.known += 1
            world.remember(line)
        else:
            _let_time_pass(line, loaded, silent_before)
            with _hush(line.at, silent_before):
                _do(line, world)
            loaded.done[line.act] += 1
            if line.act != "until":
                new.append(LoadedLine(digest=line.digest, at=line.at, act=line.act, demo=demo))
        if on_line is not None:
            on_line(line)
    if lines:
        _let_time_pass(lines[-1], loaded, silent_before)
    LoadedLine.objects.bulk_create(new, batch_size=500)
    if dry_run:
        transaction.set_rollback(True)
    return loaded


def _do(line: Line, world: World) -> None:
    """Do one line, and put a refusal under its number."""
    try:
        if line.act in WORLD:
            world.do(line)
        elif line.act in STANDING:
            standing.do(line, world)
        else:
            acts.do(line, world)
    except REFUSALS as refusal:
        raise LineRefused(line.number, str(refusal)) from refusal
    except ValidationError as refusal:
        raise LineRefused(line.number, " ".join(refusal.messages)) from refusal
    except IntegrityError as refusal:
        raise LineRefused(line.number, f"the database refuses this: {refusal}") from refusal


def _let_time_pass(line: Line, loaded: Loaded, silent_before: datetime | None) -> None:
    """Run the watch at every instant up to the line's at which it has something to do."""
    before, looks = None, 0
    while (due := escalations.next_look()) is not None and due <= line.at:
        if due == before and not looks:
            raise LineRefused(line.number, f"the watch cannot get past {due.isoformat()}; see its log")
        with _hush(due, silent_before):
            looks = escalations.watch(now=due)
        loaded.looks, before = loaded.looks + looks, due


def _hush(instant: datetime, silent_before: datetime | None) -> AbstractContextManager[None]:
    return silenced() if silent_before is not None and instant < silent_before else nullcontext()


def _known(lines: Iterable[Line]) -> set[str]:
    """Return the digests of the lines that were loaded before."""
    digests = [line.digest for line in lines]
    found: set[str] = set()
    for start in range(0, len(digests), 500):
        part = digests[start : start + 500]
        found.update(LoadedLine.objects.filter(digest__in=part).values_list("digest", flat=True))
    return found
