"""The agreement as data: policies in versions, calendars, and who is bound to what from when (spec §1)."""

from datetime import date, datetime
from typing import Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from slaportal.accounts.models import Membership, Organization
from slaportal.accounts.validators import validate_timezone
from slaportal.lib.wording import in_sentence
from slaportal.policies import clock


class Criticality(models.TextChoices):
    """The four levels of the agreement, strictest first."""

    CRITICAL = "critical", _("Critical")
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")

    @property
    def rank(self) -> int:
        """0 for the strictest level."""
        return list(Criticality).index(self)


class Metric(models.TextChoices):
    """What is promised for each level."""

    RESPONSE = "response", _("Response")
    RESOLUTION = "resolution", _("Resolution")


class UnitChoice(models.TextChoices):
    """Units of the clock (spec §2)."""

    MINUTES = "minutes", _("minutes")
    HOURS = "hours", _("hours")
    DAYS = "days", _("days")
    BUSINESS_MINUTES = "business_minutes", _("business minutes")
    BUSINESS_HOURS = "business_hours", _("business hours")
    BUSINESS_DAYS = "business_days", _("business days")


class BoundChoice(models.TextChoices):
    """Whether the due instant itself is still in time."""

    BEFORE = "before", _("less than")
    WITHIN = "within", _("within")


def default_warning_shares() -> list[int]:
    """Percent of the budget at which the vendor is warned."""
    return [50, 75, 90]


