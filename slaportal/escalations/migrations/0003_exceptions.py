import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_one_party"),
        ("escalations", "0002_default_matrix"),
        ("issues", "0002_parties_and_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="SlaException",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "metric",
                    models.CharField(
                        choices=[("response", "Response"), ("resolution", "Resolution")],
                        default="resolution",
                        max_length=10,
                    ),
                ),
                (
                    "effect",
                    models.CharField(
                        choices=[
                            ("added_time", "Added time"),
                            ("waived", "Waived outcome"),
                            ("explanation", "Explanation only"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("business_constraint", "Business constraint"),
                            ("technical_challenge", "Technical challenge"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.TextField(help_text="Why it cannot be done in time.")),
                (
                    "plan",
                    models.TextField(help_text="What is done against the delay, by whom and until when."),
                ),
                (
                    "until",
                    models.DateTimeField(
                        blank=True, help_text="The new date, where time is added.", null=True
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("approved", "Approved, with the client"),
                            ("rejected", "Rejected"),
                            ("accepted", "Accepted"),
                            ("contested", "Contested"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answer_due_at",
                    models.DateTimeField(
                        blank=True, help_text="When the client's silence accepts it.", null=True
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("contest_reason", models.TextField(blank=True)),
                (
                    "source_key",
                    models.CharField(blank=True, editable=False, max_length=120, null=True, unique=True),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "approved_by",
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
                        related_name="exceptions",
                        to="issues.issue",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
            ],
            options={
                "verbose_name": "exception",
                "ordering": ["-requested_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("answer_due_at__isnull", False)),
                        fields=["answer_due_at"],
                        name="exception_answer_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="exception_four_eyes",
                        violation_error_message="Another person than the requester must approve an exception.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("effect", "added_time"), ("until__isnull", False)),
                            ("effect__in", ["waived", "explanation"]),
                            _connector="OR",
                        ),
                        name="exception_added_time_has_a_date",
                        violation_error_message="Added time needs the new date.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True), models.Q(("plan", ""), _negated=True)
                        ),
                        name="exception_says_why_and_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved_by__isnull", False),
                                ("status__in", ["approved", "accepted", "contested"]),
                            ),
                            ("status__in", ["requested", "rejected"]),
                            _connector="OR",
                        ),
                        name="exception_approved_by_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer_due_at__isnull", False), ("status", "approved")),
                            models.Q(
                                models.Q(("status", "approved"), _negated=True),
                                ("answer_due_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="exception_with_the_client_has_a_date",
                    ),
                ],
            },
        ),
    ]
