"""Coming in through an organization's own identity provider: who is let in, and as whom."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts.models import IdentityProvider, Membership, User
from slaportal.accounts.services.people import add_membership
from slaportal.lib.refusal import Refused


def provider_of(email: str) -> IdentityProvider | None:
    """Return the identity provider that speaks for this address, or None."""
    domain = email.strip().lower().rpartition("@")[2]
    return IdentityProvider.objects.filter(domains__name=domain, active=True).first()


def must_use_provider(email: str) -> bool:
    """Whether the person with this address may come in through their organization only."""
    provider = provider_of(email)
    return provider is not None and provider.required


@transaction.atomic
def admit(*, provider: IdentityProvider, email: str, name: str, now: datetime) -> User:
    """Return the person whom `provider` vouches for, made a member where it may do that.

    Raises `Refused` for an address outside its domains, and for people who do not belong to its organization.
    """
    email = email.strip().lower()
    organization = provider.organization
    if not provider.active or not provider.domains.filter(name=email.rpartition("@")[2]).exists():
        raise Refused(
            _("%(organization)s does not speak for the address %(email)s.")
            % {"organization": organization, "email": email or "–"}
        )
    user = User.objects.filter(email=email).first()
    if user is not None:
        if user.is_active and user.memberships.filter(organization=organization, active=True).exists():
            return user
        # Access that was ended stays ended: only the people who ended it give it back.
        if user.memberships.filter(organization=organization).exists() or not user.is_active:
            raise Refused(_("Your access was ended. Ask a manager of your organization."))
    if not provider.admits:
        raise Refused(_("You have no account here yet. Ask a manager of your organization to invite you."))
    if user is None:
        user = User(email=email, name=name.strip() or email, date_joined=now, timezone=organization.timezone)
        user.set_unusable_password()
        user.full_clean(exclude=["password"])
        user.save()
    add_membership(user=user, organization=organization, role=provider.admits)
    return user


def memberships_through(members: list[Membership], organization_id: int | None) -> list[Membership]:
    """Return through which of `members` a session may act that came in through `organization_id`'s provider, or by itself."""
    if organization_id is None:
        return members
    return [member for member in members if member.organization_id == organization_id]
