"""People, their memberships and the invitations to become one."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from slaportal.accounts import services
from slaportal.accounts.admin.base import PortalAdmin, actor_of, button, labelled
from slaportal.accounts.models import Invitation, Membership, Organization, Role, User
from slaportal.lib.refusal import Refused


class PersonForm(forms.Form):
    """Who is to act for which organization, as what."""

    organization: forms.ModelChoiceField[Organization] = forms.ModelChoiceField(
        queryset=None, label="Organization", empty_label="Choose …"
    )
    name = forms.CharField(label="Name", max_length=120)
    email = forms.EmailField(label="E-mail address")
    role = forms.ChoiceField(label="Role", choices=Role.choices)

    def __init__(self, *args: Any, actor: Membership | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        field = self.fields["organization"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organization.objects.all()

    def clean(self) -> dict[str, Any]:
        """Refuse a role that this person may not give in that organization."""
        data = super().clean() or {}
        organization = data.get("organization")
        if organization and data.get("role") not in services.roles_to_give(self.actor, organization):
            self.add_error("role", f"You cannot give this role in {organization}.")
        return data


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(label="Role")

    def __init__(self, *args: Any, actor: Membership | None, member: Membership, **kwargs: Any) -> None:
        kwargs["initial"] = {"role": member.role}
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (role, Role(role).label) for role in services.roles_to_give(actor, member.organization)
        ]


@admin.register(User)
class UserAdmin(PortalAdmin):
    """Persons. Their address and their rights are not typed here: those come from memberships."""

    read_act = "people.read"
    write_act = "people.invite"
    list_display = ("name", "email", "timezone", "last_login", "is_active")
    list_filter = ("is_active", "is_staff")
    search_fields = ("name", "email")
    fields = (
        "email",
        "name",
        "timezone",
        "language",
        "last_login",
        "is_active",
        "is_staff",
        "memberships_table",
    )
    readonly_fields = ("email", "last_login", "is_active", "is_staff", "memberships_table")

    @admin.display(description="Acts for")
    def memberships_table(self, user: User) -> SafeString:
        """Their memberships, as links."""
        members = user.memberships.select_related("organization", "user").order_by(
            "-active", "organization__name"
        )
        return render_to_string("admin/accounts/memberships.html", {"members": members, "of_person": True})

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Write what people could also set themselves."""
        services.update_profile(user=obj, name=obj.name, language=obj.language, timezone=obj.timezone)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A person is added with what they act for."""
        return redirect("admin:accounts_membership_add")


@admin.register(Membership)
class MembershipAdmin(PortalAdmin):
    """Who may act for whom, as what."""

    read_act = "people.read"
    write_act = "people.invite"
    list_display = ("user", "organization", "role", "state_column")
    list_select_related = ("user", "organization")
    list_filter = (("organization", AutocompleteSelectFilter), "role", "active")
    search_fields = ("user__name", "user__email", "organization__name")
    fields = ("user", "organization", "party", "role", "active")
    readonly_fields = fields
    actions_detail = ("change_role", "end", "restore")

    @labelled("Access", {"Active": "success", "Ended": "danger"})
    def state_column(self, member: Membership) -> str:
        """Whether it is in force."""
        return "Active" if member.active else "Ended"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never by Django's form; each change is an act of its own."""
        return False

    def has_role_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether this person may give roles."""
        return self.allowed(request, self.write_act)

    def has_end_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether there is something to end, and a membership to end it with."""
        return self._may_care(request) and Membership.objects.filter(pk=object_id or 0, active=True).exists()

    def has_restore_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether there is something to restore."""
        return self._may_care(request) and Membership.objects.filter(pk=object_id or 0, active=False).exists()

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Add a person to an organization at once; they come in by “Forgotten password”."""
        if not self.has_add_permission(request):
            raise PermissionDenied

        def act(data: dict[str, Any]) -> str:
            member = services.create_person(**data, now=datetime.now(UTC))
            messages.success(request, f"{member} is there and sets a password through “Forgotten password”.")
            return reverse("admin:accounts_membership_change", args=[member.pk])

        return self.act_page(
            request,
            form=PersonForm(request.POST or None, actor=actor_of(request)),
            title="Add a person",
            button="Save",
            intro="To let a person choose their own name and password by mail, invite them instead.",
            act=act,
        )

    @button("Change role", path="role", permission="role", icon="badge")
    def change_role(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give another role."""
        member = get_object_or_404(Membership.objects.select_related("user", "organization"), pk=object_id)
        actor, back = actor_of(request), reverse("admin:accounts_membership_change", args=[member.pk])

        def act(data: dict[str, Any]) -> str:
            services.change_role(member=member, role=data["role"], actor=actor)
            messages.success(request, f"{member.user} is now {member.get_role_display().lower()}.")
            return back

        form = RoleForm(request.POST or None, actor=actor, member=member)
        return self.act_page(
            request, form=form, title=f"Role of {member.user}", button="Save", act=act, back=back
        )

    @button("End access …", path="end", permission="end", icon="person_off")
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the right to act, at once."""
        return self._care(request, object_id, services.end_membership, "End access", "no longer acts")

    @button("Restore access …", path="restore", permission="restore", icon="person_add")
    def restore(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give the right to act back."""
        return self._care(request, object_id, services.restore_membership, "Restore access", "acts again")

    def _may_care(self, request: HttpRequest) -> bool:
        return actor_of(request) is not None and self.allowed(request, self.write_act)

    def _care(
        self, request: HttpRequest, object_id: str, service: Any, words: str, done: str
    ) -> HttpResponse:
        member = get_object_or_404(Membership.objects.select_related("user", "organization"), pk=object_id)
        back = reverse("admin:accounts_membership_change", args=[member.pk])

        def act(data: dict[str, Any]) -> str:
            service(member=member, actor=actor_of(request), now=datetime.now(UTC))
            messages.success(request, f"{member.user} {done} for {member.organization}.")
            return back

        form = forms.Form(request.POST if request.method == "POST" else None)
        title = f"{words}: {member.user}, {member.organization}"
        return self.act_page(request, form=form, title=title, button=words, act=act, back=back)


@admin.register(Invitation)
class InvitationAdmin(PortalAdmin):
    """Letters that let people in; each works once, for seven days."""

    read_act = "people.read"
    write_act = "people.invite"
    list_display = ("name", "email", "organization", "role", "created_at", "state_column")
    list_select_related = ("organization",)
    list_filter = (("organization", AutocompleteSelectFilter), "role")
    search_fields = ("name", "email", "organization__name")
    fields = (
        "name",
        "email",
        "organization",
        "role",
        "invited_by",
        "created_at",
        "expires_at",
        "accepted_at",
        "revoked_at",
    )
    readonly_fields = fields
    actions_detail = ("take_back",)

    @labelled("State", {"Open": "info", "Accepted": "success", "Taken back": "danger", "Expired": "warning"})
    def state_column(self, invitation: Invitation) -> str:
        """What became of it."""
        if invitation.accepted_at:
            return "Accepted"
        if invitation.revoked_at:
            return "Taken back"
        return "Open" if invitation.is_open(now=datetime.now(UTC)) else "Expired"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever invites signs the letter, so a membership is needed."""
        return actor_of(request) is not None and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: take it back and invite again."""
        return False

    def has_revoke_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether there is something to take back."""
        opened = Invitation.objects.filter(pk=object_id or 0, accepted_at=None, revoked_at=None)
        return self.has_add_permission(request) and opened.exists()

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Invite somebody."""
        actor = actor_of(request)
        if actor is None or not self.has_add_permission(request):
            raise PermissionDenied

        def act(data: dict[str, Any]) -> str:
            invitation, _ = services.invite(**data, actor=actor, now=datetime.now(UTC))
            messages.success(
                request, f"{invitation.email} was invited. The link in the mail works for seven days."
            )
            return reverse("admin:accounts_invitation_changelist")

        form = PersonForm(request.POST or None, actor=actor)
        return self.act_page(
            request, form=form, title="Invite somebody", button="Send the invitation", act=act
        )

    @button("Take back", path="take-back", permission="revoke", icon="undo")
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let the letter no longer work."""
        invitation = get_object_or_404(Invitation, pk=object_id)
        back = reverse("admin:accounts_invitation_change", args=[invitation.pk])
        actor = actor_of(request)

        def act(data: dict[str, Any]) -> str:
            if actor is None:
                raise Refused("Act through a membership to take an invitation back.")
            services.revoke_invitation(invitation=invitation, actor=actor, now=datetime.now(UTC))
            messages.success(request, f"The invitation of {invitation.email} was taken back.")
            return back

        form = forms.Form(request.POST if request.method == "POST" else None)
        title = f"Take back the invitation of {invitation.email}"
        return self.act_page(request, form=form, title=title, button="Take back", act=act, back=back)
