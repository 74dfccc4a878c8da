"""Looking after webhooks: made, changed, given a new secret, switched off and on, tried."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.integrations.models import Delivery, WebhookEndpoint
from slaportal.integrations.posting import refusal
from slaportal.integrations.services import spreading
from slaportal.lib import sealed
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy_line

# Both secrets sign for so long after a change.
BOTH_SIGN: Final = timedelta(hours=24)
TEST: Final = "portal.test"
MANAGE: Final = "webhook.manage"


@transaction.atomic
def make_endpoint(
    *, actor: Membership, name: str, url: str, families: Sequence[str], now: datetime
) -> tuple[WebhookEndpoint, str]:
    """Return a new endpoint of the actor's organization and its secret. It is told of what happens from now on.

    Raises `NotAllowed`, or `Refused` for an address that cannot be posted to.
    """
    permissions.require(actor, MANAGE, organization_id=actor.organization_id)
    secret = _new_secret()
    endpoint = WebhookEndpoint(
        organization=actor.organization, secret=sealed.seal(secret), made_by=actor, made_at=now
    )
    _set(endpoint, name, url, families)
    endpoint.save()
    spreading.begin(endpoint)
    return endpoint, secret


@transaction.atomic
def change_endpoint(
    *, endpoint: WebhookEndpoint, actor: Membership, name: str, url: str, families: Sequence[str]
) -> None:
    """Set name, address and kinds; what is on its way goes to the new address."""
    permissions.require(actor, MANAGE, organization_id=endpoint.organization_id)
    _set(endpoint, name, url, families)
    endpoint.save(update_fields=["name", "url", "families"])


@transaction.atomic
def rotate_secret(*, endpoint: WebhookEndpoint, actor: Membership, now: datetime) -> str:
    """Return a new secret. For a day both sign, so that the receiver can change over without losing a message."""
    permissions.require(actor, MANAGE, organization_id=endpoint.organization_id)
    secret = _new_secret()
    endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, now + BOTH_SIGN
    endpoint.secret = sealed.seal(secret)
    endpoint.save(update_fields=["secret", "old_secret", "old_secret_until"])
    return secret


@transaction.atomic
def disable(*, endpoint: WebhookEndpoint, actor: Membership, now: datetime) -> None:
    """Send nothing any more; its place in the ledger is kept."""
    permissions.require(actor, MANAGE, organization_id=endpoint.organization_id)
    stopped = WebhookEndpoint.objects.filter(pk=endpoint.pk, active=True)
    if not stopped.update(active=False, disabled_at=now, disabled_because=""):
        raise Refused(_("It is switched off already."))


@transaction.atomic
def enable(*, endpoint: WebhookEndpoint, actor: Membership, now: datetime) -> int:
    """Send again, from where it stood; what was given up is tried anew. Return how many messages that are."""
    permissions.require(actor, MANAGE, organization_id=endpoint.organization_id)
    started = WebhookEndpoint.objects.filter(pk=endpoint.pk, active=False)
    if not started.update(active=True, disabled_at=None, disabled_because=""):
        raise Refused(_("It is switched on already."))
    given_up = endpoint.deliveries.filter(state=Delivery.State.GIVEN_UP, event__isnull=False)
    return given_up.update(state=Delivery.State.PENDING, tries=0, next_try_at=now, done_at=None)


@transaction.atomic
def send_again(*, delivery: Delivery, actor: Membership, now: datetime) -> None:
    """Send a message once more, under the same id, so that a receiver that has it can drop it."""
    permissions.require(actor, MANAGE, organization_id=delivery.endpoint.organization_id)
    if not delivery.endpoint.active:
        raise Refused(_("This webhook is switched off. Switch it on first."))
    delivery.state, delivery.tries, delivery.next_try_at, delivery.done_at = (
        Delivery.State.PENDING,
        0,
        now,
        None,
    )
    delivery.save(update_fields=["state", "tries", "next_try_at", "done_at"])


@transaction.atomic
def make_test(*, endpoint: WebhookEndpoint, actor: Membership, now: datetime) -> Delivery:
    """Return a message that says nothing but that it is a test; it is tried once."""
    permissions.require(actor, MANAGE, organization_id=endpoint.organization_id)
    return Delivery.objects.create(
        endpoint=endpoint,
        message_id=f"test_{secrets.token_hex(8)}",
        kind=TEST,
        body=spreading.written(TEST, at=now, data={"endpoint": endpoint.name}),
        made_at=now,
        next_try_at=now,
    )


def _set(endpoint: WebhookEndpoint, name: str, url: str, families: Sequence[str]) -> None:
    if problem := refusal(url):
        raise Refused(_("Nothing can be sent to this address: %(problem)s") % {"problem": problem})
    endpoint.name, endpoint.url, endpoint.families = tidy_line(name), url, sorted(families)
    if not endpoint.name:
        raise Refused(_("Give the webhook a name."))


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
