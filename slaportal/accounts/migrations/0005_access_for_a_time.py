from datetime import timedelta

from django.db import migrations, models


def end_open_ends(apps, schema_editor):
    """Give the invitations of outside auditors an end: a quarter after the letter."""
    invitations = apps.get_model("accounts", "Invitation").objects.filter(role="auditor", access_ends_at=None)
    for one in invitations:
        one.access_ends_at = one.expires_at + timedelta(days=92)
        one.save(update_fields=["access_ends_at"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_identity_providers"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="access_ends_at",
            field=models.DateTimeField(
                blank=True, help_text="When the access itself ends, where it is for a time.", null=True
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="ends_at",
            field=models.DateTimeField(
                blank=True, help_text="When access ends by itself, as an outside auditor's does.", null=True
            ),
        ),
        migrations.RunPython(end_open_ends, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "auditor"), _negated=True),
                    ("access_ends_at__isnull", False),
                    _connector="OR",
                ),
                name="invitation_auditor_for_a_time",
                violation_error_message="An outside auditor is invited for a time: say when the access ends.",
            ),
        ),
    ]
