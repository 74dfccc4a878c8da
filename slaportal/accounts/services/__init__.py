"""Every write about people and organizations, one act a function."""

from slaportal.accounts.services.doors import (
    admit_attempt,
    change_password,
    forget_attempts,
    forget_old_attempts,
    request_password_reset,
    reset_password,
)
from slaportal.accounts.services.identity import admit, memberships_through, must_use_provider, provider_of
from slaportal.accounts.services.invitations import (
    InvitationClosed,
    accept_invitation,
    find_invitation,
    invite,
    revoke_invitation,
)
from slaportal.accounts.services.people import (
    create_organization,
    create_person,
    end_due_memberships,
    end_membership,
    restore_membership,
    update_organization,
    update_profile,
)
from slaportal.accounts.services.roles import change_role, roles_to_give
from slaportal.accounts.services.stand_ins import colleagues, may_stand_in, stand_in
from slaportal.accounts.services.tokens import make_token, member_of_token, offered_scopes, revoke_token

__all__ = [
    "InvitationClosed",
    "accept_invitation",
    "admit",
    "admit_attempt",
    "change_password",
    "change_role",
    "colleagues",
    "create_organization",
    "create_person",
    "end_due_memberships",
    "end_membership",
    "find_invitation",
    "forget_attempts",
    "forget_old_attempts",
    "invite",
    "make_token",
    "may_stand_in",
    "member_of_token",
    "memberships_through",
    "must_use_provider",
    "offered_scopes",
    "provider_of",
    "request_password_reset",
    "reset_password",
    "restore_membership",
    "revoke_invitation",
    "revoke_token",
    "roles_to_give",
    "stand_in",
    "update_organization",
    "update_profile",
]
