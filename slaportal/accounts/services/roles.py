"""Giving a role: to a new person, or another one to a member."""

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import CLIENT_ROLES, VENDOR_ROLES, Membership, Organization, Party, Role
from slaportal.accounts.services.people import assignable_roles
from slaportal.lib.refusal import Refused


def roles_to_give(actor: Membership | None, organization: Organization) -> list[str]:
    """Return the roles that `actor` may give in `organization`; the superuser of the first start may give all."""
    if actor is not None:
        return assignable_roles(actor, organization)
    return [role.value for role in (CLIENT_ROLES if organization.party == Party.CLIENT else VENDOR_ROLES)]


@transaction.atomic
def change_role(*, member: Membership, role: str, actor: Membership | None) -> Membership:
    """Give `member` another role of the same organization.

    Raises `NotAllowed`, or `Refused` where `actor` may not give the new role or take the old one.
    """
    if actor is not None:
        permissions.require(actor, "people.invite", organization_id=member.organization_id)
        if actor.pk == member.pk:
            raise Refused(_("You cannot change your own role. Ask a colleague to do it."))
    given = roles_to_give(actor, member.organization)
    if role not in given:
        raise Refused(
            _("You cannot give the role %(role)s here.")
            % {"role": Role(role).label if role in Role.values else role}
        )
    if member.role not in given:
        raise Refused(
            _("You cannot take the role %(role)s from %(user)s.")
            % {"role": member.get_role_display(), "user": member.user}
        )
    member.role = role
    member.full_clean()
    member.save(update_fields=["role"])
    return member
