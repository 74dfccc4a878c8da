import functools

import django.db.models.deletion
from django.db import migrations, models

import slaportal.lib.references
import slaportal.policies.reckoning


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_one_party"),
        ("policies", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Issue",
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
                        default=functools.partial(slaportal.lib.references.new_reference, *("ISS",)),
                        editable=False,
                        max_length=20,
                        unique=True,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("description", models.TextField()),
                ("product", models.CharField(blank=True, max_length=120)),
                ("product_version", models.CharField(blank=True, max_length=60)),
                ("environment", models.CharField(blank=True, max_length=120)),
                ("contact", models.CharField(blank=True, max_length=200)),
                ("answers", models.JSONField(blank=True, default=dict)),
                ("submitted_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("waiting", "Waiting"),
                            ("resolved", "Resolved"),
                            ("confirmed", "Confirmed"),
                            ("closed", "Closed"),
                            ("withdrawn", "Withdrawn"),
                            ("duplicate", "Duplicate"),
                        ],
                        default="open",
                        max_length=10,
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
                ("provisional", models.BooleanField(default=True)),
                (
                    "classification",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("countered", "Countered"),
                            ("disputed", "Disputed"),
                            ("agreed", "Agreed"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                (
                    "awaiting_level_from",
                    models.CharField(
                        blank=True, choices=[("client", "Client"), ("vendor", "Vendor")], max_length=6
                    ),
                ),
                (
                    "answer_due_at",
                    models.DateTimeField(blank=True, help_text="When silence decides the level.", null=True),
                ),
                ("round", models.PositiveSmallIntegerField(default=1)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("investigating", "Investigating"),
                            ("cause_found", "Cause found"),
                            ("fixing", "Fixing"),
                            ("verifying", "Verifying"),
                            ("resolved", "Resolved"),
                        ],
                        default="investigating",
                        max_length=14,
                    ),
                ),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                ("next_update_at", models.DateTimeField(blank=True, null=True)),
                (
                    "waiting_on",
                    models.CharField(
                        blank=True,
                        choices=[("client", "Client"), ("third_party", "Third party")],
                        max_length=12,
                    ),
                ),
                ("waiting_reason", models.CharField(blank=True, max_length=500)),
                ("responded_at", models.DateTimeField(blank=True, null=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("resolution_note", models.TextField(blank=True)),
                (
                    "confirm_by",
                    models.DateTimeField(
                        blank=True, help_text="When silence confirms the resolution.", null=True
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "next_due_at",
                    models.DateTimeField(
                        blank=True, help_text="Next running deadline, for lists.", null=True
                    ),
                ),
                ("updated_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("source_key", models.CharField(blank=True, editable=False, max_length=120, null=True)),
                ("submission_key", models.CharField(blank=True, editable=False, max_length=64, null=True)),
                ("demo", models.BooleanField(default=False, editable=False)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issues",
                        to="policies.agreement",
                    ),
                ),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assigned_issues",
                        to="accounts.membership",
                    ),
                ),
                (
                    "duplicate_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duplicates",
                        to="issues.issue",
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_by",
                        to="issues.issue",
                    ),
                ),
                (
                    "on_behalf_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="affecting_issues",
                        to="accounts.membership",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issues",
                        to="accounts.organization",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reported_issues",
                        to="accounts.membership",
                    ),
                ),
                (
                    "watchers",
                    models.ManyToManyField(
                        blank=True, related_name="watched_issues", to="accounts.membership"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InternalNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("body", models.TextField()),
                (
                    "salt",
                    models.CharField(
                        editable=False, help_text="Salt of the hash in the ledger.", max_length=64
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="internal_notes",
                        to="issues.issue",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField()),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="issues.issue",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("body", models.TextField(help_text="Markdown, kept as written and cleaned when shown.")),
                (
                    "salt",
                    models.CharField(
                        editable=False, help_text="Salt of the hash in the ledger.", max_length=64
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="issues.issue",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Obligation",
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
                        choices=[("response", "Response"), ("resolution", "Resolution")], max_length=10
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
                ("provisional", models.BooleanField(default=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            (slaportal.policies.reckoning.State["RUNNING"], "Running"),
                            (slaportal.policies.reckoning.State["PAUSED"], "Paused"),
                            (slaportal.policies.reckoning.State["BREACHING"], "Breaching"),
                            (slaportal.policies.reckoning.State["MET"], "Met"),
                            (slaportal.policies.reckoning.State["BREACHED"], "Breached"),
                            (slaportal.policies.reckoning.State["CANCELLED"], "Cancelled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            (slaportal.policies.reckoning.Outcome["MET"], "Met"),
                            (slaportal.policies.reckoning.Outcome["BREACHED"], "Breached"),
                            (slaportal.policies.reckoning.Outcome["NOT_COUNTED"], "Not counted"),
                            (slaportal.policies.reckoning.Outcome["WAIVED"], "Waived"),
                        ],
                        max_length=12,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "breached_at",
                    models.DateTimeField(blank=True, help_text="The due instant that was missed.", null=True),
                ),
                (
                    "detected_at",
                    models.DateTimeField(
                        blank=True, help_text="When the portal noticed the breach.", null=True
                    ),
                ),
                ("adjusted_due_at", models.DateTimeField(blank=True, null=True)),
                (
                    "adjusted_outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            (slaportal.policies.reckoning.Outcome["MET"], "Met"),
                            (slaportal.policies.reckoning.Outcome["BREACHED"], "Breached"),
                            (slaportal.policies.reckoning.Outcome["NOT_COUNTED"], "Not counted"),
                            (slaportal.policies.reckoning.Outcome["WAIVED"], "Waived"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "cycle",
                    models.PositiveSmallIntegerField(default=1, help_text="Rises with each reopening."),
                ),
                ("next_look_at", models.DateTimeField(blank=True, null=True)),
                (
                    "set_aside",
                    models.CharField(
                        blank=True, help_text="Why the watch could not look at it.", max_length=300
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="obligations",
                        to="issues.issue",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "on",
                    models.CharField(
                        choices=[("client", "Client"), ("third_party", "Third party")], max_length=12
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("stops_clock", models.BooleanField()),
                (
                    "contest",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not contested"),
                            ("open", "Contested"),
                            ("upheld", "Contest upheld"),
                            ("dismissed", "Contest dismissed"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("contest_reason", models.TextField(blank=True)),
                (
                    "contest_due_at",
                    models.DateTimeField(
                        blank=True, help_text="When the vendor's silence upholds the contest.", null=True
                    ),
                ),
                (
                    "contested_by",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="pauses", to="issues.issue"
                    ),
                ),
                (
                    "judged_by",
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
                "ordering": ["began_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField()),
                ("revision", models.PositiveSmallIntegerField()),
                (
                    "party",
                    models.CharField(choices=[("client", "Client"), ("vendor", "Vendor")], max_length=6),
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
                ("reason", models.TextField(blank=True)),
                ("answers", models.JSONField(blank=True, default=dict)),
                ("at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="issues.issue",
                    ),
                ),
            ],
            options={
                "ordering": ["round", "revision"],
            },
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "party",
                    models.CharField(choices=[("client", "Client"), ("vendor", "Vendor")], max_length=6),
                ),
                ("at", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes",
                        to="issues.proposal",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DeciderVote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "party",
                    models.CharField(choices=[("client", "Client"), ("vendor", "Vendor")], max_length=6),
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
                ("at", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="votes", to="issues.dispute"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["critical", "high", "medium", "low"])),
                        name="decider_vote_level_known",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "waiting", "resolved"])),
                fields=["next_due_at", "submitted_at"],
                name="issue_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(fields=["organization", "-submitted_at"], name="issue_of_organization"),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                condition=models.Q(("answer_due_at__isnull", False)),
                fields=["answer_due_at"],
                name="issue_answer_due",
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                condition=models.Q(("confirm_by__isnull", False)),
                fields=["confirm_by"],
                name="issue_confirm_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.UniqueConstraint(fields=("source_key",), name="issue_source_key_once"),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.UniqueConstraint(
                fields=("reported_by", "submission_key"), name="issue_submission_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["critical", "high", "medium", "low"])),
                name="issue_level_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(("percent__lte", 100)), name="issue_percent_up_to_100"
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "waiting"), models.Q(("waiting_on", ""), _negated=True)),
                    models.Q(models.Q(("state", "waiting"), _negated=True), ("waiting_on", "")),
                    _connector="OR",
                ),
                name="issue_waiting_is_for_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolved_at__isnull", False), ("state__in", ["resolved", "confirmed"])),
                    ("state", "closed"),
                    models.Q(("resolved_at__isnull", True), ("state__in", ["open", "waiting"])),
                    ("state__in", ["withdrawn", "duplicate"]),
                    _connector="OR",
                ),
                name="issue_resolved_has_instant",
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("duplicate_of__isnull", False), ("state", "duplicate")),
                    models.Q(models.Q(("state", "duplicate"), _negated=True), ("duplicate_of__isnull", True)),
                    _connector="OR",
                ),
                name="issue_duplicate_names_the_other",
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("duplicate_of__isnull", True),
                    models.Q(("duplicate_of", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="issue_not_its_own_duplicate",
            ),
        ),
        migrations.AddConstraint(
            model_name="internalnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("body", ""), _negated=True), name="note_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.UniqueConstraint(fields=("issue", "round"), name="dispute_once_per_round"),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("body", ""), _negated=True), name="comment_says_something"
            ),
        ),
        migrations.AddIndex(
            model_name="obligation",
            index=models.Index(
                condition=models.Q(("next_look_at__isnull", False)),
                fields=["next_look_at"],
                name="obligation_look",
            ),
        ),
        migrations.AddIndex(
            model_name="obligation",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False)),
                fields=["decided_at"],
                name="obligation_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="obligation",
            constraint=models.UniqueConstraint(fields=("issue", "metric"), name="obligation_once_per_metric"),
        ),
        migrations.AddConstraint(
            model_name="obligation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("outcome", "")),
                    models.Q(models.Q(("outcome", ""), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="obligation_decided_has_instant",
            ),
        ),
        migrations.AddConstraint(
            model_name="obligation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("breached_at__isnull", False),
                        ("detected_at__isnull", False),
                        ("outcome", "breached"),
                    ),
                    models.Q(models.Q(("outcome", "breached"), _negated=True), ("breached_at__isnull", True)),
                    _connector="OR",
                ),
                name="obligation_breach_has_instants",
            ),
        ),
        migrations.AddConstraint(
            model_name="obligation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "paused"), _negated=True),
                    ("due_at__isnull", True),
                    models.Q(("outcome", ""), _negated=True),
                    _connector="OR",
                ),
                name="obligation_paused_has_no_due",
            ),
        ),
        migrations.AddIndex(
            model_name="pause",
            index=models.Index(
                condition=models.Q(("contest_due_at__isnull", False)),
                fields=["contest_due_at"],
                name="pause_contest_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("issue",),
                name="pause_one_open_per_issue",
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="pause_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True), ("ended_at__gte", models.F("began_at")), _connector="OR"
                ),
                name="pause_ends_after_begin",
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("judged_by__isnull", True),
                    models.Q(("judged_by", models.F("requested_by")), _negated=True),
                    _connector="OR",
                ),
                name="pause_judged_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("contest", "open"), ("contest_due_at__isnull", False)),
                    models.Q(models.Q(("contest", "open"), _negated=True), ("contest_due_at__isnull", True)),
                    _connector="OR",
                ),
                name="pause_open_contest_has_a_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                fields=("issue", "round", "revision"), name="proposal_revision_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["critical", "high", "medium", "low"])),
                name="proposal_level_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revision", 1), ("round", 1)),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="proposal_change_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.UniqueConstraint(fields=("proposal", "party"), name="vote_once_per_party"),
        ),
    ]
