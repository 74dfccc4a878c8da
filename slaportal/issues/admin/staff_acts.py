"""What staff may do on an issue's page: one entry per act, each calling one service.

Upper apps add theirs with `offer`, so that their acts stand on the same page without an import upwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slaportal.accounts.models import Membership
from slaportal.issues.forms import acts as forms
from slaportal.issues.models import Classification, Issue, IssueState, Pause, Proposal
from slaportal.issues.models.issue import WORKING
from slaportal.issues.services import acts, classification, ending, waiting, work
from slaportal.lib.refusal import Refused

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StaffAct:
    """One act: its name in addresses, its words, the right it needs, its form, and the service behind it.

    `perform` takes issue, values of the form, actor and instant and returns a sentence for the actor.
    `possible` says whether to offer it now; the service has the last word. `careful`: refused when somebody else
    changed the issue since the page was loaded. `area`: level, talk, inside or work, where the page shows it.
    """

    key: str
    label: str
    right: str
    form: type[forms.ActForm]
    perform: Callable[[Issue, Values, Membership, datetime], str]
    possible: Callable[[Issue, Membership], bool]
    area: str = "work"
    careful: bool = True
    icon: str = ""


_acts: dict[str, StaffAct] = {}


def offer(*added: StaffAct) -> None:
    """Put acts on the issue page; the same key twice is a mistake."""
    for act in added:
        if act.key in _acts:
            raise ValueError(f"There are two acts called {act.key}.")
        _acts[act.key] = act


def find(key: str) -> StaffAct | None:
    """Return the act called `key`."""
    return _acts.get(key)


def everything() -> list[StaffAct]:
    """Return every act that was offered, possible now or not."""
    return list(_acts.values())


def available(issue: Issue, actor: Membership | None) -> list[StaffAct]:
    """Return the acts that `actor` may do on `issue` now, in the order in which they were offered."""
    if actor is None:
        return []
    return [act for act in _acts.values() if acts.can(issue, actor, act.right) and act.possible(issue, actor)]


def _agree(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    proposal = Proposal.objects.filter(issue=issue, pk=values["proposal"]).first()
    if proposal is None:
        raise Refused("This proposal does not belong to this issue. Load the page again.")
    classification.agree(issue=issue, actor=actor, now=now, proposal=proposal)
    return f"Agreed: {proposal.get_level_display()}."


def _counter(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    made = classification.counter(
        issue=issue, level=values["level"], reason=values["reason"], actor=actor, now=now
    )
    return f"Proposed {made.get_level_display()}; the client answers now."


def _repropose(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    made = classification.repropose(
        issue=issue, level=values["level"], reason=values["reason"], actor=actor, now=now
    )
    return f"Proposed {made.get_level_display()}; the agreed level stays in force until the client agrees."


def _dispute(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    classification.dispute(issue=issue, reason=values["reason"], actor=actor, now=now)
    return "The deciders of both parties have been asked."


def _decide(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    vote = classification.decide(issue=issue, level=values["level"], actor=actor, now=now)
    return f"Your choice is on record: {vote.get_level_display()}."


def _comment(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    first = work.responds(issue, actor)
    work.comment(issue=issue, body=values["body"], actor=actor, now=now)
    return "Sent. This was the first response." if first else "Sent to the client."


def _note(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    work.note(issue=issue, body=values["body"], actor=actor, now=now)
    return "Noted, for us only."


def _take(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    work.assign(issue=issue, to=actor, actor=actor, now=now)
    return "The issue is yours."


def _assign(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    work.assign(issue=issue, to=values["to"], actor=actor, now=now)
    return f"Assigned to {values['to'].user}." if values["to"] else "Nobody owns this issue now."


def _progress(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    work.progress(
        issue=issue,
        stage=values["stage"],
        percent=values["percent"],
        next_update_at=values["next_update_at"],
        actor=actor,
        now=now,
    )
    return f"{issue.get_stage_display()}, {issue.percent} %. The client sees it."


def _wait(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    pause = waiting.wait(issue=issue, on=values["on"], reason=values["reason"], actor=actor, now=now)
    clock = "the resolution clock stands still" if pause.stops_clock else "the clock runs on"
    return f"Waiting for: {pause.get_on_display().lower()}; {clock}."


def _resume(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    waiting.resume(issue=issue, actor=actor, now=now)
    return "The waiting has ended."


def _judge(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    pause = issue.pauses.filter(contest=Pause.Contest.OPEN).last()
    if pause is None:
        raise Refused("There is no open contest of a pause.")
    upheld = values["upheld"] == "yes"
    waiting.judge_contest(
        issue=issue, pause=pause, upheld=upheld, reason=values["reason"], actor=actor, now=now
    )
    return "Contest upheld: the time counts." if upheld else "Contest dismissed: the pause stands."


def _resolve(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    ending.resolve(issue=issue, note=values["note"], actor=actor, now=now)
    return "Resolved. The client confirms or rejects."


def _duplicate(issue: Issue, values: Values, actor: Membership, now: datetime) -> str:
    ending.duplicate(issue=issue, of=values["of"], actor=actor, now=now)
    return f"Marked as a duplicate of {values['of'].reference}."


def _our_turn(issue: Issue, actor: Membership) -> bool:
    return issue.is_live and issue.awaiting_level_from == actor.party


def _can_counter(issue: Issue, actor: Membership) -> bool:
    countered = any(
        one.round == issue.round and one.revision > 1 and one.party == actor.party
        for one in issue.proposals.all()
    )
    return _our_turn(issue, actor) and not countered


def _can_dispute(issue: Issue, actor: Membership) -> bool:
    return issue.is_live and issue.classification == Classification.COUNTERED


def _is_disputed(issue: Issue, actor: Membership) -> bool:
    return issue.classification == Classification.DISPUTED


def _can_repropose(issue: Issue, actor: Membership) -> bool:
    return issue.is_live and issue.classification == Classification.AGREED


def _is_live(issue: Issue, actor: Membership) -> bool:
    return issue.is_live


def _can_take(issue: Issue, actor: Membership) -> bool:
    return issue.is_live and issue.assigned_to_id != actor.pk


def _is_worked_on(issue: Issue, actor: Membership) -> bool:
    return issue.state in WORKING


def _can_talk(issue: Issue, actor: Membership) -> bool:
    return issue.state not in (IssueState.WITHDRAWN, IssueState.DUPLICATE, IssueState.CLOSED)


def _always(issue: Issue, actor: Membership) -> bool:
    return True


def _is_open(issue: Issue, actor: Membership) -> bool:
    return issue.state == IssueState.OPEN


def _is_waiting(issue: Issue, actor: Membership) -> bool:
    return issue.state == IssueState.WAITING


def _can_judge(issue: Issue, actor: Membership) -> bool:
    return any(
        pause.contest == Pause.Contest.OPEN and pause.requested_by_id != actor.pk
        for pause in issue.pauses.all()
    )


offer(
    StaffAct(
        "comment", "Send to the client", "comment.write", forms.Write, _comment, _can_talk, "talk", False
    ),
    StaffAct("note", "Keep as internal note", "note.write", forms.Note, _note, _always, "inside", False),
    StaffAct(
        "agree",
        "Agree to the client’s level",
        "classification.agree",
        forms.Agree,
        _agree,
        _our_turn,
        "level",
    ),
    StaffAct(
        "counter",
        "Propose another level",
        "classification.propose",
        forms.Level,
        _counter,
        _can_counter,
        "level",
    ),
    StaffAct(
        "dispute",
        "Take it to the deciders",
        "classification.dispute",
        forms.Dispute,
        _dispute,
        _can_dispute,
        "level",
    ),
    StaffAct(
        "decide",
        "Decide as our decider",
        "classification.decide",
        forms.Decide,
        _decide,
        _is_disputed,
        "level",
    ),
    StaffAct(
        "repropose",
        "Propose a new level",
        "classification.propose",
        forms.NewLevel,
        _repropose,
        _can_repropose,
        "level",
    ),
    StaffAct("take", "Assign to me", "issue.assign", forms.Plain, _take, _can_take, icon="person_add"),
    StaffAct("assign", "Assign to …", "issue.assign", forms.Assign, _assign, _is_live, icon="group"),
    StaffAct(
        "progress",
        "Update progress",
        "issue.progress",
        forms.Progress,
        _progress,
        _is_worked_on,
        icon="trending_up",
    ),
    StaffAct("wait", "Wait for somebody", "pause.request", forms.Wait, _wait, _is_open, icon="pause"),
    StaffAct(
        "resume", "End the waiting", "pause.request", forms.Plain, _resume, _is_waiting, icon="play_arrow"
    ),
    StaffAct("judge", "Judge the contest", "pause.judge", forms.Judge, _judge, _can_judge, icon="gavel"),
    StaffAct("resolve", "Resolve", "issue.resolve", forms.Resolve, _resolve, _is_worked_on, icon="check"),
    StaffAct(
        "duplicate",
        "Mark as duplicate",
        "issue.duplicate",
        forms.Duplicate,
        _duplicate,
        _is_live,
        icon="content_copy",
    ),
)
