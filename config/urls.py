"""All addresses, by app."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config.health import healthz
from slaportal.accounts.views.styleguide import styleguide

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("", include("config.door_urls")),
    path("", include("slaportal.accounts.urls")),
    path("", include("slaportal.issues.urls")),
    path("api/v1/", include("config.api_router")),
    path("ledger/", include("slaportal.ledger.urls")),
    path("audits/", include("slaportal.reports.audit_urls")),
    path("escalations/", include("slaportal.escalations.urls")),
    path("jobs/", include("slaportal.jobs.urls")),
    path("", include("slaportal.feedback.urls")),
    path("", include("slaportal.notifications.urls")),
    path("", include("slaportal.integrations.urls")),
    path("", include("slaportal.policies.urls")),
    path("", include("slaportal.reports.urls")),
]

if settings.DEBUG:
    urlpatterns += [path("styleguide", styleguide, name="styleguide")]
