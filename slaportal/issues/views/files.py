"""Sending files: always as a download, after the same question as for the page (who may read this?)."""

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from slaportal.accounts.http import member_of
from slaportal.issues.models import Attachment


@require_safe
def attachment(request: HttpRequest, reference: str) -> FileResponse:
    """Send one file, for ever as private as the message on which it hangs."""
    kept = get_object_or_404(Attachment.objects.visible_to(member_of(request)), reference=reference)
    return download(kept.file, name=kept.name)


def download(file: FieldFile, *, name: str) -> FileResponse:
    """Return an uploaded file as a download called `name`, which no browser shows or runs."""
    response = FileResponse(
        file.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    # Nothing that somebody uploaded may ever run as a page of the portal.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
