"""Organizations, people, and the memberships through which people act."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.scopes import Through
from slaportal.accounts.validators import validate_timezone


class Party(models.TextChoices):
    """The two sides of the agreement."""

    CLIENT = "client", _("Client")
    VENDOR = "vendor", _("Vendor")

    @property
    def other(self) -> "Party":
        """The opposite side."""
        return Party.VENDOR if self is Party.CLIENT else Party.CLIENT


class Role(models.TextChoices):
    """What a person is to their organization; the rights of each stand in permissions.csv."""

    CLIENT_REPORTER = "client_reporter", _("Client reporter")
    CLIENT_MANAGER = "client_manager", _("Client manager")
    CLIENT_AUDITOR = "client_auditor", _("Client auditor")
    VENDOR_AGENT = "vendor_agent", _("Vendor agent")
    VENDOR_LEAD = "vendor_lead", _("Vendor lead")
    SENIOR_MANAGEMENT = "senior_management", _("Senior management")
    AUDITOR = "auditor", _("Auditor")
    ADMIN = "admin", _("Administrator")


CLIENT_ROLES = (Role.CLIENT_REPORTER, Role.CLIENT_MANAGER, Role.CLIENT_AUDITOR, Role.AUDITOR)
VENDOR_ROLES = (Role.VENDOR_AGENT, Role.VENDOR_LEAD, Role.SENIOR_MANAGEMENT, Role.ADMIN, Role.AUDITOR)


class Organization(models.Model):
    """A client of the vendor, or the vendor itself."""

    name = models.CharField(max_length=120)
    party = models.CharField(max_length=6, choices=Party.choices)
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_timezone])
    source_key = models.CharField(max_length=120, unique=True, null=True, blank=True, editable=False)
    demo = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(party__in=Party.values), name="organization_party_known"),
            # The agreement has two sides and one of them is always the same vendor.
            models.UniqueConstraint(
                fields=["party"], condition=Q(party="vendor"), name="organization_one_vendor"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """People by e-mail address, whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person; without `password` they can only come in by an invitation."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person for whom the admin hides nothing; meant for the first start only."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this address in any case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """One person, known by an e-mail address."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=8, default="en")
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_timezone])
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May open the vendor's admin.")
    date_joined = models.DateTimeField(null=True, blank=True)
    demo = models.BooleanField(default=False, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        ordering: ClassVar = ["name", "email"]
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_any_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Return the name as written."""
        return self.name

    def get_short_name(self) -> str:
        """Return the first word of the name."""
        return self.name.split(" ")[0] if self.name else self.email


class Membership(models.Model):
    """A person in an organization, in one role: the one through whom every act is done.

    `party` repeats the organization's party so that constraints can speak of it; a trigger keeps both equal.
    `through` is not stored: it says of the instance at hand that a program acts with a token of this person.
    """

    through: Through | None = None

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="memberships")
    party = models.CharField(max_length=6, choices=Party.choices, editable=False)
    role = models.CharField(max_length=20, choices=Role.choices)
    active = models.BooleanField(default=True)
    ends_at = models.DateTimeField(
        null=True, blank=True, help_text="When access ends by itself, as an outside auditor's does."
    )

    class Meta:
        ordering: ClassVar = ["organization__name", "user__name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "organization"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(party="client", role__in=CLIENT_ROLES) | Q(party="vendor", role__in=VENDOR_ROLES),
                name="membership_role_of_party",
                violation_error_message="This role belongs to the other party.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()}, {self.organization})"

    @property
    def is_vendor(self) -> bool:
        """Whether this person speaks for the vendor."""
        return self.party == Party.VENDOR

    def has_ended(self, *, now: datetime) -> bool:
        """Whether the time of this access is over at `now`, whoever ends it on record and when."""
        return self.ends_at is not None and self.ends_at <= now


class Invitation(models.Model):
    """A way in that expires and works once. Only the hash of its secret is kept."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role.choices)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    access_ends_at = models.DateTimeField(
        null=True, blank=True, help_text="When the access itself ends, where it is for a time."
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")), name="invitation_expires"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None), name="invitation_accepted_or_revoked"
            ),
            models.CheckConstraint(
                condition=~Q(role="auditor") | Q(access_ends_at__isnull=False),
                name="invitation_auditor_for_a_time",
                violation_error_message="An outside auditor is invited for a time: say when the access ends.",
            ),
            # Inviting again replaces the earlier letter, so that only the newest secret works.
            models.UniqueConstraint(
                fields=["organization", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.organization}"

    def is_open(self, *, now: datetime) -> bool:
        """Whether it can still be accepted at `now`."""
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at


class SignInAttempt(models.Model):
    """One try at one account from one address; a success removes the tries before it.

    The account is kept as a hash, so that an address typed by mistake, or a password typed into the wrong
    field, is not stored. Counting rows holds whichever process answers and whether or not there is a cache.
    """

    account = models.CharField(max_length=64, help_text="SHA-256 of the address in lower case.")
    network_address = models.CharField(max_length=45)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # Read by accounts.services.admit_attempt at each try.
            models.Index(fields=["account", "network_address", "at"], name="sign_in_attempt_counted"),
            # Read by accounts.services.forget_old_attempts at each try.
            models.Index(fields=["at"], name="sign_in_attempt_old"),
        ]

    def __str__(self) -> str:
        return f"{self.network_address} at {self.at:%Y-%m-%d %H:%M}"
