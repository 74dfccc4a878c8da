"""Acts that bind a party are a person's: no token, whatever its scopes, votes, disputes, decides or contests."""

from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any

import pytest

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Role
from slaportal.accounts.scopes import SCOPES, Through
from slaportal.issues.models import Issue, Vote
from slaportal.issues.services import classification, waiting
from slaportal.ledger.models import Event
from tests.world import HOUR, MONDAY, World, fresh, report

NOW = MONDAY + HOUR
EVERYTHING = Through(token=1, name="Robot", scopes=frozenset(SCOPES))


def by_program(member: Membership) -> Membership:
    """Return `member` as it acts through a token that may do whatever tokens may."""
    program = copy(member)
    program.through = EVERYTHING
    return program


@pytest.mark.parametrize("act", sorted(permissions.human_acts()))
@pytest.mark.parametrize("role", Role.values)
def test_no_token_opens_an_act_that_is_marked_human(act: str, role: str) -> None:
    person = Membership(role=role, active=True)
    assert permissions.may(person, act, own=True) is (role in permissions.roles_with(act))
    assert not permissions.may(by_program(person), act, own=True)
    with pytest.raises(permissions.NeedsAPerson):
        permissions.require(by_program(person), act, own=True)


def answered(world: World) -> Issue:
    """An issue whose level the vendor has countered; the client answers."""
    issue = report(world.alice, level="high")
    classification.counter(
        issue=fresh(issue), level="low", reason="Only one page.", actor=world.sam, now=MONDAY
    )
    return fresh(issue)


def judged(world: World) -> dict[str, Any]:
    """An issue with a contested pause."""
    issue = report(world.alice)
    waiting.wait(issue=fresh(issue), on="client", reason="The log.", actor=world.sam, now=MONDAY)
    pause = waiting.contest(issue=fresh(issue), reason="It was attached.", actor=world.alice, now=MONDAY)
    return {"issue": fresh(issue), "pause": pause}


@pytest.mark.parametrize(
    ("who", "act"),
    [
        ("alice", classification.agree),
        ("alice", partial(classification.dispute, reason="No common ground.")),
        ("alice", partial(classification.decide, level="high")),
        ("vera", partial(classification.decide, level="high")),
        ("alice", partial(waiting.contest, reason="It was attached.")),
    ],
)
@pytest.mark.django_db
def test_a_program_neither_votes_nor_disputes_nor_contests(
    world: World, who: str, act: Callable[..., object]
) -> None:
    issue = answered(world)
    events, votes = Event.objects.count(), Vote.objects.count()
    with pytest.raises(permissions.NeedsAPerson):
        act(issue=issue, actor=by_program(getattr(world, who)), now=NOW)
    assert (Event.objects.count(), Vote.objects.count()) == (events, votes)


@pytest.mark.django_db
def test_a_program_judges_no_contest(world: World) -> None:
    with pytest.raises(permissions.NeedsAPerson):
        waiting.judge_contest(
            **judged(world), upheld=False, reason="Looked at it.", actor=by_program(world.lena), now=NOW
        )
