"""Reading what-ifs: what can be asked, what a version changes, and the answer as a page shows it (spec §7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership, Organization, Party
from slaportal.feedback.models import Difference, WhatIf
from slaportal.issues.counting import Score
from slaportal.policies.models import Agreement, Criticality, Metric, PolicyVersion
from slaportal.policies.selectors import targets_of


def askable_versions(member: Membership) -> QuerySet[PolicyVersion]:
    """Return the versions about which `member` may ask, newest first: for a client the published ones."""
    found = PolicyVersion.objects.select_related("policy").order_by("policy", "-number")
    return found if member.is_vendor else found.filter(status=PolicyVersion.Status.PUBLISHED)


def clients_of(member: Membership) -> QuerySet[Organization]:
    """Return the clients about whose issues `member` may ask."""
    clients = Organization.objects.filter(party=Party.CLIENT)
    return clients if member.is_vendor else clients.filter(pk=member.organization_id)


def readable_what_ifs(member: Membership) -> QuerySet[WhatIf]:
    """Return the what-ifs that `member` may read, newest first."""
    found = WhatIf.objects.visible_to(member)
    return found.select_related("version__policy", "organization", "asked_by__user")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a version says otherwise than the one before it."""

    what: str
    before: str
    after: str


def changes(before: PolicyVersion | None, after: PolicyVersion) -> list[Change]:
    """Return what the clocks of `after` do otherwise than those of `before`; nothing where there is no version before."""
    if before is None:
        return []
    old, new = _promises(before), _promises(after)
    found = [
        Change(f"{level.label}, {metric.label}", old.get((level, metric), "–"), new.get((level, metric), "–"))
        for level in Criticality
        for metric in Metric
        if old.get((level, metric)) != new.get((level, metric))
    ]
    stops = [", ".join(sorted(one.pause_parties)) or _("nothing") for one in (before, after)]
    if stops[0] != stops[1]:
        found.append(Change(_("What stops the resolution clock"), *stops))
    return found


def version_before(version: PolicyVersion, *, client: Organization | None = None) -> PolicyVersion | None:
    """Return what `version` is compared with: the one that binds `client` last, else the published one before it."""
    if client is not None:
        others = Agreement.objects.filter(organization=client).exclude(policy_version=version)
        bound = others.select_related("policy_version__policy").order_by("-effective_from").first()
        if bound is not None:
            return bound.policy_version
    found = PolicyVersion.objects.filter(
        policy=version.policy_id, number__lt=version.number, status=PolicyVersion.Status.PUBLISHED
    )
    return found.select_related("policy").order_by("-number").first()


def differences_of(what_if: WhatIf, *, outcomes_only: bool = False) -> QuerySet[Difference]:
    """Return what would have been different, changed outcomes first."""
    found = what_if.differences.select_related("issue__organization")
    return found.filter(changes_outcome=True) if outcomes_only else found


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One level and metric as the page shows it; scores print themselves as far as their number allows."""

    level: str
    metric: str
    before: Score
    after: Score
    adjusted_before: Score
    adjusted_after: Score
    data: dict[str, Any]

    @property
    def changed(self) -> bool:
        """Whether either figure differs."""
        return (self.before, self.adjusted_before) != (self.after, self.adjusted_after)


def figure_lines(what_if: WhatIf) -> list[FigureLine]:
    """Return eight lines, Critical first, response before resolution."""
    return [
        FigureLine(
            level=line["level"],
            metric=str(Metric(line["metric"]).label),
            before=Score(**line["before"]["strict"]),
            after=Score(**line["after"]["strict"]),
            adjusted_before=Score(**line["before"]["adjusted"]),
            adjusted_after=Score(**line["after"]["adjusted"]),
            data=line,
        )
        for line in what_if.figures
    ]


def sums(lines: Iterable[FigureLine]) -> dict[str, int]:
    """Return the staffing of all lines together: seconds of support and due instants outside hours."""
    names = ("support_seconds_earlier", "support_seconds_later", "due_outside_before", "due_outside_after")
    every = list(lines)
    return {name: sum(line.data[name] for line in every) for name in names}


def _promises(version: PolicyVersion) -> dict[tuple[str, str], str]:
    return {
        (target.level, target.metric): f"{target.words}{' 24×7' if target.round_the_clock else ''}"
        for target in targets_of(version)
    }
