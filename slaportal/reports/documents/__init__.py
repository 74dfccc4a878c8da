"""The forms in which a report leaves: HTML, PDF, CSV and XLSX, all of the same plain values."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import override

from slaportal.reports.documents import page, paper, sheets
from slaportal.reports.presentation import present

FILE_KINDS = ("html", "pdf", "csv", "xlsx")
TYPES = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def documents(data: Mapping[str, Any], *, checksum: str, numbers: str, definitions: str) -> dict[str, bytes]:
    """Return every form of a report by kind, in the language of the source.

    `data` are the values as they are kept, `numbers` the address of the lists behind its numbers up to the name of
    the list, `definitions` that of its edition of the definitions; both are paths of the portal.
    """
    with override("en"):
        shown = present(data, checksum=checksum)
        root = settings.PORTAL_URL.rstrip("/")
        return {
            "html": page.html(shown, numbers=f"{root}{numbers}", definitions=f"{root}{definitions}"),
            "pdf": paper.pdf(shown, url=f"{root}{numbers}"),
            "csv": sheets.csv(shown, data),
            "xlsx": sheets.xlsx(shown, data),
        }


def draft_pdf(data: Mapping[str, Any]) -> bytes:
    """Return the PDF of a report that is not issued, marked as a draft, in the language in force."""
    return paper.pdf(present(data), url="", draft=True)
