"""The report as one HTML file that needs nothing else: the article of the portal's page with its own style."""

from django.template.loader import render_to_string

from slaportal.reports.presentation import Shown


def html(shown: Shown, *, numbers: str, definitions: str) -> bytes:
    """Return the file. `numbers` and `definitions` are whole addresses: the file is read outside of the portal too."""
    context = {"shown": shown, "numbers": numbers, "definitions": definitions, "portal": numbers}
    return render_to_string("reports/document.html", context).encode()
