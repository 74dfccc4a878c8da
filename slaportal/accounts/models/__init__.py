"""Who: organizations, people, their memberships, and the doors through which they and their programs come in."""

from slaportal.accounts.models.identity import EmailDomain, IdentityProvider
from slaportal.accounts.models.people import (
    CLIENT_ROLES,
    VENDOR_ROLES,
    Invitation,
    Membership,
    Organization,
    Party,
    Role,
    SignInAttempt,
    User,
    UserManager,
)
from slaportal.accounts.models.tokens import ApiAnswer, ApiCalls, ApiToken

__all__ = [
    "CLIENT_ROLES",
    "VENDOR_ROLES",
    "ApiAnswer",
    "ApiCalls",
    "ApiToken",
    "EmailDomain",
    "IdentityProvider",
    "Invitation",
    "Membership",
    "Organization",
    "Party",
    "Role",
    "SignInAttempt",
    "User",
    "UserManager",
]
