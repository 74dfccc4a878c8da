"""What every page knows."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

from django.conf import settings
from django.http import HttpRequest

from config.env import MAILBOX_BACKEND
from slaportal.notifications.selectors import silent_since, unread_count

THEMES = ("light", "dark")


def portal(request: HttpRequest) -> dict[str, str | bool | Callable[[], datetime | None] | Callable[[], int]]:
    """`vendor_name`, by its name in the agreement; `theme`: light, dark or "" for the system's; `mailbox_enabled`;
    `delayed_since`: since when nobody watches the clocks, None while all is well, asked at most once per page;
    `unread`: how many messages wait unread in the inbox (100 stands for more), asked when the page shows it.

    The theme is known to the server so that the first paint already has it.
    """

    @cache
    def delayed_since() -> datetime | None:
        return silent_since("watch", now=datetime.now(UTC))

    @cache
    def unread() -> int:
        return unread_count(request.user)

    theme = request.COOKIES.get("theme", "")
    return {
        "vendor_name": settings.VENDOR_NAME,
        "theme": theme if theme in THEMES else "",
        "delayed_since": delayed_since,
        "unread": unread,
        "mailbox_enabled": settings.EMAIL_BACKEND == MAILBOX_BACKEND,
    }
