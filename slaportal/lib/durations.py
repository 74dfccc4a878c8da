"""Durations in words."""

from datetime import timedelta

from django.utils.translation import gettext as _


def spoken(duration: timedelta) -> str:
    """Return `duration` in its two largest units, such as “3 d 4 h”, “2 h 05 min” or “12 min”.

    Rounded down to minutes; less than one minute is “less than a minute”; the sign is dropped.
    """
    minutes = int(abs(duration.total_seconds()) // 60)
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours} if hours else _days(days)
    if hours:
        words = {"hours": hours, "minutes": minutes}
        return _("%(hours)d h %(minutes)02d min") % words if minutes else _("%(hours)d h") % words
    return _("%(minutes)d min") % {"minutes": minutes} if minutes else _("less than a minute")


def _days(days: int) -> str:
    return _("%(days)d d") % {"days": days}
