"""The acts on a post-mortem: when each is offered, its form, its service, and what to say after it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.feedback.forms import postmortems as forms
from slaportal.feedback.models import PostMortem, PostMortemState
from slaportal.feedback.selectors import drafts
from slaportal.feedback.services import postmortems as services

State = PostMortemState
Given = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its right, the states in which it is possible, form, service, and words after it.

    `row` names the service's argument that gets the row the act is about; `releases`: not for who wrote at it.
    """

    right: str
    states: tuple[State, ...]
    form: type[forms.Plain]
    service: Callable[..., object]
    done: Promise | str
    row: str = ""
    releases: bool = False

    def offered(self, postmortem: PostMortem, member: Membership, *, wrote: bool) -> bool:
        """Whether `member`, who `wrote` at it or not, may do it now."""
        able = permissions.may(member, self.right, organization_id=postmortem.issue.organization_id)
        return able and postmortem.state in self.states and not (self.releases and wrote)

    def run(self, postmortem: PostMortem, member: Membership, given: Given, *, now: datetime) -> None:
        """Call the service with what was typed."""
        typed = {name: value for name, value in given.items() if name != "version"}
        if self.row:
            typed[self.row] = typed.pop("row")
        self.service(postmortem=postmortem, actor=member, now=now, **typed)


WRITE, RELEASE, WAIVE = "postmortem.write", "postmortem.release", "postmortem.waive"
DRAFT = (State.DRAFT,)
REVIEWING = (State.REVIEW, State.REVIEWED)

ACTS: Final[dict[str, Act]] = {
    "add-entry": Act(WRITE, DRAFT, forms.EntryForm, services.add_entry, _("Added to the timeline.")),
    "remove-entry": Act(WRITE, DRAFT, forms.Row, services.remove_entry, _("Taken out."), row="entry"),
    "add-factor": Act(WRITE, DRAFT, forms.FactorForm, services.add_factor, _("Added to the factors.")),
    "remove-factor": Act(WRITE, DRAFT, forms.Row, services.remove_factor, _("Taken off."), row="factor"),
    "add-action": Act(
        WRITE, DRAFT, forms.ActionForm, services.add_action, _("Committed. Its owner is told.")
    ),
    "add-idea": Act(WRITE, DRAFT, forms.IdeaForm, services.add_idea, _("Added to the ideas.")),
    "commit-idea": Act(
        WRITE,
        DRAFT,
        forms.CommitForm,
        services.commit_idea,
        _("Committed. Its owner is told."),
        row="idea",
    ),
    "remove-action": Act(WRITE, DRAFT, forms.Row, services.remove_action, _("Taken off."), row="action"),
    "hand-over": Act(
        WRITE,
        drafts.OPEN_STATES,
        forms.HandOver,
        services.hand_over,
        _("Handed over. The new owner is told."),
    ),
    "submit": Act(
        WRITE, DRAFT, forms.Plain, services.submit, _("Put to review. Another person reads it now.")
    ),
    "take-back": Act(
        WRITE, REVIEWING, forms.Plain, services.take_back, _("It is a draft again; the review begins anew.")
    ),
    "send-back": Act(
        RELEASE, REVIEWING, forms.Reason, services.send_back, _("Sent back; its author reads the reason.")
    ),
    "approve": Act(
        RELEASE,
        (State.REVIEW,),
        forms.Plain,
        services.approve,
        _("Approved. The next step is to publish it to the client."),
        releases=True,
    ),
    "publish": Act(
        RELEASE,
        (State.REVIEWED,),
        forms.Publish,
        services.publish,
        _("Published. The client's managers are told."),
        releases=True,
    ),
    "correct": Act(
        WRITE,
        (State.PUBLISHED,),
        forms.Plain,
        services.correct,
        _("Open for a correction. The published edition stands until the next one."),
    ),
    "ask-waiver": Act(
        WRITE, DRAFT, forms.Reason, services.ask_waiver, _("Asked. Another person decides on it.")
    ),
    "waive": Act(WAIVE, (State.WAIVER,), forms.Plain, services.waive, _("Waived.")),
    "refuse-waiver": Act(
        WAIVE, (State.WAIVER,), forms.Reason, services.refuse_waiver, _("Refused; it stays due.")
    ),
}
# Acts whose right words depend on exactly what the person saw.
OF_WHAT_WAS_SEEN: Final = frozenset({"submit", "approve", "publish", "waive", "send-back"})


def offered(postmortem: PostMortem, member: Membership) -> dict[str, Act]:
    """Return the acts that `member` may do now."""
    number = postmortem.editions.count() + 1
    wrote = member.pk in drafts.writers_of(postmortem, number=number)
    found = {name: act for name, act in ACTS.items() if act.offered(postmortem, member, wrote=wrote)}
    if postmortem.published_at is not None:
        found.pop("ask-waiver", None)
    if postmortem.waiver_by_id == member.pk:
        found.pop("waive", None)
    return found
