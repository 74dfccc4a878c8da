import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_one_party"),
    ]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        blank=True, help_text="Reference of the issue, if it is about one.", max_length=32
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("at", models.DateTimeField(help_text="When it happened.")),
                ("recorded_at", models.DateTimeField(help_text="When the portal learned of it.")),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("human", "Person"),
                            ("system", "Portal"),
                            ("token", "Token"),
                            ("impersonated", "Impersonated"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[("both", "Both parties"), ("vendor", "Vendor only")],
                        default="both",
                        max_length=6,
                    ),
                ),
                ("payload", models.TextField()),
                ("payload_sha256", models.CharField(max_length=64)),
                (
                    "demo",
                    models.BooleanField(
                        default=False, help_text="Born in the demo world; only such events can be removed."
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EventText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("salt", models.CharField(max_length=64)),
                ("text", models.TextField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="texts", to="ledger.event"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["subject", "at", "id"], name="event_of_subject"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("actor__isnull", True), ("actor_kind", "system")),
                    models.Q(models.Q(("actor_kind", "system"), _negated=True), ("actor__isnull", False)),
                    _connector="OR",
                ),
                name="event_has_an_actor",
            ),
        ),
        migrations.AddConstraint(
            model_name="eventtext",
            constraint=models.UniqueConstraint(fields=("event", "name"), name="event_text_once"),
        ),
    ]
