"""How often programs call: counted in the database, so that every process sees the same number."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from slaportal.accounts.models import ApiCalls

KEPT = timedelta(hours=1)
# One statement that both engines run as one step: calls at the same moment cannot slip through together.
_COUNT = (
    f"INSERT INTO {ApiCalls._meta.db_table} (caller, minute, count) VALUES (%s, %s, 1) "  # noqa: S608 - our own table
    f"ON CONFLICT (caller, minute) DO UPDATE SET count = {ApiCalls._meta.db_table}.count + 1 RETURNING count"
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of one minute: `limit` calls, `left` of them still free, a new minute in `seconds`."""

    limit: int
    left: int
    seconds: int
    exceeded: bool


def count_call(caller: str, *, limit: int, now: datetime) -> Allowance:
    """Count one call of `caller` and return what is left of the minute."""
    minute = now.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT, [caller, ApiCalls._meta.get_field("minute").get_db_prep_value(minute, connection)]
        )
        (count,) = cursor.fetchone()
    if count == 1:
        ApiCalls.objects.filter(caller=caller, minute__lt=now - KEPT).delete()
    return _allowance(count, limit, now)


def seen_calls(caller: str, *, limit: int, now: datetime) -> Allowance:
    """Return what is left of the minute without counting, as before a try that may turn out to be a good one."""
    minute = now.replace(second=0, microsecond=0)
    count = ApiCalls.objects.filter(caller=caller, minute=minute).values_list("count", flat=True).first()
    return _allowance((count or 0) + 1, limit, now)


def _allowance(count: int, limit: int, now: datetime) -> Allowance:
    return Allowance(limit, max(0, limit - count), 60 - now.second, exceeded=count > limit)
