"""The table of acts on an issue: the right it needs, its form, its service, and when it is offered at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.issues.forms import acts as forms
from slaportal.issues.models import Classification, Issue, IssueState, Pause
from slaportal.issues.models.issue import WORKING
from slaportal.issues.services import (
    acts,
    classification,
    editing,
    ending,
    following,
    splitting,
    waiting,
    work,
)
from slaportal.lib.refusal import Refused

Run = Callable[[Issue, Membership, dict[str, Any], datetime], object]
Possible = Callable[[Issue, Membership], bool]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: `right` in permissions.csv, `form`, what runs it, whether it is possible now, and what to say after it."""

    right: str
    form: type[forms.ActForm]
    run: Run
    possible: Possible
    done: str | Promise
    anchor: str = ""
    # Notes change nothing of the issue, so nothing can be overwritten.
    versioned: bool = True


def _answers(issue: Issue, member: Membership) -> bool:
    return bool(issue.awaiting_level_from) and issue.awaiting_level_from == member.party


def _may_counter(issue: Issue, member: Membership) -> bool:
    countered = issue.proposals.filter(round=issue.round, revision__gt=1, party=member.party)
    return _answers(issue, member) and not countered.exists()


def _may_dispute(issue: Issue, _member: Membership) -> bool:
    return issue.is_live and issue.classification == Classification.COUNTERED


def _may_repropose(issue: Issue, _member: Membership) -> bool:
    return issue.is_live and issue.classification == Classification.AGREED


def _may_decide(issue: Issue, _member: Membership) -> bool:
    return issue.is_live and issue.classification == Classification.DISPUTED


def _may_edit(issue: Issue, _member: Membership) -> bool:
    return issue.is_live and issue.classification != Classification.AGREED


def _may_write(issue: Issue, _member: Membership) -> bool:
    return issue.state not in (IssueState.WITHDRAWN, IssueState.DUPLICATE, IssueState.CLOSED)


def _live(issue: Issue, _member: Membership) -> bool:
    return issue.is_live


def _working(issue: Issue, _member: Membership) -> bool:
    return issue.state in WORKING


def _open(issue: Issue, _member: Membership) -> bool:
    return issue.state == IssueState.OPEN


def _waiting(issue: Issue, _member: Membership) -> bool:
    return issue.state == IssueState.WAITING


def _resolved(issue: Issue, _member: Membership) -> bool:
    return issue.state == IssueState.RESOLVED


def _follows(issue: Issue, member: Membership) -> bool:
    return any(one.pk == member.pk for one in issue.watchers.all())


def _may_follow(issue: Issue, member: Membership) -> bool:
    return issue.is_live and issue.reported_by_id != member.pk and not _follows(issue, member)


def _start_following(issue: Issue, member: Membership, _given: dict[str, Any], now: datetime) -> object:
    return following.watch(issue=issue, who=member, actor=member, now=now)


def _stop_following(issue: Issue, member: Membership, _given: dict[str, Any], now: datetime) -> object:
    return following.unwatch(issue=issue, who=member, actor=member, now=now)


def _always(_issue: Issue, _member: Membership) -> bool:
    return True


def _last_pause(issue: Issue) -> Pause | None:
    return issue.pauses.order_by("began_at", "pk").last()


def _may_contest(issue: Issue, _member: Membership) -> bool:
    pause = _last_pause(issue)
    return pause is not None and pause.stops_clock and pause.contest == Pause.Contest.NONE


def _contested(issue: Issue) -> Pause | None:
    return issue.pauses.filter(contest=Pause.Contest.OPEN).first()


def _may_judge(issue: Issue, member: Membership) -> bool:
    pause = _contested(issue)
    return pause is not None and pause.requested_by_id != member.pk


def _agree(issue: Issue, member: Membership, given: dict[str, Any], now: datetime) -> object:
    seen = issue.proposals.filter(pk=given["proposal"]).first()
    if seen is None:
        raise Refused(str(_("This proposal does not belong to this issue. Load the page again.")))
    return classification.agree(issue=issue, actor=member, now=now, proposal=seen)


def _judge(issue: Issue, member: Membership, given: dict[str, Any], now: datetime) -> object:
    pause = _contested(issue)
    if pause is None:
        raise Refused(str(_("There is no open contest of a pause.")))
    upheld = given["upheld"] == "yes"
    return waiting.judge_contest(
        issue=issue, pause=pause, upheld=upheld, reason=given["reason"], actor=member, now=now
    )


def _by(service: Callable[..., object], *names: str, **renamed: str) -> Run:
    """Return a runner that hands the named values of the form to `service`, some under another name."""
    wanted = {**{name: name for name in names}, **renamed}

    def run(issue: Issue, member: Membership, given: dict[str, Any], now: datetime) -> object:
        return service(
            issue=issue, actor=member, now=now, **{name: given[field] for name, field in wanted.items()}
        )

    return run


