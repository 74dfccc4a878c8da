"""Addresses of audits."""

from django.urls import path

from slaportal.reports.views import audits, findings, records

app_name = "audits"
urlpatterns = [
    path("", audits.audits, name="list"),
    path("findings", findings.findings, name="findings"),
    path("findings/<int:pk>/assign", findings.assign, name="assign"),
    path("findings/<int:pk>/close", findings.close, name="close"),
    path("<str:reference>", audits.audit, name="audit"),
    path("<str:reference>/sign", audits.sign, name="sign"),
    path("<str:reference>/findings", findings.add, name="add-finding"),
    path("<str:reference>/follow-up/<int:pk>", findings.follow_up, name="follow-up"),
    path("<str:reference>/pack", audits.make_pack, name="make-pack"),
    path("<str:reference>/pack/<str:sha256>", audits.pack, name="pack"),
    path("<str:reference>/<int:number>", records.record, name="record"),
]
