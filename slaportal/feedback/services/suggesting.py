"""Suggestions: made, discussed, decided with a reason, linked to a draft, and in effect with it (spec §7)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization, Party, Role, User
from slaportal.feedback.models import Suggestion, SuggestionComment, SuggestionState
from slaportal.feedback.models.suggestions import UNDECIDED
from slaportal.ledger import services as ledger
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy
from slaportal.notifications import services as notifications
from slaportal.policies import services as policies
from slaportal.policies.models import Agreement, Policy, PolicyVersion

DECIDERS = (Role.VENDOR_LEAD, Role.SENIOR_MANAGEMENT)


@transaction.atomic
def suggest(
    *, organization: Organization, topic: str, title: str, text: str, actor: Membership, now: datetime
) -> Suggestion:
    """Propose a change of the agreement with `organization`. Raises `NotAllowed`, or `Refused` for an empty one."""
    permissions.require(actor, "suggestion.make", organization_id=organization.pk)
    title, text = tidy(title), tidy(text)
    if not title or not text:
        raise Refused(_("Say in a title and in some sentences what should change, and why."))
    if organization.party != Party.CLIENT:
        raise Refused(_("Choose the client whose agreement it is about."))
    found = Suggestion.objects.create(
        organization=organization, topic=topic, title=title, text=text, made_by=actor, made_at=now
    )
    event = _record(found, "suggestion.made", actor=actor, now=now, texts={"title": title, "reason": text})
    _tell(found, "suggestion-made", cause=event, to=_deciders(found), actor=actor, now=now, text=text)
    return found


@transaction.atomic
def discuss(*, suggestion: Suggestion, body: str, actor: Membership, now: datetime) -> SuggestionComment:
    """Add a word to the discussion; the first one of the vendor takes the suggestion up."""
    permissions.require(actor, "suggestion.make", organization_id=suggestion.organization_id)
    body = tidy(body)
    if not body:
        raise Refused(_("Write something first."))
    comment = SuggestionComment.objects.create(suggestion=suggestion, author=actor, at=now, body=body)
    if actor.is_vendor:
        Suggestion.objects.filter(pk=suggestion.pk, state=SuggestionState.NEW).update(
            state=SuggestionState.DISCUSSED
        )
        suggestion.refresh_from_db()
    event = _record(
        suggestion, "suggestion.discussed", actor=actor, now=now, texts={"reason": body}, comment=comment.pk
    )
    _tell(
        suggestion,
        "suggestion-discussed",
        cause=event,
        to=_concerned(suggestion),
        actor=actor,
        now=now,
        text=body,
    )
    return comment


@transaction.atomic
def triage(*, suggestion: Suggestion, actor: Membership, now: datetime) -> None:
    """Take a new suggestion up, for the vendor. Raises `NotAllowed` or `Refused`."""
    permissions.require(actor, "suggestion.decide", organization_id=suggestion.organization_id)
    _move(suggestion, [SuggestionState.NEW], state=SuggestionState.DISCUSSED)
    _record(suggestion, "suggestion.taken_up", actor=actor, now=now)


@transaction.atomic
def decide(*, suggestion: Suggestion, accepted: bool, reason: str, actor: Membership, now: datetime) -> None:
    """Accept or decline, once, with a reason that both parties read. Raises `NotAllowed` or `Refused`."""
    permissions.require(actor, "suggestion.decide", organization_id=suggestion.organization_id)
    reason = tidy(reason)
    if not reason:
        raise Refused(_("Give the reason; both parties will read it."))
    state = SuggestionState.ACCEPTED if accepted else SuggestionState.DECLINED
    _move(suggestion, UNDECIDED, state=state, decided_by=actor, decided_at=now, reason=reason)
    event = _record(
        suggestion,
        "suggestion.decided",
        actor=actor,
        now=now,
        texts={"reason": reason},
        accepted=accepted,
    )
    _tell(
        suggestion,
        "suggestion-decided",
        cause=event,
        to=_concerned(suggestion),
        actor=actor,
        now=now,
        reason=reason,
        accepted=accepted,
    )


@transaction.atomic
def link_version(*, suggestion: Suggestion, version: PolicyVersion, actor: Membership, now: datetime) -> None:
    """Say which version of the policy an accepted suggestion led to."""
    permissions.require(actor, "policy.draft")
    _move(suggestion, [SuggestionState.ACCEPTED], version=version)
    _record(
        suggestion,
        "suggestion.linked",
        actor=actor,
        now=now,
        policy=version.policy.key,
        version=version.number,
    )


@transaction.atomic
def draft_for(*, suggestion: Suggestion, actor: Membership, now: datetime) -> PolicyVersion:
    """Link the open draft of the client's policy, or open the next one for it; return the draft."""
    agreement = (
        Agreement.objects.filter(organization=suggestion.organization)
        .order_by("-effective_from")
        .select_related("policy_version__policy")
        .first()
    )
    policy = agreement.policy_version.policy if agreement else Policy.objects.order_by("pk").first()
    if policy is None:
        raise Refused(_("There is no policy yet; an administrator makes the first."))
    draft = policy.versions.filter(status=PolicyVersion.Status.DRAFT).first()
    draft = draft or policies.draft_next(policy, actor=actor, now=now)
    link_version(suggestion=suggestion, version=draft, actor=actor, now=now)
    return draft


