from typing import Any

from django.db import migrations

# "Unresolved critical or high issues that exceed SLA time-frames must be escalated to senior management."
# Share steps warn at a percentage of the budget, later steps count minutes from the breach.
STRICT = [
    ("share", 50, None, "vendor_agent"),
    ("share", 75, None, "vendor_agent"),
    ("share", 90, None, "vendor_lead"),
    ("breach", None, None, "senior_management"),
]
RELAXED = [
    ("share", 75, None, "vendor_agent"),
    ("share", 90, None, "vendor_agent"),
    ("breach", None, None, "vendor_lead"),
]
DEFAULT = {
    "critical": [
        *STRICT,
        ("after", None, 60, "senior_management"),
        ("after", None, 240, "senior_management"),
    ],
    "high": [*STRICT, ("after", None, 240, "senior_management"), ("after", None, 1440, "senior_management")],
    "medium": [*RELAXED, ("after", None, 480, "vendor_lead")],
    "low": RELAXED,
}


def add_default(apps: Any, schema_editor: Any) -> None:
    step_model = apps.get_model("escalations", "MatrixStep")
    step_model.objects.bulk_create(
        step_model(
            level=level,
            metric=metric,
            ordinal=ordinal,
            kind=kind,
            share=share,
            after_minutes=after,
            role=role,
        )
        for level, steps in DEFAULT.items()
        for metric in ("response", "resolution")
        for ordinal, (kind, share, after, role) in enumerate(steps, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("escalations", "0001_initial")]

    operations = [migrations.RunPython(add_default, migrations.RunPython.noop)]
