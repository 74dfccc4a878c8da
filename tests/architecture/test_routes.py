"""Every address is declared with the act that guards it, and closed to those who did not sign in."""

from collections.abc import Iterator, Mapping

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from slaportal.accounts import permissions
from tests.architecture.routes import PUBLIC, ROUTES, SIGNED_IN
from tests.architecture.source import told

# The admin asks at its own door (staff) and again for each model; accounts' tests look at it.
OTHER_DOORS = ("admin:",)
SAMPLE = {"IntConverter": 1, "StringConverter": "x", "SlugConverter": "x", "PathConverter": "x"}
SAMPLE |= {"UUIDConverter": "00000000-0000-4000-8000-000000000000"}


def patterns(
    resolver: URLResolver, prefix: str = "", around: Mapping[str, object] | None = None
) -> Iterator[tuple[str, dict[str, object]]]:
    """Each full name with the converters on its way; an address without a name has its text for a name."""
    for entry in resolver.url_patterns:
        converters = {**(around or {}), **entry.pattern.converters}
        if isinstance(entry, URLResolver):
            inside = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from patterns(entry, inside, converters)
        else:
            yield f"{prefix}{entry.name or entry.pattern}", converters


def own() -> dict[str, dict[str, object]]:
    found = dict(patterns(get_resolver()))
    return {name: converters for name, converters in found.items() if not name.startswith(OTHER_DOORS)}


def test_every_address_is_declared_with_its_act() -> None:
    missing = sorted(set(own()) - set(ROUTES))
    assert not missing, told(missing, "Add a row to ROUTES in tests/architecture/routes.py.")


def test_every_declared_address_exists() -> None:
    gone = sorted(set(ROUTES) - set(own()))
    assert not gone, told(gone, "These are in ROUTES but not in the URLs.")


def test_every_act_of_an_address_is_in_the_table_of_permissions() -> None:
    unknown = {
        name: act for name, act in ROUTES.items() if act not in {PUBLIC, SIGNED_IN, *permissions.table()}
    }
    assert not unknown


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name, act in ROUTES.items() if act != PUBLIC))
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_gets_in_without_signing_in(client: Client, name: str, method: str) -> None:
    arguments = {key: SAMPLE[type(converter).__name__] for key, converter in own()[name].items()}
    response = getattr(client, method)(reverse(name, kwargs=arguments))
    if response.status_code == 302:
        assert response.headers["Location"].startswith(reverse("accounts:sign-in"))
    else:
        assert response.status_code in {401, 403, 404, 405}
