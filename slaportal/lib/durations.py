"""Lengths of time in words that are the same on pages, in mail and in the countdown of the browser."""

from datetime import timedelta

MINUTE, HOUR, DAY = 60, 3600, 86400


def in_words(length: timedelta | int | float) -> str:
    """Return a length (seconds or timedelta, sign ignored) such as "6 h 10 m", "40 m" or "3 d 4 h".

    Minutes are the resolution and parts are dropped, not rounded: what is left must not look like more.
    static/js/countdown.js writes the same words.
    """
    seconds = abs(int(length.total_seconds() if isinstance(length, timedelta) else length))
    if seconds < MINUTE:
        return "less than 1 m"
    days, rest = divmod(seconds, DAY)
    hours, minutes = divmod(rest // MINUTE, 60)
    if days >= 3:
        return f"{days} d {hours} h" if hours else f"{days} d"
    hours += days * 24
    if not hours:
        return f"{minutes} m"
    return f"{hours} h {minutes:02d} m" if minutes else f"{hours} h"
