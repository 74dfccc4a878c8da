"""Organizations, people and what each person sets for themselves."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import CLIENT_ROLES, VENDOR_ROLES, Membership, Organization, Party, Role, User
from slaportal.lib.refusal import Refused


@transaction.atomic
def create_organization(
    *, name: str, party: str, timezone: str = "UTC", key: str | None = None, demo: bool = False
) -> Organization:
    """Return the organization of `key`, created if it is not there; loading twice changes nothing (spec §8).

    There is one vendor: asking for it again, under whatever key, returns it. A vendor that was made without a key
    takes the first one.
    """
    if key is not None:
        found = Organization.objects.filter(source_key=key).first()
        if found is not None:
            return found
    if party == Party.VENDOR:
        vendor = Organization.objects.filter(party=Party.VENDOR).first()
        if vendor is not None:
            if vendor.source_key is None and key is not None:
                vendor.source_key = key
                vendor.save(update_fields=["source_key"])
            return vendor
    organization = Organization(name=name, party=party, timezone=timezone, source_key=key, demo=demo)
    organization.full_clean()
    organization.save()
    return organization


@transaction.atomic
def update_organization(*, organization: Organization, name: str, timezone: str) -> Organization:
    """Set name and zone; the party stays, since every agreement and membership rests on it."""
    organization.name, organization.timezone = name, timezone
    organization.full_clean()
    organization.save(update_fields=["name", "timezone"])
    return organization


@transaction.atomic
def create_person(
    *,
    email: str,
    name: str,
    organization: Organization,
    role: str,
    now: datetime,
    demo: bool = False,
    password: str | None = None,
) -> Membership:
    """Return the membership of `email` in `organization`, with its person, created if it is not there.

    A person or membership that exists is left as it is. Without `password` the person can come in only by setting
    a new one from a mail. Raises `ValidationError` for a role of the other party.
    """
    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User(email=email, name=name, timezone=organization.timezone, date_joined=now, demo=demo)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save()
    member = Membership.objects.filter(user=user, organization=organization).first()
    return member or add_membership(user=user, organization=organization, role=role)


def assignable_roles(actor: Membership, organization: Organization) -> list[str]:
    """Return the roles `actor` may give in `organization`.

    A client gives client roles, the outside auditor's among them, since it is the client who is audited for; only an
    administrator gives roles above a lead's.
    """
    roles = CLIENT_ROLES if organization.party == Party.CLIENT else VENDOR_ROLES
    return [role.value for role in roles if actor.role == Role.ADMIN or role not in _reserved(actor)]


def add_membership(
    *, user: User, organization: Organization, role: str, ends_at: datetime | None = None
) -> Membership:
    """Let `user` act for `organization` in `role`, until `ends_at` if it is for a time; the vendor's may open the admin."""
    member = Membership(
        user=user, organization=organization, party=organization.party, role=role, ends_at=ends_at
    )
    member.full_clean()
    member.save()
    _set_staff(user)
    return member


@transaction.atomic
def end_membership(*, member: Membership, actor: Membership, now: datetime) -> Membership:
    """Take from a person the right to act for the organization, at once. What they did stays theirs."""
    _require_care_of(actor, member)
    if member.user_id == actor.user_id:
        raise Refused(_("You cannot end your own membership. Ask a colleague to do it."))
    member.active = False
    member.save(update_fields=["active"])
    _set_staff(member.user)
    return member


@transaction.atomic
def end_due_memberships(*, now: datetime) -> int:
    """End on record the memberships whose time is over; return how many. Each request asks for itself before that."""
    due = Membership.objects.filter(active=True, ends_at__lte=now).select_related("user")
    ended = 0
    for member in due:
        ended += Membership.objects.filter(pk=member.pk, active=True).update(active=False)
        _set_staff(member.user)
    return ended


@transaction.atomic
def restore_membership(*, member: Membership, actor: Membership, now: datetime) -> Membership:
    """Give a person back the right to act for the organization in the role they had."""
    _require_care_of(actor, member)
    if member.has_ended(now=now):
        raise Refused(_("This access was for a time that is over. Invite the person anew."))
    member.active = True
    member.save(update_fields=["active"])
    _set_staff(member.user)
    return member


@transaction.atomic
def update_profile(*, user: User, name: str, language: str, timezone: str) -> User:
    """Set what a person decides for themselves."""
    user.name, user.language, user.timezone = name, language, timezone
    user.full_clean(exclude=["password"])
    user.save(update_fields=["name", "language", "timezone"])
    return user


def _require_care_of(actor: Membership, member: Membership) -> None:
    permissions.require(actor, "people.invite", organization_id=member.organization_id)
    if member.role not in assignable_roles(actor, member.organization):
        raise Refused(
            _("Only an administrator may change the access of a person who is %(role)s.")
            % {"role": member.get_role_display()}
        )


def _reserved(actor: Membership) -> tuple[Role, ...]:
    return (Role.ADMIN, Role.SENIOR_MANAGEMENT) if actor.is_vendor else ()


def _set_staff(user: User) -> None:
    """Keep "may open the admin" equal to "acts for the vendor"; superusers keep what they were given."""
    staff = user.is_superuser or user.memberships.filter(party=Party.VENDOR, active=True).exists()
    if user.is_staff != staff:
        user.is_staff = staff
        user.save(update_fields=["is_staff"])
