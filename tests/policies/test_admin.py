"""The vendor's admin: policies are drafted and published, hours typed as lines, agreements signed and never edited."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slaportal.accounts.models import Membership, Organization, User
from slaportal.ledger.models import Event
from slaportal.policies.models import Agreement, BusinessCalendar, Policy, PolicyVersion
from slaportal.policies.selectors import doubts
from slaportal.policies.services import create_calendar, draft_next, load_standard
from tests import world as worlds
from tests.world import WEEK

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SignIn = Callable[[Membership], Client]
LINES = {
    "name": "Berlin",
    "timezone": "Europe/Berlin",
    "weekly": "Mon–Fri 09:00–12:00, 13:00–17:00",
    "special": "2026-12-24 09:00–12:00",
    "holidays": "2026-12-25 Christmas Day",
}


@pytest.fixture
def published(vendor: Organization) -> PolicyVersion:
    """The standard agreement."""
    return load_standard(now=NOW)


@pytest.fixture
def draft(published: PolicyVersion) -> PolicyVersion:
    """Its next version."""
    return draft_next(published.policy, actor=None, now=NOW)


def change(name: str, pk: int, act: str = "") -> str:
    """The address of one object, or of a button above it."""
    address = reverse(f"admin:{name}_change", args=[pk])
    return address.replace("/change/", f"/{act}/") if act else address


def as_posted(page: Any) -> dict[str, Any]:
    """What a browser would send back for Django's own form, unchanged."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = value if isinstance(value, list) else str(value)
    return data


@pytest.mark.parametrize("role", ["lena", "vera", "ada"])
def test_every_page_opens_for_those_who_look_after_the_agreement(
    world: worlds.World, client_for: SignIn, draft: PolicyVersion, published: PolicyVersion, role: str
) -> None:
    browser = client_for(getattr(world, role))
    for name in ("policy", "policyversion", "businesscalendar", "agreement"):
        assert browser.get(reverse(f"admin:policies_{name}_changelist")).status_code == 200
    calendar, agreement = (
        BusinessCalendar.objects.get(key="acme"),
        Agreement.objects.get(organization=world.acme),
    )
    for address in (
        change("policies_policy", published.policy_id),
        change("policies_policyversion", published.pk),
        change("policies_policyversion", draft.pk),
        change("policies_businesscalendar", calendar.pk),
        change("policies_agreement", agreement.pk),
    ):
        assert browser.get(address).status_code == 200, address


def test_an_agent_reads_and_changes_nothing(
    client_for: SignIn, sam: Membership, draft: PolicyVersion, acme: Organization
) -> None:
    browser = client_for(sam)
    assert browser.get(change("policies_policyversion", draft.pk)).status_code == 200
    agreement, calendar = Agreement.objects.get(organization=acme), BusinessCalendar.objects.get(key="acme")
    for address in (
        reverse("admin:policies_agreement_add"),
        reverse("admin:policies_businesscalendar_add"),
        change("policies_policyversion", draft.pk, "publish"),
        change("policies_agreement", agreement.pk, "end"),
        change("policies_businesscalendar", calendar.pk, "new-version"),
    ):
        assert browser.post(address, LINES).status_code == 403, address
    browser.post(change("policies_policyversion", draft.pk), {"introduction": "Mine"})
    draft.refresh_from_db()
    assert draft.introduction != "Mine"


def test_a_client_never_sees_the_admin(
    client_for: SignIn, alice: Membership, published: PolicyVersion
) -> None:
    assert client_for(alice).get(reverse("admin:policies_policy_changelist")).status_code in {302, 403, 404}


def test_a_draft_is_opened_changed_and_published(
    client_for: SignIn, lena: Membership, vera: Membership, published: PolicyVersion
) -> None:
    browser = client_for(lena)
    browser.post(change("policies_policy", published.policy_id, "draft-next"))
    draft = PolicyVersion.objects.get(number=2)
    page = browser.get(change("policies_policyversion", draft.pk))
    data = {**as_posted(page), "confirmation_days": "7", "warning_shares": "80, 60 %"}
    assert (data["targets-TOTAL_FORMS"], data["definitions-TOTAL_FORMS"]) == ("8", "4")
    data |= {"targets-0-amount": "2.5", "definitions-0-examples": "One thing\n\n Another thing "}
    answer = browser.post(change("policies_policyversion", draft.pk), data)
    assert answer.status_code == 302, answer.context["errors"] if answer.context else ""
    draft.refresh_from_db()
    assert (draft.confirmation_days, draft.warning_shares, draft.pause_parties) == (7, [60, 80], [])
    assert draft.definitions.get(level="low").examples == published.definitions.get(level="low").examples
    assert draft.targets.get(pk=data["targets-0-id"]).amount == Decimal("2.5")
    assert draft.definitions.get(pk=data["definitions-0-id"]).examples == ["One thing", "Another thing"]
    assert draft.targets.count() == 8
    assert Event.objects.filter(kind="policy.draft_changed", actor=lena).count() == 1
    boss = client_for(vera)
    publish = change("policies_policyversion", draft.pk, "publish")
    assert "never changes" in boss.get(publish).content.decode()
    boss.post(publish)
    draft.refresh_from_db()
    assert (draft.published, draft.published_by) == (True, vera)


