"""The history of an issue in words: every event of the ledger that the reader may see."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from slaportal.accounts.models import Membership, Party, Role
from slaportal.issues.models import Issue, Stage, WaitingOn
from slaportal.ledger.models import ActorKind, Audience, Event
from slaportal.lib.wording import in_sentence, step_words
from slaportal.policies.models import Criticality, Metric

Data = Mapping[str, Any]

# Filter of the page → beginnings of the kinds that it shows.
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "messages": ("comment.", "note.", "file.", "issue.submitted"),
    "level": ("classification.", "level.", "reminder."),
    "deadlines": ("deadline.", "obligation.", "waiting.", "pause.", "level.", "terms."),
    "work": ("issue.", "progress."),
    "escalations": ("escalation.", "exception."),
    "learning": ("postmortem.", "action."),
}
GROUP_NAMES: Final = {
    "messages": gettext_lazy("Messages"),
    "level": gettext_lazy("Level"),
    "deadlines": gettext_lazy("Deadlines"),
    "work": gettext_lazy("Work"),
    "escalations": gettext_lazy("Escalations and exceptions"),
    "learning": gettext_lazy("Post-mortem"),
}
# Kinds of events about a person → where the person's membership stands in the data.
ABOUT_PEOPLE: Final = {
    "issue.assigned": "after",
    "issue.watched": "who",
    "issue.unwatched": "who",
    "postmortem.handed_over": "after",
}
MARKS: Final = {
    "obligation.breached": "breaching",
    "escalation.fired": "at_risk",
    "escalation.raised": "at_risk",
    "escalation.warned": "at_risk",
    "issue.resolved": "met",
    "issue.confirmed": "met",
    "waiting.began": "paused",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as people read it. `before` and `after` are due instants where a deadline moved.

    `inside` marks what never leaves the vendor. `recorded_late` is the instant of recording where it differs.
    """

    event: Event
    at: datetime
    who: str
    vendor: bool
    what: str
    body: str = ""
    mark: str = ""
    before: datetime | None = None
    after: datetime | None = None
    moved: bool = False
    inside: bool = False
    recorded_late: datetime | None = None
    anchor: str = ""


def timeline(issue: Issue, *, reader: Membership, group: str = "") -> list[Entry]:
    """Return the history of `issue` that `reader` may see, newest first; `group` is a key of `GROUPS` or "" for all."""
    events = (
        Event.objects.about(issue.reference)
        .readable_by(reader.party)
        .select_related("actor__user", "actor__organization")
        .prefetch_related("texts")
    )
    kept = [one for one in events if not group or one.kind.startswith(GROUPS[group])]
    names = _names(kept)
    return [entry(one, names=names) for one in reversed(kept)]


def since(issue: Issue, *, reader: Membership, seen: int) -> list[Entry]:
    """Return what was recorded after the event `seen`, oldest first: what somebody missed who typed meanwhile."""
    events = (
        Event.objects.about(issue.reference)
        .readable_by(reader.party)
        .filter(pk__gt=seen)
        .select_related("actor__user", "actor__organization")
        .prefetch_related("texts")
    )
    found = list(events)
    names = _names(found)
    # Here the messages stand nowhere else on the page, so their words belong to the entries.
    bodies = dict(issue.comments.filter(pk__in=_messages(found)).values_list("pk", "body"))
    entries = [entry(one, names=names) for one in found]
    return [replace(one, body=bodies.get(_message_of(one.event), one.body), anchor="") for one in entries]


def _message_of(event: Event) -> int:
    """Return the id of the message that `event` is about; 0 for another event."""
    return int(json.loads(event.payload)["data"]["comment"]) if event.kind == "comment.added" else 0


def _messages(events: Iterable[Event]) -> list[int]:
    return [_message_of(one) for one in events]


def last_event(issue: Issue, *, reader: Membership) -> int:
    """Return the id of the newest event that `reader` may see; 0 without any."""
    newest = Event.objects.filter(subject=issue.reference).readable_by(reader.party).order_by("-pk")
    return newest.values_list("pk", flat=True).first() or 0


