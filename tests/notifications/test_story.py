"""From a report to the mails of both parties, through the services that people use."""

from collections.abc import Callable
from datetime import datetime

from django.core import mail
from pytest_django import DjangoCaptureOnCommitCallbacks

from slaportal.accounts.models import Membership
from slaportal.issues.models import Issue
from slaportal.notifications import selectors, services


def test_a_reported_issue_is_told_to_both_parties_once_with_what_to_do(
    report: Callable[..., Issue],
    bob: Membership,
    monday: datetime,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        issue = report(bob)
    for _ in range(2):
        services.deliver(now=monday)
    bodies = {sent.to[0]: str(sent.body) for sent in mail.outbox}
    assert len(bodies) == len(mail.outbox) == selectors.about(issue.reference).count()
    clients = [body for to, body in bodies.items() if "acme" in to]
    vendors = [body for to, body in bodies.items() if "acme" not in to]
    assert clients
    assert vendors
    assert all("We have received" in body and issue.title in body for body in clients)
    assert all("Write the first answer by" in " ".join(body.split()) for body in vendors)
    assert not any("globex" in to for to in bodies)
