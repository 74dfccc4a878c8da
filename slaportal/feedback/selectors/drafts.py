"""What a draft holds and what it still needs, for its page and for the services that change it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party
from slaportal.feedback.models import (
    COMMITTED,
    NEEDED,
    SECTIONS,
    UNDONE,
    ContributingFactor,
    PostMortem,
    PostMortemEntry,
    PostMortemState,
)
from slaportal.issues.selectors.timeline import Entry, timeline
from slaportal.ledger.models import Event
from slaportal.lib.wording import in_sentence
from slaportal.policies.reckoning import Outcome

OPEN_STATES: Final = tuple(PostMortemState(one) for one in UNDONE)
# What this app itself writes about an issue is no part of what happened.
OWN_KINDS: Final = ("postmortem.", "action.")

LABELS: Final = {
    "summary": gettext_lazy("Summary"),
    "impact": gettext_lazy("Impact"),
    "detection": gettext_lazy("Detection"),
    "trigger": gettext_lazy("Trigger"),
    "resolution": gettext_lazy("Response and resolution"),
    "went_well": gettext_lazy("What went well"),
    "went_poorly": gettext_lazy("What went poorly"),
    "lucky": gettext_lazy("Where we were lucky"),
    "none_needed": gettext_lazy("No action needed, because …"),
    "client_text": gettext_lazy("Text for the client"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line that the timeline can show: an event of the ledger in words, or an own entry."""

    at: datetime
    entry: Entry | None
    own: PostMortemEntry | None
    ticked: bool


def texts_at(postmortem: PostMortem, *, version: int) -> dict[str, str]:
    """Return the sections as they stood at `version`; a draft begins with empty ones."""
    saved = postmortem.revisions.filter(version__lte=version).order_by("-version").first()
    found = saved.texts if saved else {}
    return {name: found.get(name, "") for name in SECTIONS}


def saved_last(postmortem: PostMortem, *, after: int) -> str:
    """Return who saved texts after version `after`, "" for nobody."""
    saved = postmortem.revisions.filter(version__gt=after).select_related("author__user").last()
    return str(saved.author.user) if saved else ""


def events_for(postmortem: PostMortem) -> list[Event]:
    """Return the events of the issue that the timeline can hold, oldest first."""
    events = Event.objects.about(postmortem.issue.reference)
    return [one for one in events if not one.kind.startswith(OWN_KINDS)]


def lines_of(postmortem: PostMortem, *, reader: Membership) -> list[Line]:
    """Return every line that the timeline can hold, oldest first, with those that it does hold ticked."""
    entries = list(postmortem.entries.all())
    ticked = {one.event_id for one in entries if one.event_id}
    found = [
        Line(one.at, one, None, one.event.pk in ticked)
        for one in reversed(timeline(postmortem.issue, reader=reader))
        if not one.event.kind.startswith(OWN_KINDS)
    ]
    found += [Line(one.at, None, one, ticked=True) for one in entries if one.event_id is None]
    return sorted(found, key=lambda line: line.at)


def missing(postmortem: PostMortem) -> list[str]:
    """Return in words what a draft still needs before it can go to review; [] when it is ready."""
    found = [
        _("“%(section)s” is empty.") % {"section": LABELS[name]}
        for name in NEEDED
        if not getattr(postmortem, name)
    ]
    if not postmortem.factors.exists():
        found.append(_("No contributing factor is named."))
    if not postmortem.actions.filter(state__in=COMMITTED).exists() and not postmortem.none_needed:
        found.append(_("No action is committed. Commit to one, or say why none is needed."))
    if not postmortem.client_text:
        found.append(_("The text for the client is empty."))
    return found


def suggestions(postmortem: PostMortem) -> dict[str, str]:
    """Return what the record already knows for empty sections: missed deadlines and the resolution note."""
    issue = postmortem.issue
    missed = [one for one in issue.obligations.all() if one.outcome == Outcome.BREACHED]
    return {
        "impact": "\n".join(
            _("The %(metric)s deadline was missed.") % {"metric": in_sentence(one.get_metric_display())}
            for one in missed
        ),
        "resolution": issue.resolution_note,
    }


def known_name(kind: str, name: str) -> str:
    """Return the spelling under which a factor is known already, so that it is counted as the same one."""
    known = ContributingFactor.objects.filter(kind=kind, name__iexact=name).order_by("pk")
    return known.values_list("name", flat=True).first() or name


def known_names() -> list[str]:
    """Return the names of factors that were used before, for suggestions."""
    return list(ContributingFactor.objects.order_by("name").values_list("name", flat=True).distinct()[:200])


def may_write(member: Membership | None) -> bool:
    """Whether `member` may write post-mortems at all."""
    return permissions.may(member, "postmortem.write")


def writers() -> QuerySet[Membership]:
    """Return the people who can write post-mortems."""
    return _people("postmortem.write")


def action_owners() -> QuerySet[Membership]:
    """Return the people who can own an action."""
    return _people("action.update")


def _people(act: str) -> QuerySet[Membership]:
    return (
        Membership.objects.filter(
            active=True, user__is_active=True, party=Party.VENDOR, role__in=permissions.roles_with(act)
        )
        .select_related("user")
        .order_by("user__name")
    )


def writers_of(postmortem: PostMortem, *, number: int) -> set[int]:
    """Return the keys of those who wrote at edition `number`."""
    return set(postmortem.authors.filter(number=number).values_list("member", flat=True))
