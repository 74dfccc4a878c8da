from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("escalations", "0003_exceptions"),
    ]

    operations = [
        migrations.CreateModel(
            name="SetAside",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[("issue", "Issue"), ("reminder", "Reminder"), ("exception", "Exception")],
                        max_length=10,
                    ),
                ),
                ("row", models.BigIntegerField(help_text="Primary key in its table.")),
                ("since", models.DateTimeField(help_text="When it first failed.")),
                ("until", models.DateTimeField(help_text="Next try.")),
                ("tries", models.PositiveIntegerField(default=1)),
                ("reason", models.CharField(max_length=300)),
            ],
            options={
                "verbose_name": "row set aside",
                "verbose_name_plural": "rows set aside",
                "ordering": ["until", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("what", "row"), name="set_aside_once"),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="set_aside_says_why"
                    ),
                ],
            },
        ),
    ]