def test_looking_publishes_and_drafts_nothing(
    client_for: SignIn, vera: Membership, draft: PolicyVersion, lena: Membership
) -> None:
    client_for(vera).get(change("policies_policyversion", draft.pk, "publish"))
    draft.refresh_from_db()
    assert not draft.published
    address = change("policies_policy", draft.policy_id, "draft-next")
    draft.delete()
    assert client_for(lena).get(address).status_code == 200
    assert not PolicyVersion.objects.filter(number=2).exists()


def test_a_draft_with_a_hole_says_what_is_missing(
    client_for: SignIn, vera: Membership, draft: PolicyVersion
) -> None:
    draft.targets.get(level="low", metric="response").delete()
    address = change("policies_policyversion", draft.pk, "publish")
    browser = client_for(vera)
    assert "the response target of low" in browser.get(address).content.decode()
    assert "it lacks the response target of low" in browser.post(address).content.decode()


def test_a_published_version_has_no_field_to_change(
    client_for: SignIn, ada: Membership, published: PolicyVersion
) -> None:
    browser, address = client_for(ada), change("policies_policyversion", published.pk)
    page = browser.get(address)
    assert [fields for _, fields in page.context["adminform"].fieldsets] == [{"fields": ("content",)}]
    assert published.content_hash in page.content.decode()
    assert browser.post(address, {"introduction": "Mine"}).status_code == 403


def test_a_draft_can_be_discarded(client_for: SignIn, ada: Membership, draft: PolicyVersion) -> None:
    client_for(ada).post(reverse("admin:policies_policyversion_delete", args=[draft.pk]), {"post": "yes"})
    assert not PolicyVersion.objects.filter(pk=draft.pk).exists()
    assert Event.objects.filter(kind="policy.draft_discarded").exists()


def test_a_new_policy_begins_with_a_draft(client_for: SignIn, ada: Membership, vendor: Organization) -> None:
    browser, address = client_for(ada), reverse("admin:policies_policy_add")
    browser.post(address, {"name": "Gold", "key": "gold"})
    assert Policy.objects.get(key="gold").versions.get().number == 1
    assert "this key already" in browser.post(address, {"name": "Gold", "key": "gold"}).content.decode()


def test_a_looser_target_at_a_stricter_level_is_doubted_not_refused(draft: PolicyVersion) -> None:
    assert doubts(draft) == []
    draft.targets.filter(level="critical", metric="resolution").update(amount=100)
    draft.targets.filter(level="high", metric="response").update(amount=80)
    assert len(doubts(draft)) == 3


def test_hours_are_typed_as_lines(client_for: SignIn, ada: Membership, vendor: Organization) -> None:
    client_for(ada).post(reverse("admin:policies_businesscalendar_add"), {**LINES, "key": "berlin"})
    made = BusinessCalendar.objects.get(key="berlin")
    assert made.weekly["mon"] == [["09:00", "12:00"], ["13:00", "17:00"]]
    assert made.holidays == {"2026-12-25": "Christmas Day"}
    assert made.special == {"2026-12-24": [["09:00", "12:00"]]}


@pytest.mark.parametrize(
    ("field", "line", "sentence"),
    [
        ("weekly", "Mon-Fri nine to five", "is not like that"),
        ("weekly", "Mon 09:00-09:00", "open before it closes"),
        ("special", "Christmas closed", "Write special days as"),
        ("holidays", "2026-02-30 Never", "is not a day of the calendar"),
        ("timezone", "Berlin", "is not a time zone"),
    ],
)
def test_lines_that_cannot_be_read_stand_beside_their_sentence(
    client_for: SignIn, ada: Membership, vendor: Organization, field: str, line: str, sentence: str
) -> None:
    page = client_for(ada).post(
        reverse("admin:policies_businesscalendar_add"), {**LINES, "key": "berlin", field: line}
    )
    assert sentence in page.content.decode()
    assert line in page.content.decode()
    assert not BusinessCalendar.objects.filter(key="berlin").exists()


