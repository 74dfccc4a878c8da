"""Inviting people: a letter with a secret that works once, for seven days."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.mail import send_on_commit
from slaportal.accounts.models import Invitation, Membership, Organization, Role, User
from slaportal.accounts.services.people import add_membership, assignable_roles
from slaportal.lib.refusal import Refused

VALID_FOR: Final = timedelta(days=7)
LONGEST_ACCESS: Final = timedelta(days=366)


class InvitationClosed(Refused):
    """The invitation was used, taken back or is too old."""


@transaction.atomic
def invite(
    *,
    actor: Membership,
    email: str,
    name: str,
    role: str,
    organization: Organization,
    now: datetime,
    until: datetime | None = None,
) -> tuple[Invitation, str]:
    """Invite a person to act for `organization` in `role`, until `until`; return the invitation and its secret.

    The secret is in the mail and in the return value, nowhere else. An earlier open invitation of the same address
    stops working. Raises `NotAllowed`, `ValidationError` for a role of the other party, `Refused` for a member.
    """
    permissions.require(actor, "people.invite", organization_id=organization.pk)
    email = email.strip().lower()
    _require_an_end(role, until, now=now)
    if role not in assignable_roles(actor, organization):
        raise Refused(_("This role cannot be given in this organization."))
    if Membership.objects.filter(user__email=email, organization=organization, active=True).exists():
        raise Refused(
            _("%(email)s already belongs to %(organization)s.")
            % {"email": email, "organization": organization}
        )
    Invitation.objects.filter(
        organization=organization, email=email, accepted_at=None, revoked_at=None
    ).update(revoked_at=now)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        organization=organization,
        email=email,
        name=name,
        role=role,
        secret_hash=_hash(secret),
        invited_by=actor,
        created_at=now,
        expires_at=now + VALID_FOR,
        access_ends_at=until,
    )
    invitation.full_clean()
    invitation.save()
    _send(invitation, secret)
    return invitation, secret


def _send(invitation: Invitation, secret: str) -> None:
    inviter = invitation.invited_by.user
    send_on_commit(
        kind="invitation",
        to=invitation.email,
        context={
            "invitation": invitation,
            "inviter": inviter,
            "link": settings.PORTAL_URL + reverse("accounts:invitation", args=[secret]),
        },
        language=inviter.language,
        zone=invitation.organization.timezone,
    )


def _require_an_end(role: str, until: datetime | None, *, now: datetime) -> None:
    if until is not None and not now < until <= now + LONGEST_ACCESS:
        raise Refused(_("An access for a time ends after today and within a year."))
    if role == Role.AUDITOR and until is None:
        raise Refused(_("An outside auditor is invited for a time: say when the access ends."))


def find_invitation(*, secret: str) -> Invitation:
    """Return the invitation of a secret. Raises `Invitation.DoesNotExist`."""
    return Invitation.objects.select_related("organization", "invited_by__user").get(
        secret_hash=_hash(secret)
    )


def require_open(invitation: Invitation, *, now: datetime) -> None:
    """Raise `InvitationClosed` with the sentence that fits unless it can be accepted at `now`."""
    if invitation.accepted_at is not None:
        raise InvitationClosed("This invitation was accepted already. Sign in with the password you chose.")
    if invitation.revoked_at is not None:
        raise InvitationClosed(
            "This invitation was taken back or replaced by a newer one. Look for a later mail."
        )
    if not invitation.is_open(now=now):
        raise InvitationClosed("This invitation has expired. Ask the person who invited you for a new one.")


@transaction.atomic
def accept_invitation(
    *, secret: str, name: str, password: str, timezone: str, language: str = "en", now: datetime
) -> Membership:
    """Make the invited person a member, once.

    A new person gets `name`, `password`, `timezone` and `language`. Somebody who has an account keeps it as it is
    and proves it with its `password`: whoever sends invitations must not be able to take an account over.
    Raises `InvitationClosed`, `Refused` for a wrong password.
    """
    invitation = find_invitation(secret=secret)
    require_open(invitation, now=now)
    taken = Invitation.objects.filter(
        pk=invitation.pk, accepted_at=None, revoked_at=None, expires_at__gt=now
    ).update(accepted_at=now)
    if not taken:
        raise InvitationClosed("This invitation was accepted already. Sign in with the password you chose.")
    user = User.objects.filter(email=invitation.email).first()
    if user is None or not user.has_usable_password():
        user = user or User(email=invitation.email, date_joined=now)
        user.name, user.timezone, user.language = name, timezone, language
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save()
    elif authenticate(username=invitation.email, password=password) is None:
        raise Refused(_("This is not the password of your account."))
    former = Membership.objects.filter(user=user, organization=invitation.organization).first()
    if former is None:
        return add_membership(
            user=user,
            organization=invitation.organization,
            role=invitation.role,
            ends_at=invitation.access_ends_at,
        )
    former.role, former.active, former.ends_at = invitation.role, True, invitation.access_ends_at
    former.full_clean()
    former.save(update_fields=["role", "active", "ends_at"])
    return former


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, actor: Membership, now: datetime) -> None:
    """Take an open invitation back. Raises `NotAllowed`, `Refused` when it is no longer open."""
    permissions.require(actor, "people.invite", organization_id=invitation.organization_id)
    done = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        revoked_at=now
    )
    if not done:
        raise Refused(_("This invitation is no longer open."))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
