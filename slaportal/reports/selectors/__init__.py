"""Reading for reports: counting, the dashboard, status reports, audits."""
