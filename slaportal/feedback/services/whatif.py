"""Asking what another version of the policy would have made of a past period, and working it out (spec §7)."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization, Party
from slaportal.feedback.models import Difference, WhatIf
from slaportal.feedback.replay import Comparison, Line, Replayed, replay
from slaportal.feedback.selectors.replaying import Scope, count_issues, parts
from slaportal.issues.counting import Row
from slaportal.issues.models import Obligation
from slaportal.jobs import services as jobs
from slaportal.jobs.kinds import Outcome
from slaportal.jobs.models import Job
from slaportal.jobs.progress import Progress
from slaportal.ledger import services as ledger
from slaportal.ledger.models import Audience
from slaportal.lib import canonical
from slaportal.lib.refusal import Refused
from slaportal.policies.models import PolicyVersion
from slaportal.policies.selectors import content_of, missing_parts

KIND = "whatif"


@transaction.atomic
def ask_what_if(
    *,
    version: PolicyVersion,
    organization: Organization | None,
    begins: datetime,
    ends: datetime,
    actor: Membership | None,
    now: datetime,
) -> WhatIf:
    """Note the question what `version` would have made of `[begins, ends)`; no organization: of all clients.

    Raises `NotAllowed`, or `Refused` for a period that is empty or not over, and for a version that lacks targets.
    A client may ask about itself, and about published versions only: a draft is the vendor's until it is shown.
    """
    if actor is not None:
        permissions.require(actor, "whatif.run", organization_id=organization.pk if organization else None)
        if actor.party == Party.CLIENT and (organization is None or not version.published):
            raise permissions.NotAllowed(_("A client asks about itself and about published versions."))
    if not begins < ends:
        raise Refused(_("A period ends after it begins."))
    if ends > now:
        raise Refused(_("Choose a period that is over: what has not happened cannot be replayed."))
    if lacking := [part for part in missing_parts(version) if "target" in part]:
        raise Refused(
            _("%(version)s lacks %(part)s; give it all eight targets first.")
            % {"version": version, "part": lacking[0]}
        )
    found = WhatIf.objects.create(
        version=version, organization=organization, begins=begins, ends=ends, asked_by=actor, asked_at=now
    )
    vendor = Organization.objects.filter(party=Party.VENDOR).first()
    about = organization or vendor
    if about is not None:
        ledger.append(
            "policy.replay_asked",
            organization=about,
            actor=actor,
            at=now,
            audience=Audience.BOTH if organization else Audience.VENDOR,
            data={
                "what_if": found.pk,
                "policy": version.policy.key,
                "version": version.number,
                "from": begins,
                "to": ends,
            },
        )
    return found


def begin_job(what_if: WhatIf, *, actor: Membership, now: datetime) -> Job:
    """Let a worker answer `what_if`; its page shows how far it is."""
    title = _("What-if: %(what_if)s") % {"what_if": what_if}
    key = f"whatif:{what_if.pk}"
    return jobs.ask(KIND, title=title[:200], arguments={"what_if": what_if.pk}, key=key, actor=actor, now=now)


def run(job: Job, progress: Progress) -> Outcome:
    """Answer the what-if of `job` (settings.JOB_KINDS); a second run begins anew and gives the same."""
    what_if = WhatIf.objects.select_related("version__policy", "organization").filter(
        pk=job.arguments["what_if"]
    )
    found = what_if.first()
    if found is None:
        raise Refused(_("The draft was discarded in the meantime, and the question with it."))
    progress.of(count_issues(scope_of(found)))
    answer_what_if(found, now=job.started_at or job.asked_at, step=progress.advance)
    words = ngettext(
        "%(moved)s deadline moves, %(outcomes)s outcome changes.",
        "%(moved)s deadlines move, %(outcomes)s outcomes change.",
        found.moved,
    ) % {"moved": found.moved, "outcomes": found.outcomes}
    return Outcome(words, reverse("feedback:what-if", args=[found.pk]))


def scope_of(what_if: WhatIf) -> Scope:
    """Return what `what_if` asks about."""
    return Scope(what_if.version, what_if.organization, what_if.begins, what_if.ends)


def answer_what_if(
    what_if: WhatIf, *, now: datetime, step: Callable[[int], None] = lambda issues: None
) -> Comparison:
    """Replay the period as far as it is known at `now`, keep each difference and the figures; call `step` as it goes.

    Each part is written on its own, so that progress is seen and nobody waits; an answer that was begun is replaced.
    """
    what_if.differences.all().delete()
    what_if.terms_hash = terms_hash(what_if.version)
    what_if.issues = what_if.obligations = what_if.moved = what_if.outcomes = 0
    comparison = Comparison(what_if.begins, what_if.ends)
    for issues, cases in parts(scope_of(what_if)):
        rows = []
        for obligation, case in cases:
            one = replay(case, now=now)
            if not comparison.take(one):
                continue
            what_if.obligations += 1
            what_if.moved += one.moves
            what_if.outcomes += one.changes_outcome
            if one.differs:
                rows.append(_difference(what_if, obligation, one))
        Difference.objects.bulk_create(rows, batch_size=500)
        what_if.issues += issues
        step(issues)
    what_if.figures = [_line(line) for line in comparison.lines]
    what_if.finished_at = now
    what_if.save(
        update_fields=[
            *("terms_hash", "issues", "obligations", "moved", "outcomes", "figures", "finished_at"),
        ]
    )
    return comparison


def terms_hash(version: PolicyVersion) -> str:
    """Return the SHA-256 of everything that `version` says now; of a published one it is the hash it carries."""
    return version.content_hash or hashlib.sha256(canonical.dumps(content_of(version)).encode()).hexdigest()


def _difference(what_if: WhatIf, obligation: Obligation, one: Replayed) -> Difference:
    return Difference(
        what_if=what_if,
        issue_id=obligation.issue_id,
        metric=obligation.metric,
        level=one.before.level,
        due_before=one.before.due,
        due_after=one.after.due,
        outcome_before=one.before.outcome or "",
        outcome_after=one.after.outcome or "",
        adjusted_before=one.before.adjusted_outcome or "",
        adjusted_after=one.after.adjusted_outcome or "",
        changes_outcome=one.changes_outcome,
    )


def _line(line: Line) -> dict[str, Any]:
    """Return one line as plain values; times in whole seconds."""
    staffing = line.staffing
    return {
        "level": line.before.level,
        "metric": line.before.metric,
        "obligations": line.obligations,
        "outcomes": line.outcomes,
        "before": _counts(line.before),
        "after": _counts(line.after),
        "moved_earlier": staffing.moved_earlier,
        "moved_later": staffing.moved_later,
        "support_seconds_earlier": round(staffing.earlier.total_seconds()),
        "support_seconds_later": round(staffing.later.total_seconds()),
        "due_outside_before": staffing.outside_before,
        "due_outside_after": staffing.outside_after,
    }


def _counts(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.data().items() if name not in ("level", "metric")}
