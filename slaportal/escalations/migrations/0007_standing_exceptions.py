import functools

import django.db.models.deletion
from django.db import migrations, models

import slaportal.lib.references


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_one_party"),
        ("escalations", "0006_handling"),
        ("issues", "0006_saved_views"),
        ("policies", "0003_one_agreement_at_a_time"),
    ]

    operations = [
        migrations.AlterField(
            model_name="setaside",
            name="what",
            field=models.CharField(
                choices=[
                    ("issue", "Issue"),
                    ("reminder", "Reminder"),
                    ("exception", "Exception"),
                    ("standing", "Standing exception"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="StandingException",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        default=functools.partial(slaportal.lib.references.new_reference, *("STE",)),
                        editable=False,
                        max_length=20,
                        unique=True,
                    ),
                ),
                (
                    "name",
                    models.CharField(help_text="A few words by which both parties know it.", max_length=120),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("planned_maintenance", "Planned maintenance"),
                            ("force_majeure", "Force majeure"),
                        ],
                        max_length=20,
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
                    "metric",
                    models.CharField(
                        blank=True,
                        choices=[("response", "Response"), ("resolution", "Resolution")],
                        help_text="Empty: both clocks.",
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(help_text="What keeps the vendor from working meanwhile.")),
                ("plan", models.TextField(help_text="What is done against it, by whom and until when.")),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, help_text="When it was ended before its time.", null=True
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
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("contest_reason", models.TextField(blank=True)),
                (
                    "remind_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When people are told that it ends soon; empty once they were.",
                        null=True,
                    ),
                ),
                (
                    "source_key",
                    models.CharField(blank=True, editable=False, max_length=120, null=True, unique=True),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standing_exceptions",
                        to="policies.agreement",
                    ),
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
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
            ],
            options={
                "ordering": ["-begins_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Coverage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stops_at", models.DateTimeField()),
                ("at", models.DateTimeField(help_text="When it took effect on this obligation.")),
                (
                    "obligation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coverages",
                        to="issues.obligation",
                    ),
                ),
                (
                    "standing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coverages",
                        to="escalations.standingexception",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.AddIndex(
            model_name="standingexception",
            index=models.Index(
                condition=models.Q(("answer_due_at__isnull", False)),
                fields=["answer_due_at"],
                name="standing_answer_due",
            ),
        ),
        migrations.AddIndex(
            model_name="standingexception",
            index=models.Index(
                condition=models.Q(("remind_at__isnull", False)), fields=["remind_at"], name="standing_remind"
            ),
        ),
        migrations.AddConstraint(
            model_name="standingexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("requested_by")), _negated=True),
                    _connector="OR",
                ),
                name="standing_four_eyes",
                violation_error_message="Another person than the requester must approve an exception.",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingexception",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("begins_at"))), name="standing_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="standingexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True), ("ended_at__lt", models.F("ends_at")), _connector="OR"
                ),
                name="standing_ends_early",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    models.Q(("plan", ""), _negated=True),
                ),
                name="standing_says_why_and_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approved_by__isnull", False), ("status__in", ["approved", "accepted", "contested"])
                    ),
                    ("status__in", ["requested", "rejected"]),
                    _connector="OR",
                ),
                name="standing_approved_by_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer_due_at__isnull", False), ("status", "approved")),
                    models.Q(
                        models.Q(("status", "approved"), _negated=True), ("answer_due_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="standing_with_the_client_has_a_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted_at__isnull", False), ("status", "accepted")),
                    models.Q(
                        models.Q(("status", "accepted"), _negated=True),
                        ("accepted_at__isnull", True),
                        ("remind_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="standing_accepted_has_instant",
            ),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.UniqueConstraint(fields=("standing", "obligation"), name="coverage_once"),
        ),
    ]