def _names(events: Iterable[Event]) -> dict[int, str]:
    """Return the names of the people whom events are about, as when an issue was given to somebody, in one query."""
    wanted = {
        json.loads(one.payload)["data"][ABOUT_PEOPLE[one.kind]] for one in events if one.kind in ABOUT_PEOPLE
    } - {None}
    if not wanted:
        return {}
    return dict(Membership.objects.filter(pk__in=wanted).values_list("pk", "user__name"))


def entry(event: Event, *, names: Mapping[int, str]) -> Entry:
    """Return `event` in words; `names` maps the ids of assigned members to names."""
    data = json.loads(event.payload)["data"]
    texts = {one.name: one.text for one in event.texts.all()}
    late = abs((event.recorded_at - event.at).total_seconds()) > 60
    return Entry(
        event=event,
        at=event.at,
        who=_who(event),
        vendor=event.actor is not None and event.actor.party == Party.VENDOR,
        what=_what(event, data, names=names, texts=texts),
        body=texts.get("reason") or texts.get("note") or texts.get("plan") or "",
        mark="" if event.actor else MARKS.get(event.kind, "dot"),
        before=_instant(data.get("before")) if event.kind == "deadline.moved" else None,
        after=_instant(data.get("after")) if event.kind == "deadline.moved" else None,
        moved=event.kind == "deadline.moved",
        inside=event.audience == Audience.VENDOR,
        recorded_late=event.recorded_at if late else None,
        anchor=_anchor(event.kind, data),
    )


def _who(event: Event) -> str:
    """Return who acted, and that it was through a program where it was; "" for the portal itself."""
    if event.actor is None:
        return ""
    if event.actor_kind == ActorKind.TOKEN:
        return _("%(name)s, by a program") % {"name": event.actor.user}
    return str(event.actor.user)


def _what(event: Event, data: Data, *, names: Mapping[int, str], texts: Mapping[str, str]) -> str:
    name = names.get(data.get(ABOUT_PEOPLE.get(event.kind, "")) or 0, "")
    myself = event.actor is not None and data.get("who") == event.actor_id
    match event.kind:
        case "issue.assigned" if data["after"]:
            return _("assigned the issue to %(name)s") % {"name": name}
        case "issue.watched" if not myself:
            return _("added %(name)s as a follower") % {"name": name}
        case "issue.unwatched" if not myself:
            return _("removed %(name)s as a follower") % {"name": name}
        case "postmortem.handed_over":
            return _("gave the post-mortem to %(name)s") % {"name": name}
        case "file.attached" if texts.get("name"):
            return _("attached %(name)s") % {"name": texts["name"]}
    words = WORDS.get(event.kind)
    return words(data) if words else _plain(event.kind)


def _instant(text: Any) -> datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None


def _anchor(kind: str, data: Data) -> str:
    if kind == "comment.added":
        return f"comment-{data['comment']}"
    return f"note-{data['note']}" if kind == "note.added" else ""


def _plain(kind: str) -> str:
    """Return words for an event of an app above, or of a kind that is not known here yet."""
    return kind.replace(".", ": ").replace("_", " ")


def _level(data: Data, key: str = "level") -> str:
    return str(Criticality(data[key]).label)


def _metric(data: Data) -> str:
    return in_sentence(Metric(data["metric"]).label)


def _role(data: Data) -> str:
    return in_sentence(Role(data["role"]).label)


def _governs(data: Data) -> str:
    words = {"level": _level(data)}
    if data["provisional"]:
        return _("Clocks run as %(level)s, provisionally") % words
    return _("Clocks run as %(level)s") % words


def _message(data: Data) -> str:
    return _("wrote a message – the first response") if data["response"] else _("wrote a message")


