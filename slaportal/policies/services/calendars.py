"""Calendars in editions: what an agreement uses stays, a change makes the next version (spec §1)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.ledger.models import Audience
from slaportal.policies import hours
from slaportal.policies.clock import Calendar, ClockError
from slaportal.policies.models import BusinessCalendar
from slaportal.policies.services.refusal import PolicyRefused, record_for_vendor


@transaction.atomic
def create_calendar(
    *,
    key: str,
    timezone: str,
    weekly: Mapping[str, Any],
    holidays: Mapping[str, str] | Iterable[str] | None = None,
    special: Mapping[str, Any] | None = None,
    name: str = "",
    now: datetime,
    actor: Membership | None = None,
    demo: bool = False,
) -> BusinessCalendar:
    """Return the version of calendar `key` with these hours: one that is there, else the next one, made now.

    Raises `PolicyRefused` with the clock's sentence for hours it cannot read or that never open (spec §2, rule 8).
    """
    _allow(actor)
    calendar = read(timezone=timezone, weekly=weekly, holidays=holidays, special=special, now=now)
    versions = list(BusinessCalendar.objects.filter(key=key).order_by("-version"))
    for version in versions:
        if version.hours() == calendar:
            return version
    made = BusinessCalendar.objects.create(
        key=key,
        version=versions[0].version + 1 if versions else 1,
        name=name or (versions[0].name if versions else key),
        demo=demo,
        **hours.to_data(calendar),
    )
    _record("calendar.created", made, actor=actor, now=now)
    return made


@transaction.atomic
def change_calendar(
    calendar: BusinessCalendar,
    *,
    timezone: str,
    weekly: Mapping[str, Any],
    holidays: Mapping[str, str],
    special: Mapping[str, Any],
    name: str,
    now: datetime,
    actor: Membership | None,
) -> BusinessCalendar:
    """Write new hours into a version that no agreement uses; one that is used is refused."""
    _allow(actor)
    if calendar.agreements.exists():
        raise PolicyRefused(
            _("%(calendar)s is used by an agreement and never changes. Make its next version.")
            % {"calendar": calendar}
        )
    read_hours = read(timezone=timezone, weekly=weekly, holidays=holidays, special=special, now=now)
    calendar.name = name
    for column, value in hours.to_data(read_hours).items():
        setattr(calendar, column, value)
    calendar.save(update_fields=["name", "timezone", "weekly", "holidays", "special"])
    _record("calendar.changed", calendar, actor=actor, now=now)
    return calendar


def read(
    *,
    timezone: str,
    weekly: Mapping[str, Any],
    holidays: Mapping[str, str] | Iterable[str] | None,
    special: Mapping[str, Any] | None,
    now: datetime,
) -> Calendar:
    """Return these hours as the clock reads them. Raises `PolicyRefused` with its sentence."""
    named = holidays if isinstance(holidays, Mapping) or holidays is None else list(holidays)
    try:
        calendar = Calendar.parse(
            {"timezone": timezone, "weekly": weekly, "holidays": named, "special": special}
        )
        calendar.check(on=now.date())
    except ClockError as error:
        raise PolicyRefused(str(error)) from error
    return calendar


def _allow(actor: Membership | None) -> None:
    if actor is not None:
        permissions.require(actor, "policy.draft")


def _record(kind: str, calendar: BusinessCalendar, *, actor: Membership | None, now: datetime) -> None:
    record_for_vendor(
        kind,
        actor=actor,
        now=now,
        audience=Audience.VENDOR,
        demo=calendar.demo,
        data={"calendar": calendar.key, "version": calendar.version, **hours.to_data(calendar.hours())},
    )
