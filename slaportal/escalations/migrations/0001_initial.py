import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_one_party"),
        ("issues", "0002_parties_and_facts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MatrixStep",
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
                ("ordinal", models.PositiveSmallIntegerField(help_text="Steps run in this order.")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("share", "At a share of the budget"),
                            ("breach", "At the breach"),
                            ("after", "Some time after the breach"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "share",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="Percent of the budget used.", null=True
                    ),
                ),
                (
                    "after_minutes",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Minutes after the breach, counted as the target counts time.",
                        null=True,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("client_reporter", "Client reporter"),
                            ("client_manager", "Client manager"),
                            ("client_auditor", "Client auditor"),
                            ("vendor_agent", "Vendor agent"),
                            ("vendor_lead", "Vendor lead"),
                            ("senior_management", "Senior management"),
                            ("auditor", "Auditor"),
                            ("admin", "Administrator"),
                        ],
                        max_length=20,
                    ),
                ),
            ],
            options={
                "ordering": ["level", "metric", "ordinal"],
                "constraints": [
                    models.UniqueConstraint(fields=("level", "metric", "ordinal"), name="matrix_step_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("after_minutes__isnull", True),
                                ("kind", "share"),
                                ("share__gte", 1),
                                ("share__isnull", False),
                                ("share__lte", 99),
                            ),
                            models.Q(
                                ("after_minutes__isnull", True), ("kind", "breach"), ("share__isnull", True)
                            ),
                            models.Q(
                                ("after_minutes__gte", 1),
                                ("after_minutes__isnull", False),
                                ("kind", "after"),
                                ("share__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="matrix_step_says_when",
                        violation_error_message="A share step needs a percentage from 1 to 99, a later step its minutes, a breach step neither.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cycle", models.PositiveSmallIntegerField(default=1)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("client_reporter", "Client reporter"),
                            ("client_manager", "Client manager"),
                            ("client_auditor", "Client auditor"),
                            ("vendor_agent", "Vendor agent"),
                            ("vendor_lead", "Vendor lead"),
                            ("senior_management", "Senior management"),
                            ("auditor", "Auditor"),
                            ("admin", "Administrator"),
                        ],
                        max_length=20,
                    ),
                ),
                ("due_at", models.DateTimeField(help_text="When the step was to run.")),
                ("fired_at", models.DateTimeField(help_text="When it ran.")),
                ("reason", models.TextField(blank=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("told", "Told"),
                            ("open", "Waiting for acknowledgement"),
                            ("acknowledged", "Acknowledged"),
                            ("cancelled", "No longer needed"),
                        ],
                        default="open",
                        max_length=14,
                    ),
                ),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="issues.issue",
                    ),
                ),
                (
                    "obligation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="issues.obligation",
                    ),
                ),
                (
                    "raised_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                ("told", models.ManyToManyField(blank=True, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "step",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="escalations.matrixstep",
                    ),
                ),
            ],
            options={
                "ordering": ["-fired_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("obligation", "cycle", "step"), name="escalation_once_per_step"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("obligation__isnull", False), ("step__isnull", False)),
                            models.Q(("raised_by__isnull", False), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="escalation_by_step_or_by_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("acknowledged_at__isnull", False),
                                ("acknowledged_by__isnull", False),
                                ("status", "acknowledged"),
                            ),
                            models.Q(
                                models.Q(("status", "acknowledged"), _negated=True),
                                ("acknowledged_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="escalation_acknowledged_by_a_person",
                    ),
                ],
            },
        ),
    ]