def _waiting(data: Data) -> str:
    words = {"whom": in_sentence(WaitingOn(data["on"]).label)}
    if data["stops_clock"]:
        return _("waits on the %(whom)s; the resolution clock stands still") % words
    return _("waits on the %(whom)s; the clocks go on") % words


def _confirmed(data: Data) -> str:
    return (
        _("Confirmed, since the client did not answer in time")
        if data["silent"]
        else _("confirmed the resolution")
    )


def _resolved(data: Data) -> str:
    return (
        _("resolved the issue – this is also the first response")
        if data["response"]
        else _("resolved the issue")
    )


def _progress(data: Data) -> str:
    return _("reported progress: %(stage)s, %(percent)s %%") % {
        "stage": in_sentence(Stage(data["stage"]).label),
        "percent": data["percent"],
    }


def _reminded(data: Data) -> str:
    words = {"party": in_sentence(Party(data["party"]).label)}
    return _("Reminded the %(party)s of the answer that is due") % words


def _fired(data: Data) -> str:
    return _("Escalated to %(role)s: %(metric)s, %(when)s") % {
        "role": _role(data),
        "metric": _metric(data),
        "when": step_words(data["when"]),
    }


def _warned(data: Data) -> str:
    return _("Warned the %(role)s: %(metric)s, %(when)s") % {
        "role": _role(data),
        "metric": _metric(data),
        "when": step_words(data["when"]),
    }


def _acknowledged(data: Data) -> str:
    if data.get("awaited"):
        return _("acknowledged the escalation; others still have to")
    return _("took the escalation in hand")


def _effective(data: Data) -> str:
    if "standing" not in data:
        return _("The exception took effect")
    words = {"reference": data["standing"], "metric": _metric(data)}
    return _("The standing exception %(reference)s took effect on the %(metric)s clock") % words


def _with_level(text: str) -> Callable[[Data], str]:
    return lambda data: _(text) % {"level": _level(data)}


def _with_metric(text: str) -> Callable[[Data], str]:
    return lambda data: _(text) % {"metric": _metric(data)}


def _said(text: str) -> Callable[[Data], str]:
    return lambda data: _(text)


