"""Reading the agreement: which terms hold, and how the clock reads them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization
from slaportal.lib.refusal import Refused
from slaportal.policies.clock import Bound, Calendar, Unit
from slaportal.policies.facts import Rule
from slaportal.policies.models import Agreement, Metric, PolicyVersion, Target
from slaportal.policies.reckoning import LEVELS


class NoAgreement(Refused):
    """The organization has no agreement in force; the message says for whom and when."""

    code: ClassVar[str] = "no_agreement"


def agreement_for(*, organization: Organization, at: datetime) -> Agreement:
    """Return the agreement of `organization` in force at `at`. Raises `NoAgreement`."""
    agreements = Agreement.objects.filter(organization=organization).in_force(at)
    found = agreements.select_related("policy_version__policy", "calendar", "organization").first()
    if found is None:
        raise NoAgreement(
            _(
                "%(organization)s has no agreement in force on %(day)s. "
                "Sign one in the admin before reporting issues."
            )
            % {"organization": organization, "day": f"{at:%Y-%m-%d}"}
        )
    return found


def readable_agreements(member: Membership) -> QuerySet[Agreement]:
    """Return the agreements whose terms `member` may read, by organization, newest first (policy.read)."""
    found = Agreement.objects.visible_to(member)
    if permissions.scope(member.role, "policy.read") != permissions.ALL:
        found = found.filter(organization=member.organization_id)
    return found.select_related("organization", "policy_version__policy", "calendar")


def all_agreements() -> QuerySet[Agreement]:
    """Return every agreement: for the superuser who sets the portal up and has no membership yet."""
    return Agreement.objects.select_related("organization", "policy_version__policy", "calendar")


def standing(agreement: Agreement, *, now: datetime) -> str:
    """Return "in force", "to come" or "ended"."""
    if agreement.effective_from > now:
        return "to come"
    if agreement.effective_to is not None and agreement.effective_to <= now:
        return "ended"
    return "in force"


def current_of(agreements: QuerySet[Agreement], *, now: datetime) -> Agreement | None:
    """Return the agreement in force at `now`, else the next one to come, else the last one that ended."""
    in_order = sorted(agreements, key=lambda agreement: agreement.effective_from)
    begun = [one for one in in_order if one.effective_from <= now]
    in_force = [one for one in begun if one.effective_to is None or one.effective_to > now]
    to_come = [one for one in in_order if one.effective_from > now]
    return next(iter([*in_force, *to_come, *reversed(begun)]), None)


@lru_cache(maxsize=512)
def _targets(version_id: int, content_hash: str) -> tuple[Target, ...]:
    # Published versions never change, so their hash names their content for ever.
    return tuple(Target.objects.filter(version=version_id))


def targets_of(version: PolicyVersion) -> tuple[Target, ...]:
    """Return the targets of `version`; those of a published version are remembered by their hash."""
    if version.published:
        return _targets(version.pk, version.content_hash)
    return tuple(version.targets.all())


def rules_of(version: PolicyVersion, metric: Metric | str, hours: Calendar) -> Mapping[str, Rule]:
    """Return level → rule of `version` for `metric`, counted in `hours`."""
    always = Calendar.always(hours.timezone)
    return {
        target.level: Rule(
            amount=target.amount,
            unit=Unit(target.unit),
            bound=Bound(target.bound),
            calendar=always if target.round_the_clock else hours,
        )
        for target in targets_of(version)
        if target.metric == metric
    }


def rules_for(agreement: Agreement, metric: Metric | str) -> Mapping[str, Rule]:
    """Return level → rule for `metric` under `agreement`."""
    return rules_of(agreement.policy_version, metric, agreement.hours())


def missing_parts(version: PolicyVersion) -> list[str]:
    """Return what `version` lacks before it can be published, in words; empty if nothing."""
    targets = {(target.level, target.metric) for target in version.targets.all()}
    defined = set(version.definitions.values_list("level", flat=True))
    missing = [
        f"the {metric} target of {level}"
        for level in LEVELS
        for metric in Metric.values
        if (level, metric) not in targets
    ]
    return missing + [f"the definition of {level}" for level in LEVELS if level not in defined]


def doubts(version: PolicyVersion) -> list[str]:
    """Return what is odd about the targets of `version` though nothing forbids it, in sentences."""
    lengths = {(one.level, one.metric): (_roughly(one), one.words) for one in version.targets.all()}
    found = []
    for strict, loose in pairwise(LEVELS):
        for metric in Metric.values:
            one, other = lengths.get((strict, metric)), lengths.get((loose, metric))
            if one and other and one[0] > other[0]:
                found.append(
                    f"{strict.capitalize()} {metric} ({one[1]}) is looser than {loose} ({other[1]})."
                )
    for level in LEVELS:
        response, resolution = lengths.get((level, Metric.RESPONSE)), lengths.get((level, Metric.RESOLUTION))
        if response and resolution and response[0] > resolution[0]:
            found.append(f"{level.capitalize()} is due to be resolved before it is due to be answered.")
    return found


def _roughly(target: Target) -> Decimal:
    """Return a target in hours of the week, to compare it with another: office hours are a quarter of all."""
    hours = {"minutes": Decimal(1) / 60, "hours": Decimal(1), "days": Decimal(24)}
    name = target.unit.removeprefix("business_")
    if name == target.unit:
        return target.amount * hours[name]
    return target.amount * (Decimal(24) * 7 / 5 if name == "days" else hours[name] * 4)


def content_of(version: PolicyVersion) -> dict[str, Any]:
    """Return everything that `version` says, in a fixed order and in plain values: what its hash is made of."""
    targets = sorted(version.targets.all(), key=lambda target: (LEVELS.index(target.level), target.metric))
    definitions = sorted(version.definitions.all(), key=lambda definition: LEVELS.index(definition.level))
    return {
        "policy": version.policy.key,
        "version": version.number,
        "introduction": version.introduction,
        "footnote": version.footnote,
        "terms": version.terms_text,
        "definitions": [
            {"level": one.level, "wording": one.wording, "examples": one.examples} for one in definitions
        ],
        "targets": [
            {
                "level": target.level,
                "metric": target.metric,
                "amount": f"{target.amount.normalize():f}",
                "unit": target.unit,
                "bound": target.bound,
                "round_the_clock": target.round_the_clock,
            }
            for target in targets
        ],
        "warning_shares": version.warning_shares,
        "pause_parties": version.pause_parties,
        "impact_table": version.impact_table,
        "client_answer_days": version.client_answer_days,
        "confirmation_days": version.confirmation_days,
        "postmortem_levels": version.postmortem_levels,
        "postmortem_days": version.postmortem_days,
        "survey_retention_days": version.survey_retention_days,
    }
