"""Ideas and committed actions: who owes what until when, and how it ended (spec §7)."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party
from slaportal.feedback.models import ActionItem, ActionKind, ActionState, PostMortem
from slaportal.feedback.services.postmortems import common
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy, tidy_line


@transaction.atomic
def add_idea(
    *, postmortem: PostMortem, kind: str, text: str, link: str = "", actor: Membership, now: datetime
) -> ActionItem:
    """Write down what could be done; nobody owes it."""
    common.begin_writing(postmortem, actor)
    idea = _new(postmortem, ActionState.IDEA, kind, text, link, actor=actor, now=now)
    idea.for_client = False
    idea.save()
    common.record_edit(postmortem, "ideas", actor=actor, now=now, action=idea.pk)
    return idea


@transaction.atomic
def add_action(
    *,
    postmortem: PostMortem,
    kind: str,
    text: str,
    owner: Membership,
    due_on: date,
    link: str = "",
    for_client: bool = True,
    actor: Membership,
    now: datetime,
) -> ActionItem:
    """Commit one person to one action until the end of a day; the person is told."""
    common.begin_writing(postmortem, actor)
    action = _new(postmortem, ActionState.OPEN, kind, text, link, actor=actor, now=now)
    action.for_client = for_client
    _commit(action, owner=owner, due_on=due_on, actor=actor, now=now)
    action.save()
    _tell_owner(action, actor=actor, now=now)
    return action


@transaction.atomic
def commit_idea(
    *, postmortem: PostMortem, idea: int, owner: Membership, due_on: date, actor: Membership, now: datetime
) -> ActionItem:
    """Turn an idea into a commitment."""
    common.begin_writing(postmortem, actor)
    action = _one(postmortem, idea, ActionState.IDEA)
    action.state, action.for_client = ActionState.OPEN, True
    _commit(action, owner=owner, due_on=due_on, actor=actor, now=now)
    action.save(update_fields=["state", "for_client", "owner", "due_on", "overdue_from", "remind_at"])
    _tell_owner(action, actor=actor, now=now)
    return action


@transaction.atomic
def remove_action(*, postmortem: PostMortem, action: int, actor: Membership, now: datetime) -> None:
    """Take an idea, or a commitment that was never published, off the draft again."""
    common.begin_writing(postmortem, actor)
    found = postmortem.actions.filter(pk=action, state__in=(ActionState.IDEA, ActionState.OPEN)).first()
    if found is None or found.created_at < (postmortem.published_at or found.created_at):
        raise Refused(_("What was published stays: end it with a result, or drop it with a reason."))
    found.delete()
    common.record_edit(postmortem, "actions", actor=actor, now=now, removed=action)


@transaction.atomic
def end_action(*, action: ActionItem, done: bool, outcome: str, actor: Membership, now: datetime) -> None:
    """Say that an action is done, with what was done, or drop it with a reason; its owner or a lead may."""
    _allow(action, actor)
    outcome = tidy(outcome)
    if not outcome:
        raise Refused(
            _("Say what was done, so that others can see it.") if done else _("Say why it is dropped.")
        )
    state = ActionState.DONE if done else ActionState.DROPPED
    ended = ActionItem.objects.filter(pk=action.pk, state=ActionState.OPEN).update(
        state=state, outcome=outcome, ended_by=actor, ended_at=now, remind_at=None
    )
    if not ended:
        raise Refused(_("This action has ended already."))
    _record(action, "action.done" if done else "action.dropped", {"reason": outcome}, actor=actor, now=now)


@transaction.atomic
def postpone(*, action: ActionItem, due_on: date, reason: str, actor: Membership, now: datetime) -> None:
    """Move the day of an open action, with a reason that stays on record beside the old day."""
    _allow(action, actor)
    if not reason.strip():
        raise Refused(_("Say why it takes longer."))
    before, overdue_from = action.due_on, end_of(due_on, zone=action.postmortem.issue.agreement.timezone)
    if overdue_from <= now:
        raise Refused(_("The new day must be still to come."))
    moved = ActionItem.objects.filter(pk=action.pk, state=ActionState.OPEN, due_on=before).update(
        due_on=due_on, overdue_from=overdue_from, remind_at=overdue_from
    )
    if not moved:
        raise Refused(_("This action was changed a moment ago. Look at it again."))
    days = {"before": before.isoformat() if before else "", "after": due_on.isoformat()}
    _record(action, "action.postponed", {"reason": reason}, actor=actor, now=now, **days)


def end_of(day: date, *, zone: str) -> datetime:
    """Return the instant at which `day` has ended in `zone`."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))


def _new(
    postmortem: PostMortem,
    state: ActionState,
    kind: str,
    text: str,
    link: str,
    *,
    actor: Membership,
    now: datetime,
) -> ActionItem:
    text = tidy_line(text)
    if kind not in ActionKind.values or not text:
        raise Refused(_("Say in a sentence what is to be done, and choose its kind."))
    return ActionItem(
        postmortem=postmortem,
        state=state,
        kind=kind,
        text=text[:300],
        link=link,
        created_by=actor,
        created_at=now,
    )


def _commit(action: ActionItem, *, owner: Membership, due_on: date, actor: Membership, now: datetime) -> None:
    if owner.party != Party.VENDOR or not owner.active or not permissions.may(owner, "action.update"):
        raise Refused(
            _("%(name)s cannot own an action; choose a person of the vendor.") % {"name": owner.user}
        )
    overdue_from = end_of(due_on, zone=action.postmortem.issue.agreement.timezone)
    if overdue_from <= now:
        raise Refused(_("Choose a day that is still to come."))
    action.owner, action.due_on = owner, due_on
    action.overdue_from = action.remind_at = overdue_from


def _tell_owner(action: ActionItem, *, actor: Membership, now: datetime) -> None:
    assert action.owner is not None
    due = action.due_on.isoformat() if action.due_on else ""
    event = common.record(
        action.postmortem,
        "action.committed",
        actor=actor,
        at=now,
        texts={"note": action.text},
        action=action.pk,
        owner=action.owner_id,
        due=due,
        action_kind=action.kind,
    )
    common.tell(
        action.postmortem,
        "action-assigned",
        cause=event,
        to=[action.owner.user],
        now=now,
        actor=actor,
        due_at=action.overdue_from,
        text=action.text,
        url=f"/post-mortems/actions/{action.pk}",
    )


def _one(postmortem: PostMortem, pk: int, state: ActionState) -> ActionItem:
    found = postmortem.actions.filter(pk=pk, state=state).first()
    if found is None:
        raise Refused(_("This idea is gone; somebody changed the list a moment ago."))
    found.postmortem = postmortem
    return found


def _allow(action: ActionItem, actor: Membership) -> None:
    """Allow the change to the owner, or to whoever may change everybody's (permissions.csv, action.update)."""
    permissions.require(
        actor, "action.update", organization_id=actor.organization_id, own=action.owner_id == actor.pk
    )
    if actor.party != Party.VENDOR:
        raise permissions.NotAllowed(_("Actions are the vendor's to do."))


def _record(
    action: ActionItem, kind: str, texts: dict[str, str], *, actor: Membership, now: datetime, **data: Any
) -> None:
    """Append the event; both parties read it where the action was promised to the client."""
    common.record(
        action.postmortem,
        kind,
        actor=actor,
        at=now,
        both=action.for_client and action.promised_at is not None,
        texts={"note": action.text, **texts},
        action=action.pk,
        **data,
    )
