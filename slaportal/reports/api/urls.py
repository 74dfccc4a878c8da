"""Addresses of the API of reports."""

from django.urls import path

from slaportal.reports.api import views

app_name = "reports-api"
urlpatterns = [
    path("reports", views.ReportsView.as_view(), name="reports"),
    path("reports/<str:reference>", views.ReportView.as_view(), name="report"),
]
