"""Everything below /api/v1/: each app's own part, the reference, and an answer in JSON for all other addresses."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularJSONAPIView

from slaportal.accounts.api.views import NotThere

urlpatterns = [
    path("schema", login_not_required(SpectacularJSONAPIView.as_view()), name="api-schema"),
    path(
        "reference",
        login_not_required(TemplateView.as_view(template_name="api/reference.html")),
        name="api-reference",
    ),
    path("", include("slaportal.accounts.api.urls")),
    path("", include("slaportal.policies.api.urls")),
    path("", include("slaportal.issues.api.urls")),
    path("", include("slaportal.escalations.api.urls")),
    path("", include("slaportal.feedback.api.urls")),
    path("", include("slaportal.reports.api.urls")),
    path("<path:rest>", NotThere.as_view(), name="api-not-there"),
]
