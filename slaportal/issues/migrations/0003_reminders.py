import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0002_parties_and_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("answer", "Answer on the level"),
                            ("confirmation", "Confirmation of the resolution"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("period_ends_at", models.DateTimeField(help_text="When silence decides.")),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="issues.issue",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)), fields=["at"], name="reminder_due"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("issue", "kind", "at"), name="reminder_once"),
                    models.CheckConstraint(
                        condition=models.Q(("at__lt", models.F("period_ends_at"))),
                        name="reminder_before_the_end",
                    ),
                ],
            },
        ),
    ]
