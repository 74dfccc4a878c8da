"""Several deliverers at the same full hour: one digest per person, each message in it once."""

from datetime import timedelta
from typing import Any

import pytest

from slaportal.notifications import services
from slaportal.notifications.models import MailboxEntry, Message
from tests.concurrency.test_at_once import at_once, unexpected
from tests.notifications.people import NOW, make_person, owe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_four_deliverers_at_once_send_one_digest_per_person(settings: Any) -> None:
    settings.EMAIL_BACKEND = "slaportal.notifications.mailbox.EmailBackend"
    people = [make_person(f"person{number}@client.example") for number in range(4)]
    for person in people:
        services.save_preferences(person=person, wishes={"comment-added": "hourly"}, now=NOW)
    for number in range(6):
        owe(*people, kind="comment-added", cause=f"event:{number}")
    later = NOW + timedelta(hours=1)
    results = at_once(*[lambda: services.deliver(now=later)] * 4)
    assert unexpected(results) == []
    assert MailboxEntry.objects.count() == len(people)
    assert all(entry.text.count("wrote about") == 6 for entry in MailboxEntry.objects.all())
    assert not Message.objects.exclude(status=Message.Status.SENT).exists()
