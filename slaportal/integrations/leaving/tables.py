"""What belongs to an organization, table by table, as its reader may see it. Secrets are in none of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from slaportal.accounts.models import Membership, Organization, User
from slaportal.escalations.models import BreachReason, Escalation, SlaException
from slaportal.feedback.models import ActionItem, PostMortem, PostMortemEdition, Suggestion
from slaportal.issues.models import (
    Attachment,
    Comment,
    InternalNote,
    Issue,
    Obligation,
    Pause,
    Proposal,
    Vote,
)
from slaportal.ledger.models import Event, EventText
from slaportal.policies.models import (
    Agreement,
    BusinessCalendar,
    CriticalityDefinition,
    PolicyVersion,
    Target,
)

BATCH = 500


@dataclass(frozen=True)
class Table:
    """One file of the export. `rows`: what of it `member` may have of `organization`; `without`: columns left out."""

    name: str
    rows: Callable[[Organization, Membership], QuerySet[Any]]
    without: tuple[str, ...] = ()


def _issues(organization: Organization, member: Membership) -> QuerySet[Issue]:
    return Issue.objects.visible_to(member).filter(organization=organization)


def _agreements(organization: Organization, member: Membership) -> QuerySet[Agreement]:
    return Agreement.objects.visible_to(member).filter(organization=organization)


def _events(organization: Organization, member: Membership) -> QuerySet[Event]:
    return Event.objects.filter(organization=organization).readable_by(member.party)


def _of_issues(model: type[Model]) -> Callable[[Organization, Membership], QuerySet[Any]]:
    def rows(organization: Organization, member: Membership) -> QuerySet[Any]:
        return model._default_manager.filter(issue__in=_issues(organization, member))

    return rows


def _seen(model: Any) -> Callable[[Organization, Membership], QuerySet[Any]]:
    """Rows of an issue that have a rule of their own about who sees them."""

    def rows(organization: Organization, member: Membership) -> QuerySet[Any]:
        found: QuerySet[Any] = model.objects.visible_to(member).filter(issue__organization=organization)
        return found

    return rows


def _notes(organization: Organization, member: Membership) -> QuerySet[InternalNote]:
    notes = InternalNote.objects.filter(issue__in=_issues(organization, member))
    return notes if member.is_vendor else notes.none()


def _of_vendor(model: Any) -> Callable[[Organization, Membership], QuerySet[Any]]:
    """Rows of post-mortems in the vendor's own words, which the client reads in its own edition."""

    def rows(organization: Organization, member: Membership) -> QuerySet[Any]:
        path = "issue__in" if model is PostMortem else "postmortem__issue__in"
        found: QuerySet[Any] = model.objects.filter(**{path: _issues(organization, member)})
        return found if member.is_vendor else found.none()

    return rows


def _people(organization: Organization, member: Membership) -> QuerySet[User]:
    wrote = Q(memberships__organization=organization) | Q(
        pk__in=Comment.objects.filter(issue__in=_issues(organization, member)).values("author__user")
    )
    return User.objects.filter(wrote).distinct()


TABLES: tuple[Table, ...] = (
    Table("organizations", lambda one, member: Organization.objects.filter(pk=one.pk)),
    Table("people", _people, without=("password", "last_login", "is_superuser", "is_staff")),
    Table(
        "memberships",
        lambda one, member: Membership.objects.filter(
            Q(organization=one) | Q(user__in=_people(one, member), party="vendor")
        ),
    ),
    Table("agreements", _agreements),
    Table(
        "policy_versions",
        lambda one, member: PolicyVersion.objects.filter(
            pk__in=_agreements(one, member).values("policy_version")
        ),
    ),
    Table(
        "criticality_definitions",
        lambda one, member: CriticalityDefinition.objects.filter(
            version__in=_agreements(one, member).values("policy_version")
        ),
    ),
    Table(
        "targets",
        lambda one, member: Target.objects.filter(
            version__in=_agreements(one, member).values("policy_version")
        ),
    ),
    Table(
        "calendars",
        lambda one, member: BusinessCalendar.objects.filter(
            pk__in=_agreements(one, member).values("calendar")
        ),
    ),
    Table("issues", _issues),
    Table("proposals", _of_issues(Proposal)),
    Table("votes", lambda one, member: Vote.objects.filter(proposal__issue__in=_issues(one, member))),
    Table("comments", _of_issues(Comment)),
    Table("internal_notes", _notes),
    Table("pauses", _of_issues(Pause)),
    Table("obligations", _of_issues(Obligation)),
    Table("attachments", _seen(Attachment)),
    Table("escalations", _seen(Escalation)),
    Table("exceptions", _seen(SlaException)),
    Table(
        "breach_reasons",
        lambda one, member: BreachReason.objects.filter(obligation__issue__in=_issues(one, member)),
    ),
    Table("postmortems", _of_vendor(PostMortem)),
    Table("postmortem_editions", _of_vendor(PostMortemEdition)),
    Table(
        "postmortem_client_editions",
        lambda one, member: PostMortemEdition.objects.filter(postmortem__issue__in=_issues(one, member)),
        without=("content", "client_words", "author", "reviewed_by"),
    ),
    Table(
        "actions",
        lambda one, member: ActionItem.objects.visible_to(member).filter(postmortem__issue__organization=one),
    ),
    Table("suggestions", lambda one, member: Suggestion.objects.visible_to(member).filter(organization=one)),
    Table("events", _events),
    Table("event_texts", lambda one, member: EventText.objects.filter(event__in=_events(one, member))),
)


def rows_of(table: Table, organization: Organization, member: Membership) -> Iterator[dict[str, Any]]:
    """Return each row as column → value, in the order of keys: the same export twice is the same text."""
    queryset = table.rows(organization, member).order_by("pk")
    columns = [one.attname for one in queryset.model._meta.concrete_fields if one.name not in table.without]
    yield from queryset.values(*columns).iterator(chunk_size=BATCH)