class Policy(models.Model):
    """A contract template, such as “Product Support SLA”. Its editions are `PolicyVersion`s."""

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    demo = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """One edition of a policy. Once published it never changes: a trigger refuses, not a convention."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    introduction = models.TextField(blank=True)
    footnote = models.TextField(blank=True)
    terms_text = models.TextField(
        blank=True, help_text=_("The remaining sections in the agreement's own words.")
    )
    warning_shares: models.JSONField[list[int], list[int]] = models.JSONField(
        default=default_warning_shares,
        help_text=_("Percent of the budget used at which the vendor is warned."),
    )
    pause_parties: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list,
        blank=True,
        help_text=_("Waiting for whom stops the resolution clock; empty: for nobody."),
    )
    impact_table: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    client_answer_days = models.PositiveSmallIntegerField(
        default=2, help_text=_("Business days in which the client answers a proposed level.")
    )
    confirmation_days = models.PositiveSmallIntegerField(
        default=5, help_text=_("Business days in which the client confirms or rejects a resolution.")
    )
    postmortem_levels: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    postmortem_days = models.PositiveSmallIntegerField(
        default=10, help_text=_("Business days until it is due.")
    )
    survey_retention_days = models.PositiveSmallIntegerField(default=730)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    content_hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["policy", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_number_once"),
            models.CheckConstraint(
                condition=Q(status="draft", published_at__isnull=True, content_hash="")
                | (Q(status="published", published_at__isnull=False) & ~Q(content_hash="")),
                name="policy_version_published_is_sealed",
            ),
            models.CheckConstraint(
                condition=Q(client_answer_days__gte=1) & Q(confirmation_days__gte=1),
                name="policy_version_periods_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy}, version {self.number}"

    @property
    def published(self) -> bool:
        """Whether this edition is in force or can come into force."""
        return self.status == self.Status.PUBLISHED


class CriticalityDefinition(models.Model):
    """What a level means, in the agreement's words, with its examples."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="definitions")
    level = models.CharField(max_length=8, choices=Criticality.choices)
    wording = models.TextField()
    examples: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "level"], name="definition_once_per_level"),
            models.CheckConstraint(condition=Q(level__in=Criticality.values), name="definition_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} in {self.version}"


# What is promised, by bound and unit; whole phrases, since other languages bend the words.
PROMISES: Final = {
    ("before", "minutes"): ngettext_lazy("< %(amount)s minute", "< %(amount)s minutes", "count"),
    ("before", "hours"): ngettext_lazy("< %(amount)s hour", "< %(amount)s hours", "count"),
    ("before", "days"): ngettext_lazy("< %(amount)s day", "< %(amount)s days", "count"),
    ("before", "business_minutes"): ngettext_lazy(
        "< %(amount)s business minute", "< %(amount)s business minutes", "count"
    ),
    ("before", "business_hours"): ngettext_lazy(
        "< %(amount)s business hour", "< %(amount)s business hours", "count"
    ),
    ("before", "business_days"): ngettext_lazy(
        "< %(amount)s business day", "< %(amount)s business days", "count"
    ),
    ("within", "minutes"): ngettext_lazy("within %(amount)s minute", "within %(amount)s minutes", "count"),
    ("within", "hours"): ngettext_lazy("within %(amount)s hour", "within %(amount)s hours", "count"),
    ("within", "days"): ngettext_lazy("within %(amount)s day", "within %(amount)s days", "count"),
    ("within", "business_minutes"): ngettext_lazy(
        "within %(amount)s business minute", "within %(amount)s business minutes", "count"
    ),
    ("within", "business_hours"): ngettext_lazy(
        "within %(amount)s business hour", "within %(amount)s business hours", "count"
    ),
    ("within", "business_days"): ngettext_lazy(
        "within %(amount)s business day", "within %(amount)s business days", "count"
    ),
}


class Target(models.Model):
    """What is promised for one level and metric: an amount of a unit, `before` or `within`."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="targets")
    level = models.CharField(max_length=8, choices=Criticality.choices)
    metric = models.CharField(max_length=10, choices=Metric.choices)
    amount = models.DecimalField(max_digits=9, decimal_places=3)
    unit = models.CharField(max_length=16, choices=UnitChoice.choices)
    bound = models.CharField(max_length=6, choices=BoundChoice.choices)
    round_the_clock = models.BooleanField(
        default=False, help_text=_("Business time is counted 24×7 here, whatever the agreement's calendar.")
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "level", "metric"], name="target_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="target_amount_positive",
                violation_error_message="A target needs an amount above zero.",
            ),
            models.CheckConstraint(condition=Q(level__in=Criticality.values), name="target_level_known"),
            models.CheckConstraint(condition=Q(metric__in=Metric.values), name="target_metric_known"),
            models.CheckConstraint(condition=Q(unit__in=UnitChoice.values), name="target_unit_known"),
            models.CheckConstraint(condition=Q(bound__in=BoundChoice.values), name="target_bound_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {in_sentence(self.get_metric_display())} {self.words}"

    @property
    def words(self) -> str:
        """The promise as one reads it, such as “< 24 hours” or “within 10 business days”."""
        phrase = PROMISES[str(self.bound), str(self.unit)]
        number = number_format(f"{self.amount.normalize():f}")
        return str(phrase % {"count": 1 if self.amount == 1 else 2, "amount": number})


class BusinessCalendar(models.Model):
    """One edition of the hours of support: windows per weekday, named holidays, special days (spec §1).

    `weekly`, `holidays` and `special` have the form of `manage.py deadlines`; holidays map date to name.
    Editions that an agreement uses are read-only (trigger); a change makes the next version.
    """

    key = models.SlugField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=64, validators=[validate_timezone])
    weekly: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    holidays: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict, blank=True)
    special: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict, blank=True)
    demo = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering: ClassVar = ["name", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "version"], name="calendar_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"

    def clean(self) -> None:
        """Refuse hours that the clock cannot read or that never open (spec §2, rule 8)."""
        try:
            self.hours().check(on=date(2026, 1, 1))
        except clock.ClockError as error:
            raise ValidationError({"weekly": str(error)}) from error

    def hours(self) -> clock.Calendar:
        """Return the calendar as the clock reads it."""
        return clock.Calendar.parse(
            {
                "timezone": self.timezone,
                "weekly": self.weekly,
                "holidays": self.holidays,
                "special": self.special,
            }
        )


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Agreements in the words of their readers."""

    def in_force(self, instant: datetime) -> "AgreementQuerySet":
        """Agreements that bind at `instant`; the period is half-open."""
        return self.filter(effective_from__lte=instant).filter(
            Q(effective_to__isnull=True) | Q(effective_to__gt=instant)
        )

    def visible_to(self, member: Membership | None) -> "AgreementQuerySet":
        """Agreements whose terms `member` may read: their own, or all for the vendor."""
        if member is None or not member.active:
            return self.none()
        return self if member.is_vendor else self.filter(organization=member.organization_id)


class Agreement(models.Model):
    """An organization bound to a policy version with a calendar and a zone from one instant to another.

    Two agreements of one organization never overlap (trigger). No calendar means 24×7.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="agreements")
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="agreements")
    calendar = models.ForeignKey(
        BusinessCalendar, on_delete=models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    timezone = models.CharField(max_length=64, validators=[validate_timezone])
    effective_from = models.DateTimeField()
    effective_to = models.DateTimeField(null=True, blank=True)
    signed_by_client = models.CharField(max_length=120, help_text=_("Name of the person who signed off."))
    signed_by_vendor = models.CharField(max_length=120, help_text=_("Name of the person who signed off."))
    counts_from = models.DateTimeField(
        null=True, blank=True, help_text=_("Imported history before this instant is not counted.")
    )

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["organization", "-effective_from"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gt=F("effective_from")),
                name="agreement_ends_after_it_begins",
                violation_error_message="An agreement must end after it begins.",
            ),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(effective_to__isnull=True), name="agreement_one_open_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.policy_version} from {self.effective_from:%Y-%m-%d}"

    def hours(self) -> clock.Calendar:
        """Return the calendar that counts business time; 24×7 in the agreement's zone where there is none."""
        return self.calendar.hours() if self.calendar else clock.Calendar.always(self.timezone)
