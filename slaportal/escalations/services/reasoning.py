"""The reason for a breach: given by the vendor, read by both parties (spec §5)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership
from slaportal.escalations.models import BreachReason
from slaportal.issues.models import Obligation
from slaportal.issues.services import acts
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy
from slaportal.lib.wording import in_sentence
from slaportal.policies.reckoning import Outcome

LONGEST = 5_000


@transaction.atomic
def give_reason(
    *, obligation: Obligation, code: str, sentence: str, actor: Membership, now: datetime
) -> BreachReason:
    """Say why a deadline was missed and with whom that lies; both parties read it. A later reason replaces it.

    It explains and changes no figure. Raises `NotAllowed` or `Refused`.
    """
    issue = obligation.issue
    acts.claim(issue)
    acts.allow(issue, actor, "escalation.reason")
    if obligation.outcome != Outcome.BREACHED:
        raise Refused(
            _("The %(metric)s deadline of this issue was not missed.")
            % {"metric": in_sentence(obligation.get_metric_display())}
        )
    if code not in BreachReason.Code.values:
        raise Refused(_("Choose with whom the reason lies."))
    sentence = tidy(sentence)[:LONGEST]
    if not sentence:
        raise Refused(_("Say in a sentence what happened."))
    before = BreachReason.objects.filter(obligation=obligation).first()
    reason = before or BreachReason(obligation=obligation)
    previous = reason.code if before else None
    reason.code, reason.sentence, reason.given_by, reason.given_at = code, sentence, actor, now
    reason.save()
    acts.save(issue, now=now)
    _record(reason, previous, actor, now)
    return reason


def _record(reason: BreachReason, previous: str | None, actor: Membership, now: datetime) -> Event:
    return acts.record(
        reason.issue,
        "escalation.reason_given",
        actor=actor,
        at=now,
        texts={"reason": reason.sentence},
        metric=reason.obligation.metric,
        code=reason.code,
        before=previous,
    )
