"""Choosing several files at once."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from slaportal.issues.services.attaching import LARGEST, MOST


class FilesInput(forms.FileInput):
    """A file button that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; what is too large or a program is refused by the service, with name and limit."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """Return the files as a list, empty without any."""
        chosen = data if isinstance(data, list | tuple) else [data]
        # An empty file is refused by the service, which names it.
        return [one for one in chosen if isinstance(one, UploadedFile)]


def files() -> FilesField:
    """Return the field for attachments of a text."""
    return FilesField(
        label=_("Files"),
        required=False,
        help_text=format_lazy(
            _("Choose, paste or drag up to {most} files of at most {size} each."),
            most=MOST,
            size=filesizeformat(LARGEST),
        ),
    )