def test_a_used_calendar_gets_a_next_version(client_for: SignIn, ada: Membership, acme: Organization) -> None:
    used = BusinessCalendar.objects.get(key="acme")
    browser = client_for(ada)
    assert browser.post(change("policies_businesscalendar", used.pk, "hours"), LINES).status_code == 403
    browser.post(change("policies_businesscalendar", used.pk, "new-version"), LINES)
    assert BusinessCalendar.objects.get(key="acme", version=2).name == "Berlin"
    assert Agreement.objects.get(organization=acme).calendar == used


def test_holidays_are_seen_before_they_are_copied(
    client_for: SignIn, ada: Membership, vendor: Organization
) -> None:
    calendar = create_calendar(key="b", name="B", timezone="Europe/Berlin", weekly=WEEK, now=NOW)
    browser, address = client_for(ada), change("policies_businesscalendar", calendar.pk, "holidays")
    asked = {"country": "DE", "subdivision": "BE", "first_year": "2027", "last_year": "2027"}
    assert "German Unity Day" in browser.post(address, asked).content.decode()
    calendar.refresh_from_db()
    assert calendar.holidays == {}
    browser.post(address, {**asked, "copy": "1"})
    calendar.refresh_from_db()
    assert calendar.holidays["2027-03-08"] == "Women&#x27;s Day".replace("&#x27;", "'")


def test_an_agreement_is_signed_and_then_only_ended(
    client_for: SignIn, vera: Membership, acme: Organization, published: PolicyVersion
) -> None:
    browser, old = client_for(vera), Agreement.objects.get(organization=acme)
    terms = {
        "organization": acme.pk,
        "policy_version": published.pk,
        "timezone": "Europe/Berlin",
        "effective_from": "2099-01-01T00:00",
        "signed_by_client": "Alice",
        "signed_by_vendor": "Vera",
    }
    browser.post(reverse("admin:policies_agreement_add"), terms)
    new = Agreement.objects.get(organization=acme, effective_from=datetime(2098, 12, 31, 23, tzinfo=UTC))
    old.refresh_from_db()
    assert old.effective_to == new.effective_from
    again = browser.post(
        reverse("admin:policies_agreement_add"), {**terms, "effective_to": "2099-02-01T00:00"}
    )
    assert "already has an agreement" in again.content.decode()
    assert browser.post(change("policies_agreement", new.pk), {"timezone": "UTC"}).status_code == 403
    browser.post(change("policies_agreement", new.pk, "end"), {"at": "2099-06-01T00:00"})
    new.refresh_from_db()
    # Midnight in Berlin, whatever the zone of the person who typed it.
    assert new.effective_to == datetime(2099, 5, 31, 22, tzinfo=UTC)
    late = browser.post(change("policies_agreement", new.pk, "end"), {"at": "2020-01-01T00:00"})
    assert "ends after it begins" in late.content.decode()


def test_drafts_cannot_be_chosen_for_signing(
    client_for: SignIn, vera: Membership, draft: PolicyVersion
) -> None:
    page = client_for(vera).get(reverse("admin:policies_agreement_add"))
    offered = page.context["form"].fields["policy_version"].queryset
    assert draft not in offered


def test_the_first_superuser_sets_the_agreement_up(db: None) -> None:
    load_standard(now=NOW)
    browser = Client()
    browser.force_login(User.objects.create_superuser("root@vendor.example", worlds.PASSWORD, name="Root"))
    client = Organization.objects.create(name="First", party="client")
    browser.post(
        reverse("admin:policies_agreement_add"),
        {
            "organization": client.pk,
            "policy_version": PolicyVersion.objects.get().pk,
            "timezone": "UTC",
            "effective_from": "2026-01-01T00:00",
            "signed_by_client": "A",
            "signed_by_vendor": "B",
        },
    )
    assert Agreement.objects.get().calendar is None
    assert browser.get(reverse("admin:policies_agreement_changelist")).status_code == 200


@pytest.mark.parametrize("name", ["policy", "policyversion", "businesscalendar", "agreement"])
def test_longer_lists_ask_no_more_of_the_database(
    client_for: SignIn, ada: Membership, published: PolicyVersion, name: str
) -> None:
    browser, address = client_for(ada), reverse(f"admin:policies_{name}_changelist")
    browser.get(address)
    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    for number in range(8):
        worlds.make_client(f"Client {number}", "UTC", published)
        worlds.make_policy(key=f"more-{number}")
    with CaptureQueriesContext(connection) as many:
        browser.get(address)
    assert len(many) == len(few)
