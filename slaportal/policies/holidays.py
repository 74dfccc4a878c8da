"""Public holidays of a country as a snapshot: dates and names are copied, never looked up again (spec §1).

A library update must not move a deadline, so a calendar keeps its own list, reviewed by a person before it is used.
"""

from collections.abc import Iterable

import holidays

MOST_YEARS = 20


class NoHolidays(ValueError):
    """The country, part of it or years cannot be read; the message says which."""


def countries() -> list[tuple[str, tuple[str, ...]]]:
    """Return the known countries by ISO code, each with the codes of its parts."""
    return [(country, tuple(parts)) for country, parts in sorted(holidays.list_supported_countries().items())]


def snapshot(*, country: str, subdivision: str = "", years: Iterable[int]) -> dict[str, str]:
    """Return ISO date → English name of the public holidays. Raises `NoHolidays` with a sentence."""
    wanted = sorted(set(years))
    if not wanted or len(wanted) > MOST_YEARS or not 1900 <= wanted[0] <= wanted[-1] <= 2100:
        raise NoHolidays(f"Give one to {MOST_YEARS} years between 1900 and 2100.")
    known = holidays.list_supported_countries()
    if country not in known:
        raise NoHolidays(f"“{country}” is not a country code that is known here; write it like DE or US.")
    if subdivision and subdivision not in known[country]:
        offered = ", ".join(known[country]) or "none"
        raise NoHolidays(f"{country} has no part “{subdivision}”. Known: {offered}.")
    found = holidays.country_holidays(
        country, subdiv=subdivision or None, years=wanted, language=_language(country)
    )
    return {day.isoformat(): name for day, name in sorted(found.items()) if day.year in wanted}


def _language(country: str) -> str | None:
    """Names in English where the list has them, else in the country's own words."""
    spoken = getattr(holidays.country_holidays(country), "supported_languages", ())
    return next((language for language in ("en_US", "en_GB", "en") if language in spoken), None)
