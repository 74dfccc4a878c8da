"""Signing: one person of each party, once everything was looked at."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from slaportal.accounts.models import Membership, Party
from slaportal.lib.refusal import Refused
from slaportal.reports.models import Audit, AuditSignature
from slaportal.reports.selectors.audits import to_follow_up
from slaportal.reports.services.audits.reviewing import begin
from slaportal.reports.services.audits.telling import record, tell


def missing_before_signing(audit: Audit) -> list[str]:
    """Return in sentences what is left to do before anybody can sign."""
    left = audit.records.filter(reviewed_at=None).count()
    homeless = audit.findings.filter(owner=None, closed_at=None).count()
    earlier = len(to_follow_up(audit))
    found = []
    if left:
        found.append(
            ngettext("%(n)d record waits for its answers.", "%(n)d records wait for their answers.", left)
            % {"n": left}
        )
    if homeless:
        found.append(
            ngettext(
                "%(n)d finding has no owner and date.", "%(n)d findings have no owner and date.", homeless
            )
            % {"n": homeless}
        )
    if earlier:
        found.append(
            ngettext(
                "%(n)d earlier finding was not followed up.",
                "%(n)d earlier findings were not followed up.",
                earlier,
            )
            % {"n": earlier}
        )
    return found


@transaction.atomic
def sign(*, audit: Audit, actor: Membership, now: datetime) -> AuditSignature:
    """Sign for one's own party; the second signature ends the audit. Raises `NotAllowed` or `Refused`."""
    begin(audit, actor, "audit.sign")
    missing = missing_before_signing(audit)
    if missing:
        raise Refused(" ".join(missing))
    try:
        with transaction.atomic():
            signature = AuditSignature.objects.create(audit=audit, party=actor.party, member=actor, at=now)
    except IntegrityError:
        raise Refused(_("Your party has signed already.")) from None
    event = record(
        audit, "audit.signed", actor=actor, now=now, party=actor.party, population=audit.population_hash
    )
    if audit.signatures.count() == len(Party):
        Audit.objects.filter(pk=audit.pk).update(state=Audit.State.SIGNED, signed_at=now)
        audit.refresh_from_db()
    tell(audit, "audit-signed", cause=event, now=now, actor=actor, both=audit.state == Audit.State.SIGNED)
    return signature
