"""Durations in words."""

from datetime import timedelta


def spoken(duration: timedelta) -> str:
    """Return `duration` in its two largest units, such as “3 d 4 h”, “2 h 05 min” or “12 min”.

    Rounded down to minutes; less than one minute is “less than a minute”; the sign is dropped.
    """
    minutes = int(abs(duration.total_seconds()) // 60)
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes:02d} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else "less than a minute"
