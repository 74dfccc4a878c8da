"""Identity providers: how the people of an organization sign in by themselves."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from slaportal.accounts.admin.base import PortalAdmin
from slaportal.accounts.models import EmailDomain, IdentityProvider
from slaportal.lib.sealed import seal

# Rows of allauth that the portal writes for people; nobody edits keys and codes by hand.
for model in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession):
    admin.site.unregister(model)


class IdentityProviderForm(forms.ModelForm[IdentityProvider]):
    """The secret goes in and never comes out: left empty, the present one stays."""

    client_secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        strip=True,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Never shown again. Left empty, the present one stays."),
    )

    class Meta:
        model = IdentityProvider
        fields = (
            "organization",
            "protocol",
            "key",
            "active",
            "required",
            "second_factor",
            "admits",
            "server_url",
            "client_id",
            "client_secret",
            "entity_id",
            "sso_url",
            "certificate",
        )

    def clean_client_secret(self) -> str:
        """Seal what was typed; keep the present secret where nothing was."""
        typed = str(self.cleaned_data["client_secret"])
        return seal(typed) if typed else self.instance.client_secret


class EmailDomainInline(TabularInline):
    """For whose addresses the service speaks."""

    model = EmailDomain
    extra = 1

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As of the provider."""
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(IdentityProvider)
class IdentityProviderAdmin(PortalAdmin):
    """One row for each organization that signs its people in by itself."""

    read_act = write_act = "identity.edit"
    form = IdentityProviderForm
    inlines = (EmailDomainInline,)
    list_display = ("organization", "protocol", "key", "active", "required")
    list_select_related = ("organization",)
    readonly_fields = ("addresses",)
    fieldsets = (
        (
            None,
            {"fields": ("organization", "protocol", "key", "active", "required", "second_factor", "admits")},
        ),
        (_("OpenID Connect"), {"fields": ("server_url", "client_id", "client_secret")}),
        (_("SAML"), {"fields": ("entity_id", "sso_url", "certificate")}),
        (_("To enter at the service"), {"fields": ("addresses",)}),
    )

    @admin.display(description=_("Addresses of this portal"))
    def addresses(self, provider: IdentityProvider) -> SafeString | str:
        """What the other side has to be told."""
        if not provider.pk:
            return "–"
        if provider.protocol == IdentityProvider.Protocol.OIDC:
            return reverse("openid_connect_callback", args=[provider.key])
        return format_html(
            "{}<br>{}",
            reverse("saml_acs", args=[provider.key]),
            reverse("saml_metadata", args=[provider.key]),
        )
