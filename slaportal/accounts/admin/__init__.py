"""The vendor's side of people: organizations, persons, memberships, invitations."""

from slaportal.accounts.admin.identity import IdentityProviderAdmin
from slaportal.accounts.admin.organizations import OrganizationAdmin
from slaportal.accounts.admin.people import InvitationAdmin, MembershipAdmin, UserAdmin

__all__ = ["IdentityProviderAdmin", "InvitationAdmin", "MembershipAdmin", "OrganizationAdmin", "UserAdmin"]
