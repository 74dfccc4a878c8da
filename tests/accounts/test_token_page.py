"""The page of tokens: made by those who may, shown once, revoked at once."""

from collections.abc import Callable

import pytest
from django.test import Client

from slaportal.accounts.models import ApiToken, Membership
from tests.world import World

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
FORM = {"name": "Monitoring", "scopes": ["issues:read", "issues:write"], "days": "30"}


def make(browser: Client) -> str:
    """Make a token on the page and return its secret from the answer."""
    answer = browser.post("/tokens", FORM)
    assert answer.status_code == 200
    return str(answer.context["secret"])


def test_a_secret_is_shown_once_and_only_its_hash_is_kept(world: World, client_for: SignIn) -> None:
    browser = client_for(world.alice)
    secret = make(browser)
    assert len(secret.split("_", 2)[2]) >= 43  # 256 bits in base 64
    assert secret not in browser.get("/tokens").content.decode()
    token = ApiToken.objects.get()
    assert secret.startswith(token.prefix)
    kept = [getattr(token, field.attname) for field in ApiToken._meta.fields]
    assert not any(secret.removeprefix(token.prefix + "_") in str(value) for value in kept)


def test_a_revoked_token_opens_nothing_with_the_next_call(world: World, client_for: SignIn) -> None:
    browser = client_for(world.alice)
    header = {"HTTP_AUTHORIZATION": f"Bearer {make(browser)}"}
    assert Client().get("/api/v1/me", **header).status_code == 200  # type: ignore[arg-type]
    assert ApiToken.objects.get().last_used_at is not None
    browser.post(f"/tokens/{ApiToken.objects.get().pk}/revoke")
    assert Client().get("/api/v1/me", **header).json()["code"] == "invalid_token"  # type: ignore[arg-type]


def test_who_may_not_make_tokens_finds_no_page_and_strangers_no_token(
    world: World, client_for: SignIn
) -> None:
    make(client_for(world.alice))
    assert client_for(world.bob).post("/tokens", FORM).status_code == 403
    token = ApiToken.objects.get()
    assert client_for(world.charlie).post(f"/tokens/{token.pk}/revoke").status_code == 404
    assert client_for(world.bob).post(f"/tokens/{token.pk}/revoke").status_code == 404
    assert client_for(world.ada).post(f"/tokens/{token.pk}/revoke").status_code == 302
    token.refresh_from_db()
    assert token.revoked_by == world.ada


def test_a_scope_that_one_s_role_cannot_use_is_refused(world: World, client_for: SignIn) -> None:
    answer = client_for(world.alice).post("/tokens", {**FORM, "scopes": ["notes:read"]})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()
