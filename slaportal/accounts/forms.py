"""What people type at the doors, about themselves and when they invite."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from allauth.account.forms import RequestLoginCodeForm
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership, Organization, Role, User
from slaportal.accounts.scopes import SCOPES
from slaportal.accounts.services.identity import must_use_provider
from slaportal.accounts.services.people import assignable_roles
from slaportal.accounts.validators import known_zones


def timezone_field() -> forms.CharField:
    """Return a field for an IANA zone, typed with suggestions; zones.js fills in the browser's own."""
    return forms.CharField(
        label=_("Time zone"),
        max_length=64,
        help_text=_("All times are shown in this zone. Type a city, such as Berlin."),
        widget=forms.TextInput(
            attrs={
                "list": "time-zones",
                "autocomplete": "off",
                "spellcheck": "false",
                "data-zone": _("Zone of this browser:"),
            }
        ),
    )


def clean_zone(name: str) -> str:
    """Return the zone that `name` means: its exact name, or the one city that ends so. Raises `ValidationError`."""
    known = known_zones()
    wanted = name.strip().replace(" ", "_")
    if wanted in known:
        return wanted
    fitting = sorted(zone for zone in known if zone.lower() == wanted.lower())
    fitting = fitting or sorted(
        zone for zone in known if "/" in zone and zone.rpartition("/")[2].lower() == wanted.lower()
    )
    if not fitting:
        raise ValidationError(_("This is not a time zone. Choose one such as Europe/Berlin."), code="unknown")
    return fitting[0]


class SignInForm(forms.Form):
    """E-mail and password."""

    email = forms.EmailField(
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeByMailForm(RequestLoginCodeForm):  # type: ignore[misc]
    """Where to send a code to sign in with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].widget = forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})

    def clean_email(self) -> str:
        """Refuse addresses whose organization lets its people in by itself only."""
        email = str(self.cleaned_data["email"])
        if must_use_provider(email):
            raise ValidationError(
                _("Your organization signs you in: choose “Sign in through your organization”.")
            )
        return str(super().clean_email())


class OrganizationDoorForm(forms.Form):
    """Whose identity provider to ask."""

    email = forms.EmailField(
        label=_("E-mail address at work"),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class ForgottenForm(forms.Form):
    """Where to send a link for a new password."""

    email = forms.EmailField(
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class NewPasswordForm(forms.Form):
    """A new password for one person, once: pasting and showing are allowed, so no second field."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=_("At least 10 characters. A sentence is good; a password manager is better."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Refuse what is easy to guess."""
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password, self.user)
        return password


class ChangePasswordForm(NewPasswordForm):
    """A new password for somebody who knows the present one."""

    current = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("current", "password")

    def clean_current(self) -> str:
        """Refuse a wrong one."""
        current = str(self.cleaned_data["current"])
        if self.user is None or not self.user.check_password(current):
            raise ValidationError(_("This is not your present password."), code="wrong")
        return current


class AcceptForm(NewPasswordForm):
    """What a new person tells when they accept an invitation."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    timezone = timezone_field()
    field_order = ("name", "password", "timezone")

    def clean_timezone(self) -> str:
        """Return the name of the zone."""
        return clean_zone(self.cleaned_data["timezone"])


class AcceptWithAccountForm(forms.Form):
    """Somebody who has an account joins one more organization with it."""

    password = forms.CharField(
        label=_("Password of your account"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ProfileForm(forms.Form):
    """What people decide for themselves."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    timezone = timezone_field()

    def clean_timezone(self) -> str:
        """Return the name of the zone."""
        return clean_zone(self.cleaned_data["timezone"])


class StandInForm(forms.Form):
    """Which colleague gets the urgent mail, and until the end of which day in the zone of the person."""

    to = forms.ChoiceField(label=_("Colleague"))
    until = forms.DateField(
        label=_("Last day"),
        help_text=_("At most 90 days ahead. From the next day on the mail comes to you again."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, colleagues: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(one.pk): one for one in colleagues}
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "–"),
            *((key, f"{one.name} ({one.email})") for key, one in self.colleagues.items()),
        ]

    def clean_until(self) -> datetime:
        """Return the end of that day."""
        day: date = self.cleaned_data["until"]
        end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=timezone.get_current_timezone())
        return end.astimezone(UTC)

    def chosen(self) -> User:
        """Return the colleague."""
        return self.colleagues[self.cleaned_data["to"]]


class InviteForm(forms.Form):
    """Whom to invite to one organization, in a role that the inviting person may give."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"))
    until = forms.DateField(
        label=_("Last day of access"),
        required=False,
        help_text=_("For outside auditors and others who help for a time; the access then ends by itself."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def clean_until(self) -> datetime | None:
        """Return the end of that day in the zone of the person who invites."""
        day: date | None = self.cleaned_data["until"]
        if day is None:
            return None
        end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=timezone.get_current_timezone())
        return end.astimezone(UTC)

    def __init__(self, *args: Any, actor: Membership, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(role, Role(role).label) for role in assignable_roles(actor, organization)]


class TokenForm(forms.Form):
    """What a token is for, what it opens, and when it ends."""

    name = forms.CharField(
        label=_("For which program?"),
        help_text=_("You recognize it by this name when you revoke it."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        help_text=_(
            "Never more than you may do yourself at that moment. No token can agree, approve or sign."
        ),
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        label=_("Ends after"),
        choices=[(7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("1 year"))],
        coerce=int,
        initial=90,
    )

    def __init__(self, *args: Any, scopes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(name, SCOPES[name].label) for name in scopes]

    def given(self, *, now: datetime) -> dict[str, Any]:
        """Return what was typed, for the service."""
        cleaned = self.cleaned_data
        return {
            "name": cleaned["name"],
            "scopes": cleaned["scopes"],
            "expires_at": now + timedelta(days=cleaned["days"]),
        }
