"""Policies and their editions: made, drafted, published; a published one stays as it is (spec §1)."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.ledger.models import Audience
from slaportal.lib import canonical
from slaportal.policies import impact, standard
from slaportal.policies.models import CriticalityDefinition, Policy, PolicyVersion, Target
from slaportal.policies.selectors import content_of, missing_parts
from slaportal.policies.services.refusal import PolicyRefused, record_for_vendor

CONTENT_COLUMNS = (
    "introduction",
    "footnote",
    "terms_text",
    "warning_shares",
    "pause_parties",
    "impact_table",
    "client_answer_days",
    "confirmation_days",
    "postmortem_levels",
    "postmortem_days",
    "survey_retention_days",
)
PAUSE_PARTIES = ("client", "third_party")


@transaction.atomic
def create_policy(
    *, key: str, name: str, now: datetime, actor: Membership | None = None, demo: bool = False
) -> Policy:
    """Return the policy `key`, made now if there was none; its name is then `name`."""
    _allow(actor, "policy.draft")
    policy, created = Policy.objects.get_or_create(key=key, defaults={"name": name, "demo": demo})
    if created:
        _record("policy.created", policy, actor=actor, now=now, name=name)
    return policy


@transaction.atomic
def draft_next(
    policy: Policy, *, actor: Membership | None, now: datetime, copy_from: PolicyVersion | None = None
) -> PolicyVersion:
    """Open the next version of `policy` as a draft with the content of `copy_from`, or else of the last one.

    A policy without any begins with the standard agreement's words. Raises `PolicyRefused` while a draft is open.
    """
    _allow(actor, "policy.draft")
    last = policy.versions.order_by("-number").first()
    open_draft = policy.versions.filter(status=PolicyVersion.Status.DRAFT).first()
    if open_draft is not None:
        raise PolicyRefused(
            _("%(draft)s is still a draft. Publish or delete it before you begin another.")
            % {"draft": open_draft}
        )
    number = last.number + 1 if last else 1
    source = copy_from or last
    version = _copy(source, number) if source else _standard_draft(policy, number)
    _record("policy.drafted", policy, actor=actor, now=now, version=number)
    return version


@transaction.atomic
def draft_version(
    policy: Policy,
    *,
    number: int,
    targets: Iterable[Mapping[str, Any]],
    pauses: Iterable[str] = (),
    now: datetime,
    actor: Membership | None = None,
) -> PolicyVersion:
    """Return version `number` of `policy` as a draft with `targets`, in the form of a history file (spec §8).

    Words, definitions and impact table are the standard agreement's. A version that is there already is returned
    as it is if targets and pauses are the same. Raises `PolicyRefused` otherwise, and for what cannot be read.
    """
    _allow(actor, "policy.draft")
    wanted, stops = _targets_from(targets), sorted(set(pauses))
    if strange := [party for party in stops if party not in PAUSE_PARTIES]:
        raise PolicyRefused(
            _("Waiting is for %(choices)s; “%(strange)s” is neither.")
            % {"choices": " or ".join(PAUSE_PARTIES), "strange": strange[0]}
        )
    known = policy.versions.filter(number=number).first()
    if known is not None:
        if _same_promises(known, wanted) and sorted(known.pause_parties) == stops:
            return known
        raise PolicyRefused(
            _("%(known)s exists with other targets; give the changed ones the next number.")
            % {"known": known}
        )
    version = _standard_draft(policy, number, pause_parties=stops, with_targets=False)
    _add_targets(version, wanted)
    _record("policy.drafted", policy, actor=actor, now=now, version=number)
    return version


@transaction.atomic
def edit_draft(version: PolicyVersion, *, actor: Membership | None, now: datetime) -> None:
    """Record that the content of a draft was changed in the admin. Raises `PolicyRefused` if it is published."""
    _allow(actor, "policy.draft")
    if version.published:
        raise PolicyRefused(
            _("%(version)s is published and never changes. Draft the next version instead.")
            % {"version": version}
        )
    _record("policy.draft_changed", version.policy, actor=actor, now=now, version=version.number)


@transaction.atomic
def discard_draft(version: PolicyVersion, *, actor: Membership | None, now: datetime) -> None:
    """Remove a draft with all its parts. Raises `PolicyRefused` if it is published."""
    _allow(actor, "policy.draft")
    if version.published:
        raise PolicyRefused(_("%(version)s is published and stays.") % {"version": version})
    _record("policy.draft_discarded", version.policy, actor=actor, now=now, version=version.number)
    version.delete()


@transaction.atomic
def publish(version: PolicyVersion, *, actor: Membership | None, now: datetime) -> PolicyVersion:
    """Seal `version` for ever under the hash of its whole content; from now on agreements can name it.

    Raises `PolicyRefused` if it is published already, lacks a part or holds what nobody could apply.
    """
    _allow(actor, "policy.publish")
    version = PolicyVersion.objects.select_related("policy").get(pk=version.pk)
    _check(version)
    content_hash = hashlib.sha256(canonical.dumps(content_of(version)).encode()).hexdigest()
    drafts = PolicyVersion.objects.filter(pk=version.pk, status=PolicyVersion.Status.DRAFT)
    sealed = drafts.update(
        status=PolicyVersion.Status.PUBLISHED, published_at=now, published_by=actor, content_hash=content_hash
    )
    if not sealed:
        raise PolicyRefused(_("%(version)s is published already.") % {"version": version})
    version.refresh_from_db()
    _record(
        "policy.published",
        version.policy,
        actor=actor,
        now=now,
        audience=Audience.BOTH,
        version=version.number,
        content_hash=content_hash,
    )
    return version


@transaction.atomic
def load_standard(*, now: datetime) -> PolicyVersion:
    """Return version 1 of “Product Support SLA”, drafted and published now if it is not there yet."""
    policy = create_policy(key=standard.KEY, name=standard.NAME, now=now)
    version = policy.versions.filter(number=1).first() or draft_next(policy, actor=None, now=now)
    return version if version.published else publish(version, actor=None, now=now)


def _check(version: PolicyVersion) -> None:
    """Refuse a version that cannot be published, with a sentence."""
    if version.published:
        raise PolicyRefused(_("%(version)s is published already.") % {"version": version})
    if missing := missing_parts(version):
        raise PolicyRefused(
            _("%(version)s cannot be published: it lacks %(missing)s.")
            % {"version": version, "missing": _listed(missing)}
        )
    if any(not 1 <= share <= 99 for share in version.warning_shares):
        raise PolicyRefused(_("Warnings come at 1 to 99 percent of the budget."))
    try:
        impact.check(version.impact_table)
    except impact.ImpactError as error:
        raise PolicyRefused(str(error)) from error


def _listed(parts: list[str]) -> str:
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]


def _standard_draft(
    policy: Policy, number: int, *, with_targets: bool = True, **changed: Any
) -> PolicyVersion:
    version = PolicyVersion.objects.create(
        policy=policy,
        number=number,
        introduction=standard.INTRODUCTION,
        footnote=standard.FOOTNOTE,
        terms_text=standard.TERMS,
        impact_table=standard.IMPACT_TABLE,
        **{**standard.SETTINGS, **changed},
    )
    for meaning in standard.MEANINGS:
        CriticalityDefinition.objects.create(version=version, **meaning._asdict())
    if with_targets:
        _add_targets(version, standard.PROMISES)
    return version


def _copy(source: PolicyVersion, number: int) -> PolicyVersion:
    content = {name: getattr(source, name) for name in CONTENT_COLUMNS}
    version = PolicyVersion.objects.create(policy_id=source.policy_id, number=number, **content)
    for definition in source.definitions.all():
        definition.pk, definition.version = None, version
        definition.save(force_insert=True)
    for target in source.targets.all():
        target.pk, target.version = None, version
        target.save(force_insert=True)
    return version


def _add_targets(version: PolicyVersion, promises: Iterable[standard.Promise]) -> None:
    for promise in promises:
        target = Target(version=version, **promise._asdict())
        try:
            target.full_clean()
        except ValidationError as error:
            raise PolicyRefused(
                _("The %(metric)s target of %(level)s: %(choices)s")
                % {"metric": promise.metric, "level": promise.level, "choices": " ".join(error.messages)}
            ) from error
        target.save(force_insert=True)


def _targets_from(targets: Iterable[Mapping[str, Any]]) -> list[standard.Promise]:
    """Read targets as a history file writes them; amounts are numbers or text."""
    promises = []
    for target in targets:
        try:
            amount = Decimal(str(target["amount"]))
            names = [str(target[name]) for name in ("level", "metric", "unit", "bound")]
        except (KeyError, TypeError) as error:
            raise PolicyRefused(
                _("A target needs level, metric, amount, unit and bound: %(target)s.") % {"target": target}
            ) from error
        except InvalidOperation as error:
            raise PolicyRefused(_("“%(amount)s” is not an amount.") % {"amount": target["amount"]}) from error
        level, metric, unit, bound = names
        promises.append(standard.Promise(level, metric, amount, unit, bound))
    return promises


def _same_promises(version: PolicyVersion, wanted: list[standard.Promise]) -> bool:
    present = {
        standard.Promise(target.level, target.metric, target.amount, target.unit, target.bound)
        for target in version.targets.all()
    }
    return present == set(wanted)


def _allow(actor: Membership | None, act: str) -> None:
    """Raise `NotAllowed` unless `actor` may; no actor is the portal itself."""
    if actor is not None:
        permissions.require(actor, act)


def _record(
    kind: str,
    policy: Policy,
    *,
    actor: Membership | None,
    now: datetime,
    audience: Audience = Audience.VENDOR,
    **data: Any,
) -> None:
    record_for_vendor(
        kind, actor=actor, now=now, audience=audience, demo=policy.demo, data={"policy": policy.key, **data}
    )
