"""Making the evidence pack: asked for by a person, made by a worker, kept under its hash."""

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.jobs import services as jobs
from slaportal.jobs.kinds import Outcome
from slaportal.jobs.models import Job
from slaportal.jobs.progress import Progress
from slaportal.lib.refusal import Refused
from slaportal.reports.models import Audit, EvidencePack
from slaportal.reports.quarters import name_of
from slaportal.reports.selectors.evidence import count_parts, parts_of, zipped
from slaportal.reports.services.audits.telling import record

KIND = "audit-pack"


def ask_for_pack(*, audit: Audit, actor: Membership, now: datetime) -> Job:
    """Ask a worker for the evidence pack of `audit`. Raises `NotAllowed`."""
    permissions.require(actor, "audit.pack", organization_id=audit.agreement.organization_id)
    title = _("Evidence pack %(quarter)s, %(organization)s") % {
        "quarter": name_of(audit.begins, audit.timezone),
        "organization": audit.agreement.organization.name,
    }
    return jobs.ask(
        KIND,
        title=title,
        arguments={"audit": audit.reference},
        key=f"{KIND}:{audit.reference}",
        actor=actor,
        now=now,
    )


def run(job: Job, progress: Progress) -> Outcome:
    """Make the pack of one audit, file by file. Raises `Refused` where it is not prepared yet."""
    audit = Audit.objects.select_related(
        "agreement__organization",
        "agreement__policy_version__policy",
        "agreement__calendar",
        "checkpoint__log",
    ).get(reference=job.arguments["audit"])
    permissions.require(job.asked_by, "audit.pack", organization_id=audit.agreement.organization_id)
    if audit.state == Audit.State.PREPARING:
        raise Refused(_("This audit is still being prepared."))
    content = zipped(progress.over(parts_of(audit), total=count_parts(audit)))
    pack = keep(audit, content, actor=job.asked_by, now=job.started_at or job.asked_at)
    words = _("%(size)d KiB, SHA-256 %(sha256)s") % {"size": len(content) // 1024 + 1, "sha256": pack.sha256}
    return Outcome(words=words, url=reverse("audits:pack", args=[audit.reference, pack.sha256]))


def keep(audit: Audit, content: bytes, *, actor: Membership, now: datetime) -> EvidencePack:
    """Keep a pack under its hash; the same bytes are kept once."""
    sha256 = hashlib.sha256(content).hexdigest()
    kept = audit.packs.filter(sha256=sha256).first()
    if kept is not None:
        return kept
    with transaction.atomic():
        pack = EvidencePack(audit=audit, sha256=sha256, size=len(content), made_at=now, made_by=actor)
        pack.file.save(f"{audit.reference}-{sha256[:16]}.zip", ContentFile(content), save=False)
        pack.save(force_insert=True)
        record(audit, "audit.pack_made", actor=actor, now=now, sha256=sha256, size=len(content))
    return pack
