"""Following an issue: who follows it sees it and gets its messages."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership
from slaportal.issues.models import Issue
from slaportal.issues.services import acts
from slaportal.lib.refusal import Refused


@transaction.atomic
def watch(*, issue: Issue, who: Membership, actor: Membership, now: datetime) -> bool:
    """Let `who`, the actor or a colleague of the issue's organization, follow it; twice is once.

    Return whether that is new. The colleague is told. Raises `NotAllowed` or `Refused`.
    """
    acts.allow(issue, actor, "issue.watch")
    if who.organization_id != issue.organization_id or not who.active:
        raise Refused(
            _("%(user)s is not of %(organization)s and cannot follow its issues.")
            % {"user": who.user, "organization": issue.organization}
        )
    # No claim: two people who add followers do not stand in each other's way, the unique key sees to the rest.
    _link, new = Issue.watchers.through.objects.get_or_create(issue_id=issue.pk, membership_id=who.pk)
    if not new:
        return False
    event = acts.record(issue, "issue.watched", actor=actor, at=now, who=who.pk)
    acts.tell(issue, "watcher-added", cause=event, to=[who.user], now=now, actor=actor)
    return True


@transaction.atomic
def unwatch(*, issue: Issue, who: Membership, actor: Membership, now: datetime) -> bool:
    """End that `who` follows the issue; everybody may do so for themselves. Return whether anything changed."""
    if who.pk != actor.pk:
        acts.allow(issue, actor, "issue.watch")
    gone, _kinds = Issue.watchers.through.objects.filter(issue_id=issue.pk, membership_id=who.pk).delete()
    if not gone:
        return False
    acts.record(issue, "issue.unwatched", actor=actor, at=now, who=who.pk)
    return True
