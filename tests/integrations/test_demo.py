"""The demo world: in every state, once, removable without a trace (users want to try before they trust)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from slaportal.accounts.models import Membership, Organization, User
from slaportal.escalations.models import Escalation, SlaException
from slaportal.escalations.services import watch
from slaportal.feedback.models import PostMortem
from slaportal.feedback.selectors import overdue_postmortems
from slaportal.integrations.demo.world import generate
from slaportal.integrations.histories import lines
from slaportal.integrations.models import LoadedLine
from slaportal.integrations.services import PASSWORD, load_demo, remove_demo
from slaportal.issues.models import Comment, Issue, Obligation, Pause
from slaportal.issues.services import work
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from slaportal.policies.models import PolicyVersion
from slaportal.policies.services import load_standard
from slaportal.reports.services import audits, status_reports
from tests.world import World, fresh

pytestmark = pytest.mark.django_db

Reporter = Callable[..., Issue]
NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def make_demo() -> None:
    load_demo(seed=3, now=NOW, vendor_name="Protecto", issues=41)


def demo_rows() -> dict[str, int]:
    """Rows marked as demo by table, those without any left out."""
    found = {}
    for model in apps.get_models():
        try:
            model._meta.get_field("demo")
        except FieldDoesNotExist:
            continue
        count = model._base_manager.filter(demo=True).count()
        if count:
            found[model.__name__] = count
    return found


def test_the_demo_has_every_state_and_goes_without_a_trace() -> None:
    make_demo()
    states = set(Issue.objects.values_list("state", flat=True))
    assert {"open", "waiting", "resolved", "confirmed", "closed", "withdrawn"} <= states
    standing = set(Issue.objects.values_list("classification", flat=True))
    assert standing == {"proposed", "countered", "disputed", "agreed"}
    stages = set(Issue.objects.live().values_list("stage", flat=True))
    assert stages == {"investigating", "cause_found", "fixing", "verifying", "resolved"}
    clocks = set(Obligation.objects.values_list("metric", "state"))
    assert {("response", "breaching"), ("response", "breached"), ("resolution", "breaching")} <= clocks
    assert {("resolution", "running"), ("resolution", "met"), ("resolution", "breached")} <= clocks
    assert Obligation.objects.filter(provisional=True, state="breaching", outcome="").exists()
    assert Pause.objects.filter(contest="open").exists()
    assert Issue.objects.filter(resolved_at=None, obligations__cycle__gt=1).exists()
    assert {"open", "acknowledged"} <= set(Escalation.objects.values_list("status", flat=True))
    soon = Obligation.objects.filter(state="running", due_at__lt=NOW + timedelta(hours=4))
    assert {"high", "critical"} <= set(soon.values_list("level", flat=True))
    assert {"requested", "approved", "accepted"} <= set(SlaException.objects.values_list("status", flat=True))
    written = set(PostMortem.objects.values_list("state", flat=True))
    assert {"draft", "published", "waived"} <= written
    assert overdue_postmortems(now=NOW).exists()
    remove_demo()
    assert demo_rows() == {}
    for model in (Issue, Obligation, Comment, Message, Membership, LoadedLine, Escalation):
        assert not model._base_manager.exists(), model
    # The vendor and the standard agreement are real and stay, and so do their events.
    assert not Event.objects.exclude(kind__startswith="policy.").exists()
    assert Organization.objects.get().name == "Protecto"
    assert PolicyVersion.objects.get().published


def test_removing_the_demo_leaves_the_real_world_as_it_was(world: World, report: Reporter) -> None:
    report(world.bob)
    load_standard(now=NOW - timedelta(days=300))
    while watch(now=NOW):
        continue
    # Reports and audits of the past, too, come by themselves whether or not somebody loads a demo.
    while status_reports.sweep(now=NOW) or audits.sweep(now=NOW):
        continue
    kinds = (Event, User, Issue, Membership, Obligation, Escalation, Organization)
    before = [kind._base_manager.count() for kind in kinds]
    make_demo()
    assert Issue.objects.filter(demo=True).count() > 40
    remove_demo()
    assert demo_rows() == {}
    assert [kind._base_manager.count() for kind in kinds] == before


def test_the_demo_does_not_backdate_what_happens_to_real_issues(world: World, report: Reporter) -> None:
    """Bob's issue waited while nobody watched; that is noticed now, not at its due instant."""
    issue = report(world.bob)
    make_demo()
    late = Obligation.objects.get(issue=issue, metric="response")
    assert late.breached_at is not None
    assert late.breached_at < NOW - timedelta(days=90)
    assert late.detected_at == NOW


def test_real_data_that_names_demo_people_is_not_taken_along(world: World, report: Reporter) -> None:
    issue = report(world.bob)
    make_demo()
    agent = Membership.objects.get(user__email="sofia@protecto.example")
    work.comment(issue=fresh(issue), body="I am from the demo.", actor=agent, now=NOW)
    with pytest.raises(Refused, match="Real data refers to the demo"):
        remove_demo()
    assert Issue.objects.filter(demo=True).exists()


def test_a_demo_that_is_there_is_not_made_again() -> None:
    Organization.objects.create(name="Trial", party="client", demo=True)
    with pytest.raises(CommandError, match="is there already"):
        call_command("load_demo", "--quiet")


@override_settings(SETTINGS_MODULE="config.settings.prod")
def test_production_gets_no_demo_unless_forced() -> None:
    with pytest.raises(CommandError, match="This is production"):
        call_command("load_demo", "--quiet")


def test_only_the_last_day_of_the_demo_sends_messages_and_its_people_can_sign_in() -> None:
    make_demo()
    messages = Message.objects.all()
    assert messages.exists()
    assert all(NOW - timedelta(hours=24) <= message.created_at <= NOW for message in messages)
    assert all(message.demo for message in messages)
    said = StringIO()
    call_command("demo_people", stdout=said)
    assert "lena@northwind.example" in said.getvalue()
    assert said.getvalue().rstrip().endswith(PASSWORD)
    assert Client().login(username="lena@northwind.example", password=PASSWORD)


def test_without_a_demo_nobody_is_listed() -> None:
    said = StringIO()
    call_command("demo_people", stdout=said)
    call_command("remove_demo", stdout=said)
    assert said.getvalue() == "There is no demo world.\n"


def test_removing_needs_a_yes() -> None:
    Organization.objects.create(name="Trial", party="client", demo=True)
    with pytest.raises(CommandError, match="Say --yes"):
        call_command("remove_demo")
    call_command("remove_demo", "--yes", stdout=StringIO())
    assert not Organization.objects.exists()


def test_the_same_seed_and_instant_give_the_same_world() -> None:
    once = generate(seed=5, now=NOW, vendor_name="Protecto", issues=60)
    assert once == generate(seed=5, now=NOW, vendor_name="Protecto", issues=60)
    assert once != generate(seed=6, now=NOW, vendor_name="Protecto", issues=60)


@pytest.mark.parametrize("seed", range(5))
def test_three_hundred_issues_have_titles_of_their_own(seed: int) -> None:
    found = lines.read(generate(seed=seed, now=NOW + timedelta(days=17 * seed), vendor_name="Protecto"))
    titles = [line.data["title"] for line in found if line.act == "submit"]
    assert len(titles) >= 300
    assert len(set(titles)) == len(titles)
    assert not [title for title in titles if "{" in title]
