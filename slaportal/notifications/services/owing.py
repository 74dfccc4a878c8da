"""Owing people a message: in the transaction of its cause, once, and in the way each of them wants it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from slaportal.notifications import kinds, selectors
from slaportal.notifications.kinds import Kind
from slaportal.notifications.models import Message, Preference
from slaportal.notifications.nudging import nudge_on_commit
from slaportal.notifications.outgoing import new_message_id
from slaportal.notifications.services.digests import next_slot

LONGEST_CAUSE = 120

_silenced: ContextVar[bool] = ContextVar("notifications_silenced", default=False)


class Recipient(Protocol):
    """What the letterbox knows of a person; `settings.AUTH_USER_MODEL` has all of it."""

    pk: Any
    name: str
    timezone: str
    is_active: bool
    demo: bool


@dataclass(frozen=True)
class Plan:
    """One row to write: to whom, in which way and when, and who stands in for whom."""

    person: Recipient
    way: str = Message.Way.MAIL
    not_before: datetime | None = None
    redirected_to: Recipient | None = None
    stands_in_for: str = ""


@contextmanager
def silenced() -> Iterator[None]:
    """Inside, nothing is enqueued: a history that is loaded must not write to people about years ago (spec §8)."""
    token = _silenced.set(True)
    try:
        yield
    finally:
        _silenced.reset(token)


def is_silenced() -> bool:
    """Whether this thread or task is inside `silenced()`, so that nobody need be looked up."""
    return _silenced.get()


def enqueue(
    kind: str,
    *,
    cause: str,
    to: Iterable[Recipient],
    context: Mapping[str, Any],
    subject_reference: str = "",
    now: datetime,
    demo: bool = False,
    inbox_only: bool = False,
) -> None:
    """Owe each active person in `to` one message of `kind` about `cause`.

    `cause` names what happened, such as `obligation:17:breach`, at most 120 characters: the same cause, kind and
    person is told once, whoever asks and however often. `context`: plain values, see templates/emails/README.md.
    A person's preference may put the message into a digest or the inbox only; a kind that must arrive goes at once,
    to whoever stands in for them; with `inbox_only` nothing of it is mailed. Raises `RuntimeError` outside a transaction, `kinds.UnknownKindError` for a kind
    without words, `ValueError` for a cause that is empty or too long.
    """
    told = kinds.get(kind)
    if not connection.in_atomic_block:
        raise RuntimeError(
            "enqueue() must share its cause's transaction, else a message may tell what never was."
        )
    if not 0 < len(cause) <= LONGEST_CAUSE:
        raise ValueError(f"A cause has 1 to {LONGEST_CAUSE} characters: {cause!r}")
    people = {person.pk: person for person in to if person.is_active}
    if is_silenced() or not people:
        return
    facts = json.loads(json.dumps(dict(context), cls=DjangoJSONEncoder))
    rows = [
        Message(
            kind=kind,
            cause=cause,
            recipient_id=plan.person.pk,
            subject_reference=subject_reference,
            context=_facts_for(plan, facts),
            way=plan.way,
            redirected_to_id=plan.redirected_to.pk if plan.redirected_to else None,
            created_at=now,
            not_before=plan.not_before or now,
            message_id=new_message_id(),
            demo=demo or plan.person.demo,
        )
        for plan in _plans(told, people, inbox_only=inbox_only, now=now)
    ]
    # Which of them are new is not asked: the watch does this for every due row, and a ring too many is harmless.
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    nudge_on_commit()


def _facts_for(plan: Plan, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as they are, but for who stands in: in whose place, and without a link signed for that person."""
    if not plan.stands_in_for:
        return facts
    return {**facts, "ack_url": "", "stands_in_for": plan.stands_in_for}


def _plans(kind: Kind, people: Mapping[Any, Recipient], *, inbox_only: bool, now: datetime) -> list[Plan]:
    if inbox_only:
        return [Plan(person, way=Message.Way.INBOX) for person in people.values()]
    if kind.always:
        return _redirected(people, now=now)
    if kind.quiet or kind.own:
        return [Plan(person) for person in people.values()]
    wishes = selectors.wishes(kind.key, people)
    return [_wished(person, wishes.get(key, ""), now=now) for key, person in people.items()]


def _wished(person: Recipient, how: str, *, now: datetime) -> Plan:
    if how == Preference.How.INBOX:
        return Plan(person, way=Message.Way.INBOX)
    if how in (Preference.How.HOURLY, Preference.How.DAILY):
        slot = next_slot(how, zone=person.timezone, now=now)
        return Plan(person, way=Message.Way.DIGEST, not_before=slot)
    return Plan(person)


def _redirected(people: Mapping[Any, Recipient], *, now: datetime) -> list[Plan]:
    """Everybody's row; who redirects keeps theirs in the inbox, and the one who stands in gets the mail."""
    stand_ins = selectors.stand_ins(people.values(), now=now)
    plans = [
        Plan(person, way=Message.Way.INBOX, redirected_to=stand_ins[key])
        if key in stand_ins
        else Plan(person)
        for key, person in people.items()
    ]
    extra: dict[Any, Plan] = {}
    for key, other in stand_ins.items():
        if other.pk not in people and other.pk not in extra:
            extra[other.pk] = Plan(other, stands_in_for=people[key].name)
    return plans + list(extra.values())
