"""Addresses of reports."""

from django.urls import path

from slaportal.reports.views import definitions, numbers, status_reports

app_name = "reports"
urlpatterns = [
    path("reports/", status_reports.reports, name="list"),
    path("reports/numbers", numbers.numbers, name="numbers"),
    path("reports/definitions", definitions.current, name="definitions"),
    path("reports/definitions/<int:number>", definitions.edition, name="definitions-edition"),
    path("reports/recipients/<int:agreement>", status_reports.recipients, name="recipients"),
    path("reports/draft/<int:agreement>/<slug:cadence>", status_reports.draft, name="draft"),
    path("reports/draft/<int:agreement>/<slug:cadence>/pdf", status_reports.draft_paper, name="draft-pdf"),
    path("reports/<str:reference>", status_reports.report, name="report"),
    path("reports/<str:reference>/verdict", status_reports.write_verdict, name="write-verdict"),
    path("reports/<str:reference>/issue", status_reports.issue, name="issue"),
    path("reports/<str:reference>/file/<slug:kind>", status_reports.file, name="file"),
]
