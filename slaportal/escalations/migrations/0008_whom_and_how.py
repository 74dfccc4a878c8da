from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def keep_acknowledgements(apps: Any, schema_editor: Any) -> None:
    """What was acknowledged before has its acknowledgement too."""
    model = apps.get_model("escalations", "Acknowledgement")
    known = apps.get_model("escalations", "Escalation").objects.exclude(acknowledged_by=None)
    model.objects.bulk_create(
        model(escalation_id=one.pk, member_id=one.acknowledged_by_id, at=one.acknowledged_at)
        for one in known.iterator()
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_tokens"),
        ("escalations", "0007_standing_exceptions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="escalation",
            name="needs_all",
            field=models.BooleanField(
                default=False,
                help_text="Everybody who was told must acknowledge, as its step said when it ran.",
            ),
        ),
        migrations.AddField(
            model_name="matrixstep",
            name="all_acknowledge",
            field=models.BooleanField(
                default=False,
                help_text="It stays open, and the next step is not held back, until everybody who was told has acknowledged.",
                verbose_name="all must acknowledge",
            ),
        ),
        migrations.AddField(
            model_name="matrixstep",
            name="channel",
            field=models.CharField(
                choices=[("mail", "E-mail and inbox"), ("inbox", "In the inbox only")],
                default="mail",
                max_length=5,
                verbose_name="tells by",
            ),
        ),
        migrations.AddConstraint(
            model_name="matrixstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("all_acknowledge", False), models.Q(("kind", "share"), _negated=True), _connector="OR"
                ),
                name="matrix_step_all_acknowledge",
                violation_error_message="A warning waits for nobody, so nobody has to acknowledge it.",
            ),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="escalation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="acknowledgements",
                to="escalations.escalation",
            ),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.membership"
            ),
        ),
        migrations.AddConstraint(
            model_name="acknowledgement",
            constraint=models.UniqueConstraint(fields=("escalation", "member"), name="acknowledgement_once"),
        ),
        migrations.RunPython(keep_acknowledgements, migrations.RunPython.noop),
    ]
