"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest

from config.env import MAILBOX_BACKEND

THEMES = ("light", "dark")


def portal(request: HttpRequest) -> dict[str, str | bool]:
    """`vendor_name`, by its name in the agreement; `theme`: light, dark or "" for the system's; `mailbox_enabled`.

    The theme is known to the server so that the first paint already has it.
    """
    theme = request.COOKIES.get("theme", "")
    return {
        "vendor_name": settings.VENDOR_NAME,
        "theme": theme if theme in THEMES else "",
        "mailbox_enabled": settings.EMAIL_BACKEND == MAILBOX_BACKEND,
    }
