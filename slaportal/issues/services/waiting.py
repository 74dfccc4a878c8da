"""Waiting for the client or a third party, and contesting it (spec §4)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership, Party
from slaportal.issues.models import Issue, IssueState, Pause, WaitingOn
from slaportal.issues.services import acts, judging, obligations, periods, timed
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy
from slaportal.lib.wording import in_sentence, neutral


@transaction.atomic
def wait(*, issue: Issue, on: str, reason: str, actor: Membership, now: datetime) -> Pause:
    """Wait for `on` ("client" or "third_party").

    The resolution clock stops only where the policy version lists `on`; the Protecto agreement lists none.
    """
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "pause.request")
    if on not in WaitingOn.values:
        raise Refused(_("“%(on)s” is nobody to wait for. Choose client or third_party.") % {"on": on})
    if not reason.strip():
        raise Refused(_("Say what you are waiting for."))
    if issue.state != IssueState.OPEN:
        raise Refused(
            _("An issue that is %(state)s cannot wait for somebody.")
            % {"state": in_sentence(issue.get_state_display())}
        )
    stops = on in issue.agreement.policy_version.pause_parties
    pause = Pause.objects.create(
        issue=issue, on=on, reason=tidy(reason), requested_by=actor, began_at=now, stops_clock=stops
    )
    issue.state, issue.waiting_on, issue.waiting_reason = IssueState.WAITING, on, pause.reason
    acts.save(issue, "state", "waiting_on", "waiting_reason", now=now)
    event = acts.record(
        issue,
        "waiting.began",
        actor=actor,
        at=now,
        texts={"reason": pause.reason},
        pause=pause.pk,
        on=on,
        stops_clock=stops,
        label=f"Waiting on {neutral(pause.get_on_display).lower()}",
    )
    obligations.follow(issue, now=now)
    acts.tell(
        issue,
        "waiting-for-you",
        cause=event,
        to=issue.people_of(Party.CLIENT),
        now=now,
        actor=actor,
        reason=pause.reason,
        waiting_on=on,
        stops_clock=stops,
    )
    return pause


@transaction.atomic
def resume(*, issue: Issue, actor: Membership, now: datetime) -> None:
    """End the waiting and go on working."""
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "pause.request")
    if issue.state != IssueState.WAITING:
        raise Refused(_("This issue is not waiting for anybody."))
    end_waiting(issue, actor=actor, now=now)


def end_waiting(issue: Issue, *, actor: Membership | None, now: datetime) -> None:
    """End the open pause within the caller's act."""
    pause = issue.pauses.get(ended_at=None)
    pause.ended_at = now
    pause.save(update_fields=["ended_at"])
    issue.state, issue.waiting_on, issue.waiting_reason = IssueState.OPEN, "", ""
    acts.save(issue, "state", "waiting_on", "waiting_reason", now=now)
    event = acts.record(issue, "waiting.ended", actor=actor, at=now, pause=pause.pk)
    obligations.follow(issue, now=now)
    acts.tell(issue, "waiting-ended", cause=event, to=issue.people_of(Party.VENDOR), now=now, actor=actor)


@transaction.atomic
def contest(
    *, issue: Issue, reason: str, actor: Membership, now: datetime, pause: Pause | None = None
) -> Pause:
    """Contest, for the client, that a pause was right; the last one unless `pause` names another.

    The vendor answers within the same period as the client has for a level; its silence upholds the contest.
    """
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "pause.contest")
    pause = pause or issue.pauses.order_by("began_at", "pk").last()
    if pause is None:
        raise Refused(_("There is no pause to contest."))
    if pause.contest != Pause.Contest.NONE:
        raise Refused(_("This pause has been contested already."))
    if not reason.strip():
        raise Refused(_("Say in a sentence why the clock should not have stopped."))
    days = issue.agreement.policy_version.client_answer_days
    pause.contest, pause.contest_reason, pause.contested_by = Pause.Contest.OPEN, tidy(reason), actor
    pause.contest_due_at = periods.business_days_after(issue, days, start=now)
    pause.save(update_fields=["contest", "contest_reason", "contested_by", "contest_due_at"])
    acts.save(issue, now=now)
    event = acts.record(
        issue, "pause.contested", actor=actor, at=now, texts={"reason": reason}, pause=pause.pk
    )
    acts.tell(
        issue,
        "pause-contested",
        cause=event,
        to=issue.people_of(Party.VENDOR),
        now=now,
        actor=actor,
        reason=reason,
        answer_by=pause.contest_due_at,
    )
    return pause


@transaction.atomic
def judge_contest(
    *, issue: Issue, pause: Pause, upheld: bool, reason: str, actor: Membership, now: datetime
) -> None:
    """Uphold or dismiss a contest, as another person than the one who paused."""
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "pause.judge")
    pause.refresh_from_db()
    if pause.contest != Pause.Contest.OPEN:
        raise Refused(_("There is no open contest of this pause."))
    if pause.requested_by_id == actor.pk:
        raise Refused(_("You set this pause; another person must judge the contest."))
    if not reason.strip():
        raise Refused(_("Give the reason for your judgment; both parties will read it."))
    judging.close_contest(issue, pause, upheld=upheld, actor=actor, reason=reason, at=now, now=now)
