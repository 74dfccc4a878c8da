"""Writing a draft: texts that two people may change at once, timeline, factors, and who owns it (spec §7)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership, Party
from slaportal.feedback.models import (
    SECTIONS,
    ContributingFactor,
    FactorKind,
    PostMortem,
    PostMortemEntry,
    PostMortemRevision,
)
from slaportal.feedback.selectors import drafts
from slaportal.feedback.services.postmortems import common
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy, tidy_line

LONGEST = 20_000
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did: the sections that this person changed, and those that somebody else had changed meanwhile."""

    changed: list[str]
    others: list[str]


class Overlap(Refused):
    """Two people changed the same section: `both` maps it to the stored and the typed text. Nothing was saved."""

    def __init__(self, both: dict[str, tuple[str, str]]) -> None:
        super().__init__(
            _("Somebody else changed the same text meanwhile. Here are both; put them together.")
        )
        self.both = both


@transaction.atomic
def save_texts(
    *,
    postmortem: PostMortem,
    texts: Texts,
    check_on: date | None,
    seen: int,
    actor: Membership,
    now: datetime,
) -> Saved:
    """Save the sections as typed over version `seen` of the post-mortem.

    A section that only one of two writers changed is taken from that one. Raises `Overlap` where both changed the
    same one in different ways, `Refused` for a text that is too long.
    """
    common.begin_writing(postmortem, actor)
    stored = postmortem.texts()
    base = drafts.texts_at(postmortem, version=seen)
    typed = {name: _checked(texts.get(name, stored[name])) for name in SECTIONS}
    mine = [name for name in SECTIONS if typed[name] != base[name]]
    theirs = [name for name in SECTIONS if stored[name] != base[name]]
    both = {
        name: (stored[name], typed[name]) for name in mine if name in theirs and stored[name] != typed[name]
    }
    if both:
        raise Overlap(both)
    changed = [name for name in mine if typed[name] != stored[name]]
    for name in changed:
        setattr(postmortem, name, typed[name])
    postmortem.check_on = check_on
    postmortem.save(update_fields=[*changed, "check_on"])
    if changed:
        PostMortemRevision.objects.create(
            postmortem=postmortem,
            version=postmortem.version,
            texts=postmortem.texts(),
            author=actor,
            at=now,
            demo=postmortem.issue.demo,
        )
        common.record_edit(postmortem, "texts", actor=actor, now=now, sections=changed)
    return Saved(changed, theirs)


@transaction.atomic
def tick(*, postmortem: PostMortem, events: Collection[int], actor: Membership, now: datetime) -> None:
    """Keep exactly `events` of the ledger in the timeline; own entries stay."""
    common.begin_writing(postmortem, actor)
    offered = {event.pk: event for event in drafts.events_for(postmortem)}
    wanted = {pk for pk in events if pk in offered}
    kept = set(postmortem.entries.filter(event__isnull=False).values_list("event", flat=True))
    if wanted == kept:
        return
    postmortem.entries.filter(event__in=kept - wanted).delete()
    PostMortemEntry.objects.bulk_create(
        [PostMortemEntry(postmortem=postmortem, event_id=pk, at=offered[pk].at) for pk in wanted - kept]
    )
    common.record_edit(postmortem, "timeline", actor=actor, now=now, ticked=len(wanted))


@transaction.atomic
def add_entry(
    *, postmortem: PostMortem, at: datetime, text: str, for_client: bool, actor: Membership, now: datetime
) -> PostMortemEntry:
    """Add an own entry with its own time: what the record does not know."""
    common.begin_writing(postmortem, actor)
    text = tidy_line(text)
    if not text:
        raise Refused(_("Say what happened then."))
    if at > now:
        raise Refused(_("A timeline tells what has happened; this instant is still to come."))
    entry = PostMortemEntry.objects.create(
        postmortem=postmortem, at=at, text=text[:500], for_client=for_client
    )
    common.record_edit(postmortem, "timeline", actor=actor, now=now, entry=entry.pk)
    return entry


@transaction.atomic
def remove_entry(*, postmortem: PostMortem, entry: int, actor: Membership, now: datetime) -> None:
    """Take an own entry out again."""
    common.begin_writing(postmortem, actor)
    if postmortem.entries.filter(pk=entry, event=None).delete()[0]:
        common.record_edit(postmortem, "timeline", actor=actor, now=now, removed=entry)


@transaction.atomic
def add_factor(
    *,
    postmortem: PostMortem,
    kind: str,
    name: str,
    text: str,
    for_client: bool,
    actor: Membership,
    now: datetime,
) -> ContributingFactor:
    """Add one of the several things that had to come together; the same name in other post-mortems is the same factor."""
    common.begin_writing(postmortem, actor)
    name = drafts.known_name(kind, tidy_line(name)[:80])
    if kind not in FactorKind.values or not name:
        raise Refused(_("Name the factor in a few words and choose its kind."))
    if postmortem.factors.filter(kind=kind, name=name).exists():
        raise Refused(_("“%(name)s” is on the list already.") % {"name": name})
    factor = ContributingFactor.objects.create(
        postmortem=postmortem,
        kind=kind,
        name=name,
        text=_checked(text),
        for_client=for_client,
        added_by=actor,
        added_at=now,
    )
    common.record_edit(postmortem, "factors", actor=actor, now=now, factor=factor.pk, factor_kind=kind)
    return factor


@transaction.atomic
def remove_factor(*, postmortem: PostMortem, factor: int, actor: Membership, now: datetime) -> None:
    """Take a factor off the list again."""
    common.begin_writing(postmortem, actor)
    if postmortem.factors.filter(pk=factor).delete()[0]:
        common.record_edit(postmortem, "factors", actor=actor, now=now, removed=factor)


@transaction.atomic
def hand_over(*, postmortem: PostMortem, to: Membership, actor: Membership, now: datetime) -> None:
    """Give the duty to write to another person of the vendor, who is told."""
    common.begin(postmortem, actor, "postmortem.write", *drafts.OPEN_STATES)
    if to.party != Party.VENDOR or not to.active or not drafts.may_write(to):
        raise Refused(_("%(name)s cannot write post-mortems.") % {"name": to.user})
    before, postmortem.owner = postmortem.owner_id, to
    postmortem.save(update_fields=["owner"])
    event = common.record(
        postmortem, "postmortem.handed_over", actor=actor, at=now, before=before, after=to.pk
    )
    common.tell(postmortem, "postmortem-due", cause=event, to=[to.user], now=now, actor=actor)


def _checked(text: str) -> str:
    text = tidy(text)
    if len(text) > LONGEST:
        raise Refused(
            _("A section has %(most)s characters at most; this one has %(count)s.")
            % {"most": f"{LONGEST:,}", "count": f"{len(text):,}"}
        )
    return text