WORDS: Final[dict[str, Callable[[Data], str]]] = {
    "text.erased": _said(gettext_noop("erased a text from the history")),
    "issue.submitted": _with_level(gettext_noop("reported the issue and proposed %(level)s")),
    "level.governs": _governs,
    "classification.agreed": _with_level(gettext_noop("agreed to %(level)s")),
    "classification.countered": _with_level(gettext_noop("proposed %(level)s instead")),
    "classification.reproposed": _with_level(gettext_noop("proposed a new level: %(level)s")),
    "classification.disputed": _said(gettext_noop("took the level to the deciders")),
    "classification.decider_chose": _with_level(gettext_noop("chose %(level)s as decider")),
    "classification.decided": _with_level(gettext_noop("Both deciders chose %(level)s")),
    "classification.lapsed": _with_level(
        gettext_noop("Nobody answered in time, so the proposed level stands: %(level)s")
    ),
    "deadline.moved": _with_metric(gettext_noop("The %(metric)s deadline moved")),
    "obligation.breached": _with_metric(gettext_noop("The %(metric)s deadline was missed")),
    "comment.added": _message,
    "issue.edited": _said(gettext_noop("edited the report")),
    "file.attached": _said(gettext_noop("attached a file")),
    "reminder.sent": _reminded,
    "exception.rejected": _said(gettext_noop("refused the exception")),
    "note.added": _said(gettext_noop("wrote an internal note")),
    "progress.made": _progress,
    "waiting.began": _waiting,
    "waiting.ended": _said(gettext_noop("ended the waiting")),
    "pause.contested": _said(gettext_noop("contested the pause")),
    "pause.upheld": _said(gettext_noop("The contest was upheld: the paused time counts")),
    "pause.dismissed": _said(gettext_noop("The contest was dismissed: the pause stands")),
    "issue.resolved": _resolved,
    "issue.confirmed": _confirmed,
    "issue.closed": _said(gettext_noop("Closed: every duty is done")),
    "issue.reopened": _said(gettext_noop("rejected the resolution; the same clock goes on")),
    "issue.withdrawn": _said(gettext_noop("withdrew the issue")),
    "issue.assigned": _said(gettext_noop("put the issue back")),
    "issue.watched": _said(gettext_noop("follows the issue now")),
    "issue.unwatched": _said(gettext_noop("follows the issue no more")),
    "issue.followed": lambda data: _("reported a follow-up: %(other)s") % {"other": data["other"]},
    "issue.split": lambda data: (
        _("split a part off as %(other)s; this one goes on") % {"other": data["other"]}
    ),
    "issue.split_off": lambda data: (
        _("split this off from %(other)s; its clocks go on") % {"other": data["other"]}
    ),
    "issue.duplicate": lambda data: _("marked the issue as a duplicate of %(other)s") % {"other": data["of"]},
    "terms.applied": lambda data: (
        _("Both parties signed version %(version)s; it is judged by it from here on")
        % {"version": data["version"]}
    ),
    "survey.answered": lambda data: (
        _("answered the question about satisfaction: %(score)s of 5") % {"score": data["score"]}
    ),
    "survey.followed_up": _said(gettext_noop("followed a low answer up")),
    "escalation.warned": _warned,
    "escalation.fired": _fired,
    "escalation.raised": lambda data: _("escalated to %(role)s") % {"role": _role(data)},
    "escalation.acknowledged": _acknowledged,
    "escalation.repeated": lambda data: _("Asked the %(role)s again") % {"role": _role(data)},
    "escalation.handed_on": _said(gettext_noop("handed the escalation on")),
    "escalation.closed": _said(gettext_noop("closed the escalation with an outcome")),
    "escalation.reason_given": _with_metric(
        gettext_noop("gave the reason for the missed %(metric)s deadline")
    ),
    "exception.requested": _said(gettext_noop("requested an exception")),
    "exception.approved": _said(gettext_noop("approved the exception")),
    "exception.accepted": _said(gettext_noop("accepted the exception")),
    "exception.contested": _said(gettext_noop("contested the exception")),
    "exception.effective": _effective,
    "postmortem.due": _said(gettext_noop("A post-mortem is due; its draft is made")),
    "postmortem.due_moved": _said(gettext_noop("The post-mortem is due anew after the new resolution")),
    "postmortem.edited": _said(gettext_noop("worked on the post-mortem")),
    "postmortem.submitted": _said(gettext_noop("put the post-mortem to review")),
    "postmortem.taken_back": _said(gettext_noop("took the post-mortem back to go on writing")),
    "postmortem.sent_back": _said(gettext_noop("sent the post-mortem back")),
    "postmortem.reviewed": _said(gettext_noop("approved the post-mortem")),
    "postmortem.published": lambda data: (
        _("published the post-mortem")
        if data["number"] == 1
        else _("published edition %(number)s of the post-mortem") % {"number": data["number"]}
    ),
    "postmortem.correcting": _said(gettext_noop("opened the post-mortem for a correction")),
    "postmortem.accepted": _said(
        gettext_noop("published the post-mortem to everybody who follows the issue")
    ),
    "postmortem.waiver_asked": _said(gettext_noop("asked to waive the post-mortem")),
    "postmortem.waiver_refused": _said(gettext_noop("refused to waive the post-mortem")),
    "postmortem.waived": _said(gettext_noop("waived the post-mortem")),
    "postmortem.reminded": _said(gettext_noop("Reminded of the overdue post-mortem")),
    "action.committed": _said(gettext_noop("committed to an action")),
    "action.done": _said(gettext_noop("did an action of the post-mortem")),
    "action.dropped": _said(gettext_noop("dropped an action of the post-mortem")),
    "action.postponed": _said(gettext_noop("gave an action of the post-mortem another day")),
    "action.reminded": _said(gettext_noop("Reminded of an overdue action")),
}
