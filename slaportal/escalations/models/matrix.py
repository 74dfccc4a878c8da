"""The escalation matrix: who is told when (spec §5)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership, Role
from slaportal.lib.wording import in_sentence
from slaportal.policies.models import Criticality, Metric


class StepKind(models.TextChoices):
    """When a step of the matrix runs."""

    SHARE = "share", _("At a share of the budget")
    BREACH = "breach", _("At the breach")
    AFTER = "after", _("Some time after the breach")


class Channel(models.TextChoices):
    """How a step tells people; the inbox always has it."""

    MAIL = "mail", _("E-mail and inbox")
    INBOX = "inbox", _("In the inbox only")


class MatrixStep(models.Model):
    """One cell of the matrix: for this level and metric, at this point, tell this role."""

    level = models.CharField(max_length=8, choices=Criticality.choices)
    metric = models.CharField(max_length=10, choices=Metric.choices)
    ordinal = models.PositiveSmallIntegerField(help_text="Steps run in this order.")
    kind = models.CharField(max_length=6, choices=StepKind.choices)
    share = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Percent of the budget used.")
    after_minutes = models.PositiveIntegerField(
        null=True, blank=True, help_text="Minutes after the breach, counted as the target counts time."
    )
    role = models.CharField(max_length=20, choices=Role.choices)
    repeat_minutes = models.PositiveIntegerField(
        "repeat every … minutes",
        null=True,
        blank=True,
        help_text="Elapsed minutes; the message is repeated while nobody has acknowledged.",
    )
    repeat_times = models.PositiveSmallIntegerField(
        "at most … times", default=0, help_text="0: not repeated."
    )

    channel = models.CharField("tells by", max_length=5, choices=Channel.choices, default=Channel.MAIL)
    all_acknowledge = models.BooleanField(
        "all must acknowledge",
        default=False,
        help_text="It stays open, and the next step is not held back, until everybody who was told has acknowledged.",
    )

    class Meta:
        ordering: ClassVar = ["level", "metric", "ordinal"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["level", "metric", "ordinal"], name="matrix_step_once"),
            models.CheckConstraint(
                condition=Q(
                    kind="share", share__isnull=False, share__gte=1, share__lte=99, after_minutes__isnull=True
                )
                | Q(kind="breach", share__isnull=True, after_minutes__isnull=True)
                | Q(kind="after", share__isnull=True, after_minutes__isnull=False, after_minutes__gte=1),
                name="matrix_step_says_when",
                violation_error_message=(
                    "A share step needs a percentage from 1 to 99, a later step its minutes, a breach step neither."
                ),
            ),
            # A warning waits for nobody, so there is nothing to repeat it for.
            models.CheckConstraint(
                condition=Q(repeat_times=0, repeat_minutes__isnull=True)
                | Q(repeat_times__gte=1, repeat_times__lte=20, repeat_minutes__gte=5) & ~Q(kind="share"),
                name="matrix_step_repeats",
                violation_error_message=(
                    "Repeat a step from the breach on: every 5 minutes or more, 1 to 20 times; else leave both out."
                ),
            ),
            models.CheckConstraint(
                condition=Q(all_acknowledge=False) | ~Q(kind="share"),
                name="matrix_step_all_acknowledge",
                violation_error_message="A warning waits for nobody, so nobody has to acknowledge it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {in_sentence(self.get_metric_display())}, {self.when}: {self.get_role_display()}"

    @property
    def when(self) -> str:
        """The point at which it runs, as one reads it."""
        match self.kind:
            case StepKind.SHARE:
                return gettext("%(share)s %% of the time used") % {"share": self.share}
            case StepKind.BREACH:
                return gettext("at the breach")
            case _:
                hours, minutes = divmod(self.after_minutes or 0, 60)
                words = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
                return gettext("%(time)s after the breach") % {"time": " ".join(words)}

    @property
    def repeats(self) -> str:
        """How it is repeated, as one reads it; "" where it is not."""
        if not self.repeat_times:
            return ""
        return ngettext(
            "repeated every %(minutes)s min, at most once",
            "repeated every %(minutes)s min, at most %(times)s times",
            self.repeat_times,
        ) % {"minutes": self.repeat_minutes, "times": self.repeat_times}

    @property
    def more(self) -> str:
        """What else holds for it, as one reads it: repetition, who must acknowledge, how it tells; "" for nothing."""
        words = [
            self.repeats,
            gettext("all must acknowledge") if self.all_acknowledge else "",
            in_sentence(self.get_channel_display()) if self.channel != Channel.MAIL else "",
        ]
        return ", ".join(word for word in words if word)


class MatrixEdition(models.Model):
    """The matrix as it held from an instant on, until the next edition. Never changed: the next change makes the next.

    `steps`: a list of objects with level, metric, ordinal, when, role and more, in reading order, as words.
    """

    number = models.PositiveIntegerField(unique=True)
    effective_from = models.DateTimeField(null=True, blank=True, help_text="Empty: since the portal began.")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    steps = models.JSONField()

    class Meta:
        ordering: ClassVar = ["-number"]
        verbose_name = "edition of the matrix"
        verbose_name_plural = "editions of the matrix"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(number=1) | Q(number__gt=1, effective_from__isnull=False),
                name="matrix_edition_counts_from_one",
            ),
        ]

    def __str__(self) -> str:
        return f"Edition {self.number}"
