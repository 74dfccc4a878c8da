import django.db.models.deletion
from django.db import migrations, models

import slaportal.accounts.validators
import slaportal.policies.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_one_party"),
    ]

    operations = [
        migrations.CreateModel(
            name="Policy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=80, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("demo", models.BooleanField(default=False, editable=False)),
            ],
            options={
                "verbose_name_plural": "policies",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="BusinessCalendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=80)),
                ("version", models.PositiveIntegerField(default=1)),
                ("name", models.CharField(max_length=120)),
                (
                    "timezone",
                    models.CharField(
                        max_length=64, validators=[slaportal.accounts.validators.validate_timezone]
                    ),
                ),
                ("weekly", models.JSONField(default=dict)),
                ("holidays", models.JSONField(blank=True, default=dict)),
                ("special", models.JSONField(blank=True, default=dict)),
                ("demo", models.BooleanField(default=False, editable=False)),
            ],
            options={
                "ordering": ["name", "-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("key", "version"), name="calendar_version_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published")],
                        default="draft",
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("introduction", models.TextField(blank=True)),
                ("footnote", models.TextField(blank=True)),
                (
                    "terms_text",
                    models.TextField(
                        blank=True, help_text="The remaining sections in the agreement's own words."
                    ),
                ),
                (
                    "warning_shares",
                    models.JSONField(
                        default=slaportal.policies.models.default_warning_shares,
                        help_text="Percent of the budget used at which the vendor is warned.",
                    ),
                ),
                (
                    "pause_parties",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Waiting for whom stops the resolution clock; empty: for nobody.",
                    ),
                ),
                ("impact_table", models.JSONField(blank=True, default=dict)),
                (
                    "client_answer_days",
                    models.PositiveSmallIntegerField(
                        default=2, help_text="Business days in which the client answers a proposed level."
                    ),
                ),
                (
                    "confirmation_days",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="Business days in which the client confirms or rejects a resolution.",
                    ),
                ),
                ("postmortem_levels", models.JSONField(blank=True, default=list)),
                (
                    "postmortem_days",
                    models.PositiveSmallIntegerField(default=10, help_text="Business days until it is due."),
                ),
                ("survey_retention_days", models.PositiveSmallIntegerField(default=730)),
                ("published_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("content_hash", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="policies.policy",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
            ],
            options={
                "ordering": ["policy", "-number"],
            },
        ),
        migrations.CreateModel(
            name="CriticalityDefinition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("critical", "Critical"),
                            ("high", "High"),
                            ("medium", "Medium"),
                            ("low", "Low"),
                        ],
                        max_length=8,
                    ),
                ),
                ("wording", models.TextField()),
                ("examples", models.JSONField(default=list)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="definitions",
                        to="policies.policyversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "timezone",
                    models.CharField(
                        max_length=64, validators=[slaportal.accounts.validators.validate_timezone]
                    ),
                ),
                ("effective_from", models.DateTimeField()),
                ("effective_to", models.DateTimeField(blank=True, null=True)),
                (
                    "signed_by_client",
                    models.CharField(help_text="Name of the person who signed off.", max_length=120),
                ),
                (
                    "signed_by_vendor",
                    models.CharField(help_text="Name of the person who signed off.", max_length=120),
                ),
                (
                    "counts_from",
                    models.DateTimeField(
                        blank=True,
                        help_text="Imported history before this instant is not counted.",
                        null=True,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="accounts.organization",
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="policies.businesscalendar",
                    ),
                ),
                (
                    "policy_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="policies.policyversion",
                    ),
                ),
            ],
            options={
                "ordering": ["organization", "-effective_from"],
            },
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("critical", "Critical"),
                            ("high", "High"),
                            ("medium", "Medium"),
                            ("low", "Low"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "metric",
                    models.CharField(
                        choices=[("response", "Response"), ("resolution", "Resolution")], max_length=10
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=3, max_digits=9)),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("minutes", "minutes"),
                            ("hours", "hours"),
                            ("days", "days"),
                            ("business_minutes", "business minutes"),
                            ("business_hours", "business hours"),
                            ("business_days", "business days"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "bound",
                    models.CharField(choices=[("before", "less than"), ("within", "within")], max_length=6),
                ),
                (
                    "round_the_clock",
                    models.BooleanField(
                        default=False,
                        help_text="Business time is counted 24×7 here, whatever the agreement's calendar.",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="targets",
                        to="policies.policyversion",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.UniqueConstraint(
                fields=("policy", "number"), name="policy_version_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("content_hash", ""), ("published_at__isnull", True), ("status", "draft")),
                    models.Q(
                        ("published_at__isnull", False),
                        ("status", "published"),
                        models.Q(("content_hash", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="policy_version_published_is_sealed",
            ),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("client_answer_days__gte", 1), ("confirmation_days__gte", 1)),
                name="policy_version_periods_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="criticalitydefinition",
            constraint=models.UniqueConstraint(fields=("version", "level"), name="definition_once_per_level"),
        ),
        migrations.AddConstraint(
            model_name="criticalitydefinition",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["critical", "high", "medium", "low"])),
                name="definition_level_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("effective_to__isnull", True),
                    ("effective_to__gt", models.F("effective_from")),
                    _connector="OR",
                ),
                name="agreement_ends_after_it_begins",
                violation_error_message="An agreement must end after it begins.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("effective_to__isnull", True)),
                fields=("organization",),
                name="agreement_one_open_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(fields=("version", "level", "metric"), name="target_once"),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)),
                name="target_amount_positive",
                violation_error_message="A target needs an amount above zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["critical", "high", "medium", "low"])),
                name="target_level_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("metric__in", ["response", "resolution"])), name="target_metric_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "unit__in",
                        ["minutes", "hours", "days", "business_minutes", "business_hours", "business_days"],
                    )
                ),
                name="target_unit_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("bound__in", ["before", "within"])), name="target_bound_known"
            ),
        ),
    ]
