"""An issued report and its files never change; only the demo world's can be removed."""

from django.db import migrations

from slaportal.lib.dbrules import NoTruncate, Refusal

FROZEN = "An issued report never changes."
REPORT = "reports_statusreport"
FILE = "reports_reportfile"
OF_DEMO = "(SELECT demo FROM reports_statusreport WHERE id = OLD.report_id)"
RULES = (
    Refusal("report_no_update", REPORT, "UPDATE", "OLD.state = 'issued'", FROZEN),
    Refusal("report_no_delete", REPORT, "DELETE", "OLD.state = 'issued' AND NOT OLD.demo", FROZEN),
    NoTruncate("report_no_truncate", REPORT, FROZEN),
    Refusal("report_file_no_update", FILE, "UPDATE", "1 = 1", FROZEN),
    Refusal("report_file_no_delete", FILE, "DELETE", f"NOT {OF_DEMO}", FROZEN),
    NoTruncate("report_file_no_truncate", FILE, FROZEN),
)


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_status_reports")]

    operations = [migrations.RunPython(rule.install, rule.remove) for rule in RULES]