def note_effect(*, now: datetime) -> int:
    """Show accepted suggestions as done whose version, or a later one of its policy, binds their client by now."""
    waiting = Suggestion.objects.filter(state=SuggestionState.ACCEPTED, version__isnull=False)
    return sum(
        _note_effect(one, now=now)
        for one in waiting.select_related("version", "organization", "made_by__user")
    )


@transaction.atomic
def _note_effect(suggestion: Suggestion, *, now: datetime) -> bool:
    version = suggestion.version
    assert version is not None
    binding = (
        Agreement.objects.filter(
            organization=suggestion.organization,
            policy_version__policy=version.policy_id,
            policy_version__number__gte=version.number,
            effective_from__lte=now,
        )
        .order_by("effective_from")
        .first()
    )
    if binding is None:
        return False
    taken = Suggestion.objects.filter(pk=suggestion.pk, state=SuggestionState.ACCEPTED).update(
        state=SuggestionState.IN_EFFECT, effective_at=binding.effective_from
    )
    if not taken:
        return False
    suggestion.refresh_from_db()
    event = _record(suggestion, "suggestion.in_effect", actor=None, now=now, agreement=binding.pk)
    _tell(suggestion, "suggestion-in-effect", cause=event, to=_concerned(suggestion), actor=None, now=now)
    return True


def _move(suggestion: Suggestion, states: Iterable[str], **columns: Any) -> None:
    """Change a suggestion that is in one of `states`, by compare-and-swap."""
    if not Suggestion.objects.filter(pk=suggestion.pk, state__in=list(states)).update(**columns):
        raise Refused(_("Somebody else has moved this suggestion on. Look at it again."))
    suggestion.refresh_from_db()


def _record(
    suggestion: Suggestion,
    kind: str,
    *,
    actor: Membership | None,
    now: datetime,
    texts: dict[str, str] | None = None,
    **data: Any,
) -> Event:
    return ledger.append(
        kind,
        organization=suggestion.organization,
        subject=suggestion.reference,
        actor=actor,
        at=now,
        data=data,
        texts=texts,
    )


def _deciders(suggestion: Suggestion) -> list[User]:
    members = Membership.objects.filter(party=Party.VENDOR, role__in=DECIDERS, active=True)
    return [one.user for one in members.select_related("user")]


def _concerned(suggestion: Suggestion) -> list[User]:
    """Return who made it, spoke in its discussion, manages the client or decides for the vendor."""
    talked = suggestion.comments.values("author")
    members = Membership.objects.filter(active=True).filter(
        Q(pk=suggestion.made_by_id)
        | Q(pk__in=talked)
        | Q(organization=suggestion.organization_id, role=Role.CLIENT_MANAGER)
    )
    people = {one.user_id: one.user for one in members.select_related("user")}
    return [*people.values(), *(user for user in _deciders(suggestion) if user.pk not in people)]


def _tell(
    suggestion: Suggestion,
    kind: str,
    *,
    cause: Event,
    to: Iterable[User],
    actor: Membership | None,
    now: datetime,
    **extra: Any,
) -> None:
    notifications.enqueue(
        kind,
        cause=f"event:{cause.pk}",
        to=[user for user in to if actor is None or user.pk != actor.user_id],
        context={
            "reference": suggestion.reference,
            "title": suggestion.title,
            "organization": suggestion.organization.name,
            "actor": actor.user.name if actor else "",
            "actor_party": actor.party if actor else "",
            "url": f"/suggestions/{suggestion.reference}",
            **extra,
        },
        subject_reference=suggestion.reference,
        now=now,
        demo=suggestion.organization.demo,
    )
