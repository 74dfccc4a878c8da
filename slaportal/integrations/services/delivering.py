"""Sending what is due: claimed by compare-and-swap, sent outside of any transaction, written down with what came of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from standardwebhooks.webhooks import Webhook

from slaportal.accounts.models import User
from slaportal.accounts.permissions import roles_with
from slaportal.integrations.models import Attempt, Delivery, WebhookEndpoint
from slaportal.integrations.posting import WHOLE_SECONDS, Answer, post
from slaportal.lib import sealed
from slaportal.lib.wording import neutral
from slaportal.notifications import services as notifications

# After each failed try: three days in all. Then the endpoint is disabled and its people are told.
WAITS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 20 * 3600)
)
# Nobody else takes a message that long; a process that died with it is followed by another.
LEASE: Final = timedelta(seconds=WHOLE_SECONDS * 3)
AT_ONCE: Final = 8
# Of one endpoint in one round, so that one that hangs does not keep the others waiting.
OF_ONE: Final = 4
GONE: Final = 410


def deliver(*, now: datetime) -> int:
    """Send what is due at `now`, a few of each endpoint, and return how many were tried."""
    claimed = [one for one in _due(now) if _claim(one, now=now)]
    if not claimed:
        return 0
    with ThreadPoolExecutor(AT_ONCE) as senders:
        sent = [
            (one, headers := headers_of(one, now=now), senders.submit(_send, one, headers)) for one in claimed
        ]
    for one, headers, future in sent:
        settle(one, future.result(), headers=headers, now=now)
    return len(sent)


def try_now(delivery: Delivery, *, now: datetime) -> Answer | None:
    """Send one message at once, for somebody who waits for it; None if it is being sent already."""
    if not _claim(delivery, now=now):
        return None
    headers = headers_of(delivery, now=now)
    answer = _send(delivery, headers)
    settle(delivery, answer, headers=headers, now=now)
    return answer


def _due(now: datetime) -> Iterator[Delivery]:
    due = Delivery.objects.filter(next_try_at__lte=now, endpoint__active=True)
    for endpoint in due.order_by().values_list("endpoint", flat=True).distinct():
        yield from (
            due.filter(endpoint=endpoint).select_related("endpoint").order_by("next_try_at", "pk")[:OF_ONE]
        )


def _claim(delivery: Delivery, *, now: datetime) -> bool:
    """Take the message for this process: whoever moves its next try first sends it."""
    mine = Delivery.objects.filter(pk=delivery.pk, next_try_at=delivery.next_try_at)
    if delivery.next_try_at is None or not mine.update(next_try_at=now + LEASE):
        return False
    delivery.next_try_at = now + LEASE
    return True


def headers_of(delivery: Delivery, *, now: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks; while a secret is being replaced, both sign."""
    endpoint = delivery.endpoint
    secrets = [endpoint.secret]
    if endpoint.old_secret_until is not None and now < endpoint.old_secret_until:
        secrets.append(endpoint.old_secret)
    signatures = [
        Webhook(sealed.unseal(one)).sign(delivery.message_id, now, delivery.body) for one in secrets
    ]
    return {
        "content-type": "application/json",
        "user-agent": "sla-portal-webhooks/1",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _send(delivery: Delivery, headers: dict[str, str]) -> Answer:
    return post(delivery.endpoint.url, body=delivery.body, headers=headers)


@transaction.atomic
def settle(delivery: Delivery, answer: Answer, *, headers: dict[str, str], now: datetime) -> None:
    """Write down one try: delivered, or when it is tried next, or given up and the endpoint disabled."""
    attempt = Attempt.objects.create(
        delivery=delivery,
        at=now,
        headers=headers,
        status=answer.status,
        problem=answer.problem,
        milliseconds=answer.milliseconds,
    )
    delivery.tries += 1
    if attempt.good:
        delivery.state, delivery.next_try_at, delivery.done_at = Delivery.State.DELIVERED, None, now
    elif delivery.event_id is not None and delivery.tries <= len(WAITS) and answer.status != GONE:
        delivery.next_try_at = now + WAITS[delivery.tries - 1]
    else:
        delivery.state, delivery.next_try_at, delivery.done_at = Delivery.State.GIVEN_UP, None, now
    delivery.save(update_fields=["tries", "state", "next_try_at", "done_at"])
    if delivery.state == Delivery.State.GIVEN_UP and delivery.event_id is not None:
        what = (
            neutral(lambda: _("status %(status)s") % {"status": answer.status})
            if answer.status
            else answer.problem
        )
        disable_after_failures(delivery.endpoint, attempt, because=what, now=now)


def disable_after_failures(
    endpoint: WebhookEndpoint, attempt: Attempt, *, because: str, now: datetime
) -> None:
    """Stop sending to an endpoint that did not answer for three days, once, and tell its people."""
    stopped = WebhookEndpoint.objects.filter(pk=endpoint.pk, active=True).update(
        active=False, disabled_at=now, disabled_because=because[:300]
    )
    if not stopped:
        return
    people = User.objects.filter(
        is_active=True,
        memberships__active=True,
        memberships__organization=endpoint.organization_id,
        memberships__role__in=roles_with("webhook.manage"),
    ).distinct()
    notifications.enqueue(
        "webhook-disabled",
        cause=f"webhook-attempt:{attempt.pk}",
        to=list(people),
        context={
            "name": endpoint.name,
            "address": endpoint.url,
            "reason": because,
            "url": f"/webhooks/{endpoint.pk}",
        },
        now=now,
    )
