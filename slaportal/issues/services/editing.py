"""Editing what was reported, while the level is not agreed (permissions.csv, issue.edit)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership, Party
from slaportal.issues.models import Classification, Issue
from slaportal.issues.services import acts, timed
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy, tidy_line


@transaction.atomic
def edit(*, issue: Issue, title: str, description: str, actor: Membership, now: datetime) -> None:
    """Change title and description, for the client; the text before stays in the history.

    Only until the level is agreed, since both parties agree to a level for exactly this text. Whoever answers the
    level with the old text before them is refused, because the issue's version has moved on (spec §3).
    """
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "issue.edit")
    if issue.classification == Classification.AGREED or not issue.is_live:
        raise Refused(_("The level was agreed for this text, so it stays. Add what is new as a message."))
    title, description = tidy_line(title), tidy(description)
    if not title or not description:
        raise Refused(_("An issue needs a title and a description."))
    if (title, description) == (issue.title, issue.description):
        raise Refused(_("Nothing is different."))
    before = {"title_before": issue.title, "description_before": issue.description}
    issue.title, issue.description = title, description
    acts.save(issue, "title", "description", now=now)
    event = acts.record(
        issue,
        "issue.edited",
        actor=actor,
        at=now,
        texts={"title": title, "description": description, **before},
    )
    acts.tell(
        issue,
        "issue-edited",
        cause=event,
        to=issue.people_of(Party.VENDOR),
        now=now,
        actor=actor,
        text=description,
        answer_by=issue.answer_due_at,
    )
