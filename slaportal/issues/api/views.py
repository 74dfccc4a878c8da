"""Read-only views for programs that act for somebody who is signed in."""

from datetime import UTC, datetime

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from slaportal.accounts.http import member_of
from slaportal.issues.models import Issue
from slaportal.issues.selectors.explaining import explanation_data
from slaportal.lib.references import normalize_reference


class Explanation(APIView):
    """How the due instants of an issue came about: the same derivation as the page and `manage.py explain`."""

    def get(self, request: Request, reference: str) -> Response:
        """Answer with terms, clocks and their spans; 404 for an issue that this person may not read."""
        issue = get_object_or_404(
            Issue.objects.visible_to(member_of(request._request)).select_related(
                "organization", "agreement__policy_version__policy", "agreement__calendar"
            ),
            reference=normalize_reference(reference),
        )
        return Response(explanation_data(issue, now=datetime.now(UTC)))
