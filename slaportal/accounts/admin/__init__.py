"""The vendor's side of people: organizations, persons, memberships, invitations."""

from slaportal.accounts.admin.organizations import OrganizationAdmin
from slaportal.accounts.admin.people import InvitationAdmin, MembershipAdmin, UserAdmin

__all__ = ["InvitationAdmin", "MembershipAdmin", "OrganizationAdmin", "UserAdmin"]