LEVEL, TALK, WORK, FOLLOWERS = "level", "conversation", "work", "followers"

ACTS: Final[dict[str, Act]] = {
    "agree": Act("classification.agree", forms.Agree, _agree, _answers, _("The level is agreed."), LEVEL),
    "counter": Act(
        "classification.propose",
        forms.Level,
        _by(classification.counter, "level", "reason"),
        _may_counter,
        _("Your proposal is sent; the other party answers now."),
        LEVEL,
    ),
    "dispute": Act(
        "classification.dispute",
        forms.Dispute,
        _by(classification.dispute, "reason"),
        _may_dispute,
        _("The level is with the deciders now."),
        LEVEL,
    ),
    "decide": Act(
        "classification.decide",
        forms.Decide,
        _by(classification.decide, "level"),
        _may_decide,
        _("Your choice is on record."),
        LEVEL,
    ),
    "repropose": Act(
        "classification.propose",
        forms.NewLevel,
        _by(classification.repropose, "level", "reason"),
        _may_repropose,
        _("Your proposal is sent; the agreed level stays in force meanwhile."),
        LEVEL,
    ),
    "comment": Act(
        "comment.write",
        forms.Write,
        _by(work.comment, "body", files="attachments"),
        _may_write,
        _("Your message is sent."),
        TALK,
    ),
    "note": Act(
        "note.write",
        forms.Note,
        _by(work.note, "body", files="attachments"),
        _always,
        _("The note is kept."),
        TALK,
        versioned=False,
    ),
    "edit": Act(
        "issue.edit",
        forms.Edit,
        _by(editing.edit, "title", "description"),
        _may_edit,
        _("The report is changed; the text before stays in the history."),
    ),
    "assign": Act(
        "issue.assign", forms.Assign, _by(work.assign, "to"), _live, _("The assignment is changed.")
    ),
    "progress": Act(
        "issue.progress",
        forms.Progress,
        _by(work.progress, "stage", "percent", "next_update_at"),
        _working,
        _("The client sees the progress now."),
        WORK,
    ),
    "resolve": Act(
        "issue.resolve",
        forms.Resolve,
        _by(ending.resolve, "note"),
        _working,
        _("Resolved. The client confirms or rejects now."),
    ),
    "wait": Act(
        "pause.request", forms.Wait, _by(waiting.wait, "on", "reason"), _open, _("The issue waits now."), WORK
    ),
    "resume": Act(
        "pause.request", forms.Plain, _by(waiting.resume), _waiting, _("Nobody is waited for any more."), WORK
    ),
    "contest": Act(
        "pause.contest",
        forms.Contest,
        _by(waiting.contest, "reason"),
        _may_contest,
        _("The pause is contested; the vendor answers now."),
        WORK,
    ),
    "judge": Act("pause.judge", forms.Judge, _judge, _may_judge, _("Your judgment is on record."), WORK),
    "confirm": Act(
        "issue.confirm", forms.Plain, _by(ending.confirm), _resolved, _("Thank you. It is confirmed.")
    ),
    "reopen": Act(
        "issue.reopen",
        forms.Reopen,
        _by(ending.reopen, "reason"),
        _resolved,
        _("The issue is open again and the same clock goes on."),
    ),
    "withdraw": Act(
        "issue.withdraw", forms.Withdraw, _by(ending.withdraw, "reason"), _live, _("The issue is withdrawn.")
    ),
    "split": Act(
        "issue.split",
        forms.Split,
        _by(splitting.split, "title", "description"),
        _open,
        _("It is two issues now; the second stands beside the title."),
    ),
    "watch": Act(
        "issue.watch",
        forms.Plain,
        _start_following,
        _may_follow,
        _("You follow this issue now."),
        FOLLOWERS,
        versioned=False,
    ),
    "unwatch": Act(
        "issue.read",
        forms.Plain,
        _stop_following,
        _follows,
        _("You follow this issue no more."),
        FOLLOWERS,
        versioned=False,
    ),
    "add-follower": Act(
        "issue.watch",
        forms.AddFollower,
        _by(following.watch, "who"),
        _live,
        _("Your colleague follows this issue now and was told."),
        FOLLOWERS,
        versioned=False,
    ),
    "duplicate": Act(
        "issue.duplicate",
        forms.Duplicate,
        _by(ending.duplicate, "of"),
        _live,
        _("It is marked as a duplicate."),
    ),
}


def offered(issue: Issue, member: Membership) -> dict[str, Act]:
    """Return name → act for what `member` has the right to do on `issue` and can do now."""
    may: dict[str, bool] = {}
    found = {}
    for name, act in ACTS.items():
        if act.right not in may:
            may[act.right] = acts.can(issue, member, act.right)
        if may[act.right] and act.possible(issue, member):
            found[name] = act
    return found
