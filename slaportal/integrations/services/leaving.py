"""Making the export of one organization as long work, and keeping it for a week."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization
from slaportal.integrations.leaving.tables import TABLES, rows_of
from slaportal.issues.models import Attachment
from slaportal.jobs import services as jobs
from slaportal.jobs.kinds import Outcome
from slaportal.jobs.models import Job
from slaportal.jobs.progress import Progress

KEPT = timedelta(days=7)
FORMAT = 1
STAMP = (1980, 1, 1, 0, 0, 0)  # of each entry: the same content is the same file
READ_ME = """Everything about {organization}, as {reader} may see it, at {now:%Y-%m-%d %H:%M} UTC.

One file of JSON lines per table: one row a line, columns by name, instants in ISO 8601, UTC. A column that ends in
_id is the "id" of a row of the other table. files/ holds the attachments under their reference; attachments.jsonl has
their names and SHA-256. hashes.txt has the SHA-256 of each file here (check with: sha256sum -c hashes.txt).
Passwords, tokens, second factors and keys are in none of them. Format {version}.
"""


def ask_for_export(*, organization: Organization, actor: Membership, now: datetime) -> Job:
    """Ask for everything about `organization`. Raises `NotAllowed`."""
    permissions.require(actor, "data.export", organization_id=organization.pk)
    title = _("Everything about %(organization)s") % {"organization": organization}
    arguments = {"organization": organization.pk}
    key = f"leaving:{organization.pk}"
    return jobs.ask("leaving", title=title[:200], arguments=arguments, key=key, actor=actor, now=now)


def run(job: Job, progress: Progress) -> Outcome:
    """Write the file of one job, table by table, under the rights that its asker has now."""
    organization = Organization.objects.get(pk=job.arguments["organization"])
    permissions.require(job.asked_by, "data.export", organization_id=organization.pk)
    now = job.started_at or job.asked_at
    forget_old(now=now)
    path = file_of(job)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    progress.of(sum(table.rows(organization, job.asked_by).count() for table in TABLES))
    count = _write(draft, organization, job.asked_by, progress, now=now)
    draft.replace(path)
    words = _("%(rows)s rows, %(size)s KiB; it stays here for 7 days") % {
        "rows": count,
        "size": path.stat().st_size // 1024 + 1,
    }
    return Outcome(words=words, url=reverse("integrations:leaving-file", args=[job.reference]))


def file_of(job: Job) -> Path:
    """Return where the file of a job lies."""
    return Path(settings.MEDIA_ROOT) / "leaving" / f"{job.reference}.zip"


def forget_old(*, now: datetime) -> int:
    """Delete exports older than a week and return how many: they hold everything."""
    old = [
        path
        for path in (Path(settings.MEDIA_ROOT) / "leaving").glob("*")
        if path.stat().st_mtime < (now - KEPT).timestamp()
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _write(
    path: Path, organization: Organization, member: Membership, progress: Progress, *, now: datetime
) -> int:
    hashes, count = [], 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in TABLES:
            lines, digest = 0, hashlib.sha256()
            with archive.open(_entry(f"{table.name}.jsonl"), "w") as out:
                for row in rows_of(table, organization, member):
                    line = (json.dumps(row, cls=DjangoJSONEncoder, sort_keys=True) + "\n").encode()
                    digest.update(line)
                    out.write(line)
                    lines += 1
                    progress.advance()
            hashes.append(f"{digest.hexdigest()}  {table.name}.jsonl")
            count += lines
        for name, content in _files(organization, member):
            archive.writestr(_entry(name), content)
            hashes.append(f"{hashlib.sha256(content).hexdigest()}  {name}")
        reader = f"{member.user} ({member.get_role_display()})"
        told = READ_ME.format(organization=organization, reader=reader, now=now, version=FORMAT)
        archive.writestr(_entry("README.txt"), told)
        archive.writestr(_entry("hashes.txt"), "\n".join(hashes) + "\n")
    return count


def _files(organization: Organization, member: Membership) -> Iterator[tuple[str, bytes]]:
    files = Attachment.objects.visible_to(member).filter(issue__organization=organization)
    for attachment in files.order_by("pk").iterator():
        with attachment.file.open("rb") as content:
            yield f"files/{attachment.reference}", content.read()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, STAMP)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
