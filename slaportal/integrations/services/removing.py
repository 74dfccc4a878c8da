"""The demo world goes out again in one piece, and nothing else with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import ForeignKey, Model, QuerySet

from slaportal.accounts.models import Membership, Organization, Party, User
from slaportal.lib.refusal import Refused

PART = 500
Kind = type[Model]


@dataclass(slots=True)
class Doomed:
    """The rows of the demo world by table, and what real data stands in the way of removing them."""

    rows: dict[Kind, set[Any]] = field(default_factory=dict)
    in_the_way: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(len(keys) for keys in self.rows.values())


def doomed() -> Doomed:
    """Find the demo world: rows marked as demo, and whatever refers to them, table by table until nothing is new.

    A row of the real world that refers to the demo stands in the way; it is named, not taken along.
    """
    found = Doomed()
    fresh = {
        kind: set(_all(kind).filter(demo=True).values_list("pk", flat=True))
        for kind in _kinds()
        if _is_marked(kind)
    }
    while fresh := {kind: keys for kind, keys in fresh.items() if keys}:
        for kind, keys in fresh.items():
            found.rows.setdefault(kind, set()).update(keys)
        fresh = _referring(fresh, found)
    found.in_the_way = sorted(_real_subjects(found))
    return found


@transaction.atomic
def remove_demo() -> Doomed:
    """Remove the demo world and return what was removed. Raises `Refused` when real data refers to it.

    A vendor that was made for the demo stays, as a real one, where real people act for it.
    """
    real_people = Membership.objects.exclude(user__demo=True)
    Organization.objects.filter(demo=True, party=Party.VENDOR, memberships__in=real_people).update(demo=False)
    found = doomed()
    if found.in_the_way:
        named = "; ".join(found.in_the_way[:5])
        raise Refused(f"Real data refers to the demo, so it cannot be removed: {named}.")
    for kind in _children_first(found.rows):
        for part in _parts(found.rows[kind]):
            # The rows that refer to these are gone or go in this transaction: no need to collect them again.
            _all(kind).filter(pk__in=part)._raw_delete(using=DEFAULT_DB_ALIAS)
    return found


def _referring(fresh: dict[Kind, set[Any]], found: Doomed) -> dict[Kind, set[Any]]:
    """Return the rows that refer to `fresh` ones and are not found yet; note those that are real."""
    more: dict[Kind, set[Any]] = {}
    for kind in _kinds():
        for key in _references(kind):
            for part in _parts(fresh.get(key.related_model, ())):
                rows = _all(kind).filter(**{f"{key.name}__in": part})
                if _is_marked(kind):
                    for row in rows.filter(demo=False)[:PART]:
                        found.in_the_way.append(f"{kind._meta.verbose_name} {row}")
                    rows = rows.filter(demo=True)
                more.setdefault(kind, set()).update(rows.values_list("pk", flat=True))
    return {kind: keys - found.rows.get(kind, set()) for kind, keys in more.items()}


def _real_subjects(found: Doomed) -> Iterator[str]:
    """Yield rows that would go although what they are about is real, such as a demo person's words on a real issue."""
    yield from found.in_the_way
    for kind, keys in found.rows.items():
        if _is_marked(kind) or kind is Membership:
            continue
        for key in _references(kind):
            about = key.related_model
            if about is User or not _is_marked(about):
                continue
            for part in _parts(keys):
                for row in _all(kind).filter(pk__in=part, **{f"{key.name}__demo": False}):
                    yield f"{kind._meta.verbose_name} {row}"


def _children_first(rows: dict[Kind, set[Any]]) -> Iterator[Kind]:
    """Yield the tables so that one that refers to another comes before it: rules look at the parent."""
    left = list(rows)
    while left:
        free = [kind for kind in left if not any(_refers(other, kind) for other in left if other is not kind)]
        for kind in free or left[:1]:
            left.remove(kind)
            yield kind


def _refers(kind: Kind, to: Kind) -> bool:
    return any(key.related_model is to for key in _references(kind))


def _references(kind: Kind) -> list["ForeignKey[Any, Any]"]:
    return [one for one in kind._meta.get_fields() if isinstance(one, ForeignKey)]


def _is_marked(kind: Kind) -> bool:
    try:
        kind._meta.get_field("demo")
    except FieldDoesNotExist:
        return False
    return True


def _kinds() -> list[Kind]:
    return [kind for kind in apps.get_models(include_auto_created=True) if kind._meta.managed]


def _all(kind: Kind) -> "QuerySet[Any]":
    return kind._base_manager.all()


def _parts(keys: Iterable[Any]) -> Iterator[list[Any]]:
    ordered = sorted(keys)
    for start in range(0, len(ordered), PART):
        yield ordered[start : start + PART]
