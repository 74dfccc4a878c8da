"""What django-allauth asks the portal: whom to let in, where to go then, and how its mails look."""

from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from slaportal.accounts import services
from slaportal.accounts.http import CAME_THROUGH, PROVED_ELSEWHERE, first_page
from slaportal.accounts.mail import send_on_commit
from slaportal.accounts.models import IdentityProvider, User
from slaportal.lib.refusal import Refused
from slaportal.lib.sealed import seal, unseal

CODE = "account/email/login_code"
# What allauth tells a person about their account, by the last part of its template's name.
CHANGES = {
    "totp_activated",
    "totp_deactivated",
    "webauthn_added",
    "webauthn_removed",
    "recovery_codes_generated",
}


class DoorAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up, the first page is the portal's, and mails look like the portal's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation or through their organization."""
        return False

    def pre_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse | None:
        """Forget what an identity provider said in an earlier try that was not finished."""
        if "sociallogin" not in (more.get("signal_kwargs") or {}):
            request.session.pop(CAME_THROUGH, None)
            request.session.pop(PROVED_ELSEWHERE, None)
        answer: HttpResponse | None = super().pre_login(request, user, **more)
        return answer

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the page to start with."""
        assert isinstance(request.user, User)
        return first_page(request, request.user)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Show what changed and what is wrong, but not that somebody signed in or out: they see that."""
        if not message_template or message_template.startswith("mfa/"):
            super().add_message(request, level, message_template, message_context, extra_tags, message)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a code to sign in with, or word of a changed second factor, in the person's language."""
        person = User.objects.filter(email=email.lower(), is_active=True).first()
        name = template_prefix.rpartition("/")[2]
        if person is None or (template_prefix != CODE and name not in CHANGES):
            return
        facts: dict[str, Any] = {"person": person}
        if template_prefix == CODE:
            kind = "sign-in-code"
            path = reverse("account_confirm_login_code")
            facts |= {
                "code": context["code"],
                "link": f"{settings.PORTAL_URL}{path}?code={context['code']}",
                "minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
            }
        else:
            kind = "second-factor-changed"
            facts |= {
                "what": name,
                "network_address": context.get("ip", ""),
                "link": settings.PORTAL_URL + reverse("mfa_index"),
            }
        send_on_commit(
            kind=kind, to=person.email, context=facts, language=person.language, zone=person.timezone
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person about their account, at the one address that the portal knows."""
        super().send_notification_mail(template_prefix, user, context, email=email or user.email)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Whoever reads the database alone must not be able to make codes."""

    def encrypt(self, text: str) -> str:
        """Return what is stored."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was given."""
        return unseal(encrypted_text)


class IdentityAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Identity providers are rows of `IdentityProvider`, and their people come in by `services.admit`."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the providers in use, in allauth's words."""
        rows = IdentityProvider.objects.filter(active=True).select_related("organization")
        if provider:
            rows = rows.filter(Q(protocol=provider) | Q(key=provider))
        apps = [_as_app(row) for row in rows]
        return [app for app in apps if not client_id or app.client_id == client_id]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let in whom the provider may vouch for, or show why not."""
        provider = IdentityProvider.objects.select_related("organization").get(
            key=sociallogin.account.provider, active=True
        )
        claimed = sociallogin.user
        try:
            person = services.admit(
                provider=provider,
                email=claimed.email or "",
                name=" ".join(
                    filter(None, [getattr(claimed, "first_name", ""), getattr(claimed, "last_name", "")])
                )
                or claimed.name,
                now=datetime.now(UTC),
            )
        except Refused as refused:
            page = render(request, "accounts/link_closed.html", {"sentence": str(refused)}, status=403)
            raise ImmediateHttpResponse(page) from None
        if sociallogin.is_existing and sociallogin.user.pk != person.pk:
            # The service gave one of its accounts another address: it speaks for the address, not for the number.
            sociallogin.account.delete()
            sociallogin.account.pk = None
        if not sociallogin.account.pk:
            sociallogin.connect(request, person)
        request.session[CAME_THROUGH] = provider.organization_id
        request.session[PROVED_ELSEWHERE] = provider.second_factor


def _as_app(row: IdentityProvider) -> SocialApp:
    return SocialApp(
        provider=row.protocol,
        provider_id=row.key,
        name=str(row.organization),
        # SAML finds an organization by what OpenID Connect calls the client.
        client_id=row.key if row.protocol == IdentityProvider.Protocol.SAML else row.client_id,
        secret=unseal(row.client_secret) if row.client_secret else "",
        settings=row.settings(),
    )
