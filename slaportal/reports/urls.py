"""Addresses of the dashboard, of wallboards and of reports."""

from django.urls import path

from slaportal.reports.views import board, definitions, numbers, status_reports, wallboards

app_name = "reports"
urlpatterns = [
    path("dashboard", board.dashboard, name="dashboard"),
    path("dashboard/now", board.dashboard_now, name="dashboard-now"),
    path("dashboard/stream", board.dashboard_stream, name="dashboard-stream"),
    path("dashboard/month", board.month, name="month"),
    path("wallboards", wallboards.wallboards, name="wallboards"),
    path("wallboards/<int:pk>/revoke", wallboards.revoke, name="revoke-wallboard"),
    path("wall/<str:secret>", wallboards.wall, name="wall"),
    path("wall/<str:secret>/now", wallboards.wall_now, name="wall-now"),
    path("wall/<str:secret>/stream", wallboards.wall_stream, name="wall-stream"),
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
