"""Reporting an issue on the page: the suggestion, the level, who, and that nothing is lost or doubled."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from slaportal.accounts.models import Membership, Organization
from slaportal.issues.models import Issue
from slaportal.policies.models import Agreement, PolicyVersion
from slaportal.policies.standard import IMPACT_TABLE
from tests.world import BEGIN, HOUR, MONDAY, World, make_client, make_member, make_policy

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
URL = "/issues/new"
NOW = MONDAY + HOUR
LOW = {"impact_stopped": "nothing", "impact_affected": "one", "impact_carry_on": "yes", "impact_data": "no"}
CRITICAL = {
    "impact_stopped": "everything",
    "impact_affected": "all",
    "impact_carry_on": "no",
    "impact_data": "not_sure",
}


@pytest.fixture(autouse=True)
def _at_ten() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ivan(world: World) -> Membership:
    """A manager of a client whose agreement has the four questions."""
    version = make_policy(key="with-questions")
    # The rows are sealed by a trigger once published, so the questions are put in by the next edition.
    draft = PolicyVersion.objects.create(policy=version.policy, number=2, impact_table=IMPACT_TABLE)
    for target in version.targets.all():
        target.pk, target.version = None, draft
        target.save(force_insert=True)
    for definition in version.definitions.all():
        definition.pk, definition.version = None, draft
        definition.save(force_insert=True)
    draft.status, draft.published_at, draft.content_hash = "published", BEGIN, f"{draft.pk:064d}"
    draft.save()
    return make_member("Ivan", make_client("Initech", "Europe/London", draft), "client_manager")


# What nobody types.
TEN_MEGABYTES = "Every second call. " * (10 * 2**20 // 19)


def typed(**more: object) -> dict[str, object]:
    return {
        "submission_key": str(uuid4()),
        "title": "Tokens come back empty",
        "description": "Every second call.",
        "level": "suggested",
        **more,
    }


def test_the_answers_suggest_the_level(ivan: Membership, client_for: SignIn) -> None:
    response = client_for(ivan).post(URL, typed(**CRITICAL))
    issue = Issue.objects.get()
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("issues:detail", args=[issue.reference])
    assert (issue.level, issue.provisional, issue.answers["data"]) == ("critical", True, "not_sure")


def test_another_level_than_suggested_needs_a_reason_and_the_text_stays(
    ivan: Membership, client_for: SignIn
) -> None:
    response = client_for(ivan).post(URL, typed(**LOW, level="critical"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "Your answers suggest Low" in page
    assert "Every second call." in page
    assert 'href="#id_reason"' in page
    assert not Issue.objects.exists()


def test_another_level_with_a_reason_is_taken_and_the_reason_kept(
    ivan: Membership, client_for: SignIn
) -> None:
    client_for(ivan).post(URL, typed(**LOW, level="high", reason="Our regulator waits for it."))
    proposal = Issue.objects.get().proposals.get()
    assert (proposal.level, proposal.reason) == ("high", "Our regulator waits for it.")


def test_a_question_without_an_answer_is_named(ivan: Membership, client_for: SignIn) -> None:
    answers = {key: value for key, value in LOW.items() if key != "impact_data"}
    response = client_for(ivan).post(URL, typed(**answers))
    assert response.status_code == 422
    assert 'href="#id_impact_data"' in response.content.decode()


def test_the_same_form_twice_makes_one_issue_and_leads_to_it(world: World, client_for: SignIn) -> None:
    client, form = client_for(world.bob), typed(level="high")
    first, second = client.post(URL, form), client.post(URL, form)
    assert Issue.objects.count() == 1
    assert first.headers["Location"] == second.headers["Location"]


def test_the_form_shows_words_targets_and_due_instants_in_the_zone_of_the_reader(
    world: World, client_for: SignIn
) -> None:
    page = client_for(world.bob).get(URL).content.decode()
    assert "What critical means" in page
    assert "A high example" in page
    assert "&lt; 6 hours" in page
    assert "16:00 CET" in page  # 10:00 in Berlin and six hours


def test_closed_support_is_announced_with_its_next_opening(world: World, client_for: SignIn) -> None:
    with time_machine.travel(datetime(2026, 3, 7, 12, tzinfo=UTC), tick=False):
        page = client_for(world.bob).get(URL).content.decode()
    assert "Support is closed now" in page
    assert "Mon 9 Mar, 09:00 CET" in page


def test_open_support_is_not_announced(world: World, client_for: SignIn) -> None:
    assert "Support is closed now" not in client_for(world.bob).get(URL).content.decode()


def test_without_an_agreement_there_is_a_page_that_says_so(world: World, client_for: SignIn) -> None:
    nobody = Organization.objects.create(name="Hooli", party="client")
    member = make_member("Gavin", nobody, "client_manager")
    page = client_for(member).get(URL).content.decode()
    assert "has no agreement in force" in page
    assert "<textarea" not in page
    assert client_for(member).post(URL, typed(level="high")).status_code == 200
    assert not Issue.objects.exists()


def test_colleagues_can_be_affected_and_follow_but_strangers_cannot(world: World, client_for: SignIn) -> None:
    client = client_for(world.alice)
    client.post(URL, typed(level="low", on_behalf_of=world.bob.pk, watchers=[world.bob.pk]))
    issue = Issue.objects.get()
    assert issue.on_behalf_of == world.bob
    assert list(issue.watchers.all()) == [world.bob]
    refused = client.post(URL, typed(level="low", on_behalf_of=world.charlie.pk))
    assert refused.status_code == 422
    assert client.post(URL, typed(level="low", watchers=[world.charlie.pk])).status_code == 422
    assert Issue.objects.count() == 1


def test_the_vendor_chooses_the_client_first(world: World, client_for: SignIn) -> None:
    client = client_for(world.sam)
    assert "Which client is it for?" in client.get(URL).content.decode()
    client.post(f"{URL}?organization={world.acme.pk}", typed(level="high", on_behalf_of=world.bob.pk))
    issue = Issue.objects.get()
    assert (issue.organization, issue.reported_by, issue.awaiting_level_from) == (
        world.acme,
        world.sam,
        "client",
    )


@pytest.mark.parametrize("chosen", ["vendor", "unknown", "words"])
def test_the_vendor_cannot_choose_what_is_no_client(world: World, client_for: SignIn, chosen: str) -> None:
    key = {"vendor": str(world.vendor.pk), "unknown": "999999", "words": "acme"}[chosen]
    assert client_for(world.sam).get(f"{URL}?organization={key}").status_code == 404


def test_a_client_cannot_report_for_another_organization(world: World, client_for: SignIn) -> None:
    client_for(world.bob).post(f"{URL}?organization={world.globex.pk}", typed(level="low"))
    assert Issue.objects.get().organization == world.acme


def test_senior_management_does_not_report_issues(world: World, client_for: SignIn) -> None:
    assert client_for(world.vera).get(URL).status_code == 403


def test_environment_and_contact_are_not_typed_twice(world: World, client_for: SignIn) -> None:
    client = client_for(world.bob)
    client.post(URL, typed(level="low", environment="production", contact="Bob, ext. 12"))
    page = client.get(URL).content.decode()
    assert 'value="production"' in page
    assert 'value="Bob, ext. 12"' in page


def test_a_draft_is_forgotten_only_once_the_issue_is_there(world: World, client_for: SignIn) -> None:
    client = client_for(world.bob)
    refused = client.post(URL, typed(level="low", title=""))
    assert "data-draft-done" not in refused.content.decode()
    done = client.post(URL, typed(level="low"), follow=True)
    assert 'data-draft-done="issue-new"' in done.content.decode()


def test_the_agreement_at_the_moment_of_reporting_counts(world: World, client_for: SignIn) -> None:
    Agreement.objects.filter(organization=world.acme).update(effective_to=MONDAY)
    assert "has no agreement in force" in client_for(world.bob).get(URL).content.decode()


def test_ten_megabytes_come_back_with_a_sentence_and_nothing_is_saved(
    client_for: SignIn, alice: Membership
) -> None:
    answer = client_for(alice).post(URL, typed(level="low", description=TEN_MEGABYTES))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "at most 50000 characters" in page
    assert TEN_MEGABYTES.strip() in page
    assert not Issue.objects.exists()
