"""The people of an organization, for those who look after them."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from slaportal.accounts import permissions, selectors, services
from slaportal.accounts.forms import InviteForm
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Invitation, Membership, Organization
from slaportal.lib.refusal import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """List who belongs to an organization and invite more."""
    member = member_of(request)
    permissions.require(member, "people.read", organization_id=member.organization_id)
    organizations = selectors.visible_organizations(member)
    organization = _chosen(request, member)
    may_invite = permissions.may(member, "people.invite", organization_id=organization.pk)
    now = datetime.now(UTC)
    form = InviteForm(request.POST or None, actor=member, organization=organization) if may_invite else None
    if request.method == "POST":
        permissions.require(member, "people.invite", organization_id=organization.pk)
        if form is not None and form.is_valid() and _invite(request, form, member, organization, now=now):
            return _back(organization, member)
    return render(
        request,
        "accounts/people.html",
        {
            "organization": organization,
            "organizations": organizations if len(organizations) > 1 else [],
            "people": selectors.people_of(organization),
            "invitations": selectors.open_invitations(organization, now=now),
            "form": form,
            "may_invite": may_invite,
        },
    )


def _invite(
    request: HttpRequest, form: InviteForm, member: Membership, organization: Organization, *, now: datetime
) -> bool:
    try:
        invitation, _ = services.invite(actor=member, organization=organization, now=now, **form.cleaned_data)
    except (Refused, ValidationError) as refused:
        form.add_error(None, str(refused) if isinstance(refused, Refused) else refused.messages)
        return False
    messages.success(
        request,
        gettext("%(email)s was invited. The link in the mail works for seven days.")
        % {"email": invitation.email},
    )
    return True


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an open invitation back."""
    member = member_of(request)
    invitation = get_object_or_404(
        Invitation, pk=pk, organization__in=selectors.visible_organizations(member, act="people.invite")
    )
    try:
        services.revoke_invitation(invitation=invitation, actor=member, now=datetime.now(UTC))
        messages.success(
            request, gettext("The invitation of %(email)s was taken back.") % {"email": invitation.email}
        )
    except Refused as refused:
        messages.error(request, str(refused))
    return _back(invitation.organization, member)


@require_POST
def access(request: HttpRequest, pk: int) -> HttpResponse:
    """End or restore what somebody may do for an organization."""
    member = member_of(request)
    person = get_object_or_404(
        Membership.objects.select_related("user", "organization"),
        pk=pk,
        organization__in=selectors.visible_organizations(member, act="people.invite"),
    )
    act = services.restore_membership if request.POST.get("access") == "restore" else services.end_membership
    try:
        act(member=person, actor=member, now=datetime.now(UTC))
        words = gettext("%(name)s can sign in for %(organization)s again.")
        if not person.active:
            words = gettext("%(name)s can no longer act for %(organization)s.")
        messages.success(request, words % {"name": person.user, "organization": person.organization})
    except Refused as refused:
        messages.error(request, str(refused))
    return _back(person.organization, member)


def _chosen(request: HttpRequest, member: Membership) -> Organization:
    wanted = request.GET.get("organization", "")
    if not wanted.isdecimal() or int(wanted) == member.organization_id:
        return member.organization
    return get_object_or_404(selectors.visible_organizations(member), pk=int(wanted))


def _back(organization: Organization, member: Membership) -> HttpResponse:
    query = "" if organization.pk == member.organization_id else f"?organization={organization.pk}"
    return redirect(reverse("accounts:people") + query)
