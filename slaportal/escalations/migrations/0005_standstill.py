from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("escalations", "0004_set_aside"),
    ]

    operations = [
        migrations.CreateModel(
            name="Standstill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part", models.CharField(help_text="The heartbeat that stopped.", max_length=40)),
                ("since", models.DateTimeField(help_text="Its last sign of life.")),
                ("noticed_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-since", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("part", "since"), name="standstill_once"),
                ],
            },
        ),
    ]
