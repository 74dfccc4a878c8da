"""Drafting, publishing, calendars and signing: what is refused says why and leaves nothing behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from slaportal.accounts.models import Membership, Organization
from slaportal.accounts.permissions import NotAllowed
from slaportal.ledger.models import Event
from slaportal.policies.models import Agreement, BusinessCalendar, Policy, PolicyVersion
from slaportal.policies.selectors import agreement_for, content_of
from slaportal.policies.services import (
    PolicyRefused,
    change_calendar,
    create_calendar,
    create_policy,
    draft_next,
    draft_version,
    end_agreement,
    load_standard,
    publish,
    sign_agreement,
)
from tests.world import BEGIN, TARGETS, WEEK

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
LINES = [dict(zip(("level", "metric", "amount", "unit", "bound"), target, strict=True)) for target in TARGETS]


@pytest.fixture
def policy(vendor: Organization) -> Policy:
    """A policy without versions."""
    return create_policy(key="gold", name="Gold support", now=NOW)


@pytest.fixture
def published(vendor: Organization) -> PolicyVersion:
    """The standard agreement."""
    return load_standard(now=NOW)


def sign(organization: Organization, version: PolicyVersion, **changed: Any) -> Agreement:
    """Sign with plain values unless changed."""
    terms: dict[str, Any] = {
        "organization": organization,
        "policy_version": version,
        "calendar": None,
        "timezone": "Europe/Berlin",
        "effective_from": NOW,
        "signed_by_client": "Alice",
        "signed_by_vendor": "Vera",
        "actor": None,
        "now": NOW,
    }
    return sign_agreement(**{**terms, **changed})


def test_a_policy_is_made_once_per_key(policy: Policy) -> None:
    assert create_policy(key="gold", name="Another name", now=NOW) == policy
    assert Policy.objects.get(key="gold").name == "Gold support"


def test_the_first_draft_begins_with_the_standard_words(policy: Policy, published: PolicyVersion) -> None:
    draft = draft_next(policy, actor=None, now=NOW)
    expected = {**content_of(published), "policy": "gold"}
    assert content_of(draft) == expected
    assert not draft.published


def test_the_next_draft_copies_the_last_version(published: PolicyVersion, lena: Membership) -> None:
    draft = draft_next(published.policy, actor=lena, now=NOW)
    assert content_of(draft) == {**content_of(published), "version": 2}


def test_a_second_open_draft_is_refused(policy: Policy) -> None:
    draft_next(policy, actor=None, now=NOW)
    with pytest.raises(PolicyRefused, match="version 1 is still a draft"):
        draft_next(policy, actor=None, now=NOW)
    assert policy.versions.count() == 1


def test_an_agent_may_not_draft_and_a_lead_may(policy: Policy, sam: Membership, lena: Membership) -> None:
    with pytest.raises(NotAllowed):
        draft_next(policy, actor=sam, now=NOW)
    assert draft_next(policy, actor=lena, now=NOW).number == 1


def test_a_file_drafts_a_version_with_its_targets_and_pauses(policy: Policy) -> None:
    version = draft_version(policy, number=3, targets=LINES, pauses=["third_party", "client"], now=NOW)
    assert {target.words for target in version.targets.all()} >= {"< 1 hour", "within 10 business days"}
    assert version.pause_parties == ["client", "third_party"]
    assert (
        draft_version(policy, number=3, targets=LINES, pauses=["client", "third_party"], now=NOW) == version
    )


def test_a_number_stands_for_one_content(policy: Policy) -> None:
    publish(draft_version(policy, number=1, targets=LINES, now=NOW), actor=None, now=NOW)
    other: list[dict[str, Any]] = [{**LINES[0], "amount": 2}, *LINES[1:]]
    with pytest.raises(PolicyRefused, match="exists with other targets"):
        draft_version(policy, number=1, targets=other, now=NOW)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount": "0"}, "above zero"),
        ({"amount": "soon"}, "“soon” is not an amount"),
        ({"level": "urgent"}, "response target of urgent"),
        ({"unit": "fortnights"}, "fortnights"),
        ({"unit": None}, "None"),
    ],
)
def test_a_target_nobody_could_keep_is_refused_and_nothing_is_saved(
    policy: Policy, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(PolicyRefused, match=sentence):
        draft_version(policy, number=1, targets=[{**LINES[0], **change}], now=NOW)
    assert not policy.versions.exists()


def test_waiting_for_the_weather_stops_no_clock(policy: Policy) -> None:
    with pytest.raises(PolicyRefused, match="“weather”"):
        draft_version(policy, number=1, targets=LINES, pauses=["weather"], now=NOW)


def test_publishing_names_every_missing_part(policy: Policy) -> None:
    draft = draft_version(policy, number=1, targets=LINES[2:], now=NOW)
    draft.definitions.filter(level="low").delete()
    with pytest.raises(PolicyRefused, match=r"the response target of critical, .* and the definition of low"):
        publish(draft, actor=None, now=NOW)
    draft.refresh_from_db()
    assert not draft.published


def test_publishing_twice_is_refused(published: PolicyVersion) -> None:
    with pytest.raises(PolicyRefused, match="published already"):
        publish(published, actor=None, now=NOW)


def test_publishing_is_recorded_with_its_hash(published: PolicyVersion, vendor: Organization) -> None:
    event = Event.objects.get(kind="policy.published")
    assert event.organization == vendor
    assert published.content_hash in event.payload


def test_a_warning_after_the_due_instant_is_refused(policy: Policy) -> None:
    draft = draft_version(policy, number=1, targets=LINES, now=NOW)
    PolicyVersion.objects.filter(pk=draft.pk).update(warning_shares=[50, 100])
    with pytest.raises(PolicyRefused, match="1 to 99 percent"):
        publish(draft, actor=None, now=NOW)


def test_a_calendar_with_the_same_hours_is_the_same_version(vendor: Organization) -> None:
    first = create_calendar(
        key="berlin", timezone="Europe/Berlin", weekly=WEEK, holidays=["2026-05-01"], now=NOW
    )
    again = create_calendar(
        key="berlin", timezone="Europe/Berlin", weekly=WEEK, holidays={"2026-05-01": ""}, now=NOW
    )
    other = create_calendar(key="berlin", timezone="Europe/Berlin", weekly=WEEK, now=NOW)
    assert first == again
    assert (other.version, other.name) == (2, "berlin")
    # A file read twice meets both of its lines again.
    assert (
        create_calendar(key="berlin", timezone="Europe/Berlin", weekly=WEEK, holidays=["2026-05-01"], now=NOW)
        == first
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"timezone": "Mars/Olympus"}, "IANA time zone"),
        ({"weekly": {}}, "open hours"),
        ({"weekly": {"mon": [["17:00", "09:00"]]}}, "opens? before"),
        ({"weekly": {"someday": []}}, "someday"),
    ],
)
def test_a_calendar_that_never_opens_or_cannot_be_read_is_refused(
    vendor: Organization, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(PolicyRefused, match=sentence):
        create_calendar(**{"key": "x", "timezone": "UTC", "weekly": WEEK, "now": NOW, **change})
    assert not BusinessCalendar.objects.filter(key="x").exists()


def test_hours_that_nobody_relies_on_can_be_changed(vendor: Organization, ada: Membership) -> None:
    calendar = create_calendar(key="x", timezone="UTC", weekly=WEEK, now=NOW)
    changed: dict[str, Any] = {
        "timezone": "UTC",
        "weekly": {"mon": [["09:00", "10:00"]]},
        "holidays": {},
        "special": {},
        "name": "X",
    }
    change_calendar(calendar, **changed, now=NOW, actor=ada)
    calendar.refresh_from_db()
    assert list(calendar.weekly) == ["mon"]


def test_hours_of_an_agreement_are_refused_a_change(acme: Organization) -> None:
    used = BusinessCalendar.objects.get(key="acme")
    with pytest.raises(PolicyRefused, match="used by an agreement"):
        change_calendar(
            used, timezone="UTC", weekly=WEEK, holidays={}, special={}, name="x", now=NOW, actor=None
        )


def test_signing_ends_the_open_agreement_where_the_new_one_begins(
    acme: Organization, published: PolicyVersion
) -> None:
    later = NOW + timedelta(days=30)
    new = sign(acme, published, effective_from=later)
    old = Agreement.objects.get(organization=acme, effective_from=BEGIN)
    assert old.effective_to == later
    assert agreement_for(organization=acme, at=later - timedelta(microseconds=1)) == old
    assert agreement_for(organization=acme, at=later) == new


def test_an_overlapping_agreement_is_refused_and_names_the_other(
    acme: Organization, published: PolicyVersion
) -> None:
    sign(acme, published, effective_from=NOW, effective_to=NOW + timedelta(days=10))
    before = list(Agreement.objects.values())
    events = Event.objects.count()
    with pytest.raises(
        PolicyRefused, match="already has an agreement from 2026-03-02 08:00 UTC to 2026-03-12"
    ):
        sign(acme, published, effective_from=NOW + timedelta(days=5))
    assert list(Agreement.objects.values()) == before
    assert Event.objects.count() == events


def test_a_refused_signature_leaves_the_earlier_agreement_open(
    globex: Organization, published: PolicyVersion
) -> None:
    sign(globex, published, effective_from=NOW + timedelta(days=20), effective_to=NOW + timedelta(days=30))
    with pytest.raises(PolicyRefused):
        sign(globex, published, effective_from=NOW + timedelta(days=10))
    assert Agreement.objects.filter(organization=globex).count() == 2


def test_no_one_signs_back_over_issues_that_were_judged_otherwise(
    acme: Organization, published: PolicyVersion, report: Any, bob: Membership
) -> None:
    report(bob)
    with pytest.raises(PolicyRefused, match="issues were already reported"):
        sign(acme, published, effective_from=NOW - timedelta(days=1))
    assert Agreement.objects.get(organization=acme).effective_to is None


def test_the_vendor_signs_with_no_one_but_clients(vendor: Organization, published: PolicyVersion) -> None:
    with pytest.raises(PolicyRefused, match="is the vendor"):
        sign(vendor, published)


def test_a_draft_cannot_be_signed(acme: Organization, published: PolicyVersion) -> None:
    draft = draft_next(published.policy, actor=None, now=NOW)
    with pytest.raises(PolicyRefused, match="is a draft"):
        sign(acme, draft)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"timezone": "Berlin"}, "“Berlin” is not a time zone"),
        ({"effective_from": datetime(2026, 5, 1)}, "with its time zone"),  # noqa: DTZ001 - a naive one is the point
        ({"effective_to": NOW}, "ends after it begins"),
        ({"signed_by_client": " "}, "Name the person of each party"),
    ],
)
def test_terms_that_cannot_be_read_are_refused(
    acme: Organization, published: PolicyVersion, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(PolicyRefused, match=sentence):
        sign(acme, published, **change)
    assert Agreement.objects.get(organization=acme).effective_to is None


def test_a_manager_signs_for_their_own_organization_only(
    acme: Organization, published: PolicyVersion, alice: Membership, charlie: Membership, bob: Membership
) -> None:
    for stranger in (charlie, bob):
        with pytest.raises(NotAllowed):
            sign(acme, published, actor=stranger)
    assert sign(acme, published, actor=alice).organization == acme


def test_an_agreement_ends_in_the_future_only(acme: Organization, vera: Membership) -> None:
    agreement = Agreement.objects.get(organization=acme)
    with pytest.raises(PolicyRefused, match="cannot be taken back for the past"):
        end_agreement(agreement, at=NOW - timedelta(days=1), actor=vera, now=NOW)
    with pytest.raises(PolicyRefused, match="ends after it begins"):
        end_agreement(agreement, at=BEGIN, actor=vera, now=BEGIN)
    end_agreement(agreement, at=NOW + timedelta(days=1), actor=vera, now=NOW)
    assert Agreement.objects.get(pk=agreement.pk).effective_to == NOW + timedelta(days=1)
    with pytest.raises(PolicyRefused, match="This agreement ended on"):
        end_agreement(agreement, at=NOW + timedelta(days=3), actor=vera, now=NOW + timedelta(days=2))


def test_signing_tells_the_ledger_which_terms_were_signed(
    acme: Organization, published: PolicyVersion
) -> None:
    agreement = sign(acme, published, effective_from=NOW + timedelta(days=1))
    signed = Event.objects.get(kind="agreement.signed")
    assert signed.organization == acme
    assert published.content_hash in signed.payload
    assert "Alice" not in signed.payload
    assert f'"agreement":{agreement.pk}' in signed.payload
    assert Event.objects.filter(kind="agreement.ended", organization=acme).count() == 1
