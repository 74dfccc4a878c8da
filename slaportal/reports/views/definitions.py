"""The glossary and the counting rules, by edition."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from slaportal.reports import definitions


@require_safe
def current(request: HttpRequest) -> HttpResponse:
    """Go to the edition that is in use."""
    return redirect("reports:definitions-edition", definitions.CURRENT)


@require_safe
def edition(request: HttpRequest, number: int) -> HttpResponse:
    """Show one edition; those of earlier reports stay as they were."""
    if number not in definitions.EDITIONS:
        raise Http404("There is no such edition.")
    context = {
        "edition": number,
        "current": definitions.CURRENT,
        "editions": sorted(definitions.EDITIONS, reverse=True),
        "body": definitions.template(number),
    }
    return render(request, "reports/definitions.html", context)
