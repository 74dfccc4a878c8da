"""How the people of an organization sign in through its own identity provider."""

from typing import Any, ClassVar, Final

from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models.people import Organization, Role

ENCRYPTED: Final = URLValidator(schemes=["https"], message=_("An address that begins with https."))


class IdentityProvider(models.Model):
    """An organization's OpenID Connect or SAML service, and for whose addresses it speaks.

    Whoever comes through it acts for this organization only, whatever else they belong to: one client's service
    must not open another organization's door.
    """

    class Protocol(models.TextChoices):
        OIDC = "openid_connect", _("OpenID Connect")
        SAML = "saml", _("SAML")

    organization = models.OneToOneField(
        Organization, on_delete=models.PROTECT, related_name="identity_provider"
    )
    protocol = models.CharField(max_length=20, choices=Protocol.choices)
    key = models.CharField(
        _("key in addresses"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$", _("Small letters, digits and hyphens."))],
        help_text=_("Part of the addresses that the service has to know, such as acme."),
    )
    active = models.BooleanField(_("in use"), default=True)
    required = models.BooleanField(
        _("the only way in"),
        default=False,
        help_text=_("People with an address of these domains can then no longer use a password or a code."),
    )
    second_factor = models.BooleanField(
        _("asks for a second factor"),
        default=False,
        help_text=_("The service does so itself, so the portal does not ask again."),
    )
    admits = models.CharField(
        _("role of new people"),
        max_length=20,
        choices=[(Role.CLIENT_REPORTER, Role.CLIENT_REPORTER.label)],
        blank=True,
        help_text=_("Empty: only people who were invited come in."),
    )
    # OpenID Connect
    server_url = models.CharField(
        _("address of the service"), max_length=300, blank=True, validators=[ENCRYPTED]
    )
    client_id = models.CharField(_("client id"), max_length=200, blank=True)
    client_secret = models.TextField(
        _("client secret"), blank=True, help_text=_("Sealed (slaportal.lib.sealed).")
    )
    # SAML
    entity_id = models.CharField(_("entity id"), max_length=300, blank=True)
    sso_url = models.CharField(
        _("single sign-on address"), max_length=300, blank=True, validators=[ENCRYPTED]
    )
    certificate = models.TextField(_("certificate"), blank=True, help_text=_("X.509, as PEM text."))

    class Meta:
        ordering: ClassVar = ["organization__name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(protocol="openid_connect") & ~Q(server_url="") & ~Q(client_id=""))
                | (Q(protocol="saml") & ~Q(entity_id="") & ~Q(sso_url="") & ~Q(certificate="")),
                name="identity_provider_complete",
                violation_error_message=_(
                    "OpenID Connect needs the address of the service and a client id; SAML needs entity id, sign-on "
                    "address and certificate."
                ),
            ),
            models.CheckConstraint(
                condition=Q(admits__in=["", "client_reporter"]),
                name="identity_provider_admits_reporters_only",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_protocol_display()} of {self.organization}"

    def settings(self) -> dict[str, Any]:
        """Return what allauth calls the settings of an app."""
        if self.protocol == self.Protocol.OIDC:
            return {"server_url": self.server_url, "uid_field": "sub"}
        return {
            "idp": {
                "entity_id": self.entity_id,
                "sso_url": self.sso_url,
                "x509cert": self.certificate,
            },
            "use_nameid_for_email": True,
            "advanced": {"want_assertion_signed": True, "reject_deprecated_algorithm": True, "strict": True},
        }


class EmailDomain(models.Model):
    """A domain for whose addresses an identity provider speaks; no two speak for the same."""

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(
        _("domain"),
        max_length=253,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9.-]+\.[a-z]{2,}$", _("A domain such as acme.example, in small letters."))
        ],
    )

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
