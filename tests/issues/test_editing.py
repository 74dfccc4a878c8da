"""Both parties agree to a level for exactly one text (spec §3, invariant I11)."""

from collections.abc import Callable

import pytest
from django.test import Client

from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.issues.services import acts, classification, editing
from slaportal.ledger.models import EventText
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from tests.world import MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db
NEW = {"title": "Only the export fails", "description": "Since 10:00 the export alone."}


def test_the_reporter_edits_until_the_level_is_agreed(world: World) -> None:
    issue = report(world.bob)
    editing.edit(issue=fresh(issue), **NEW, actor=world.bob, now=MONDAY)
    assert fresh(issue).title == "Only the export fails"
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    with pytest.raises(Refused, match="was agreed for this text"):
        editing.edit(issue=fresh(issue), title="A", description="B", actor=world.bob, now=MONDAY)


def test_a_yes_to_the_old_text_is_refused(world: World) -> None:
    issue = report(world.bob)
    seen_by_sam = fresh(issue)
    editing.edit(issue=fresh(issue), **NEW, actor=world.bob, now=MONDAY)
    with pytest.raises(acts.Conflict):
        classification.agree(issue=seen_by_sam, actor=world.sam, now=MONDAY)
    assert fresh(issue).provisional


def test_the_text_before_stays_in_the_history(world: World) -> None:
    issue = report(world.bob)
    editing.edit(issue=fresh(issue), **NEW, actor=world.bob, now=MONDAY)
    assert EventText.objects.get(name="title_before").text == "Tokens come back empty"


def test_the_vendor_hears_of_the_new_text_and_cannot_write_it(world: World) -> None:
    issue = report(world.bob)
    with pytest.raises(NotAllowed):
        editing.edit(issue=fresh(issue), **NEW, actor=world.sam, now=MONDAY)
    editing.edit(issue=fresh(issue), **NEW, actor=world.alice, now=MONDAY)
    assert Message.objects.filter(kind="issue-edited", recipient=world.sam.user).exists()


@pytest.mark.parametrize("change", [{"title": " "}, {"description": ""}, {}])
def test_an_edit_that_changes_nothing_or_empties_the_report_is_refused(
    world: World, change: dict[str, str]
) -> None:
    issue = report(world.bob)
    same = {"title": issue.title, "description": issue.description}
    with pytest.raises(Refused):
        editing.edit(issue=fresh(issue), **{**same, **change}, actor=world.bob, now=MONDAY)


def test_the_page_offers_editing_to_the_reporter_and_shows_both_texts_to_a_vote_on_the_old_one(
    world: World, client_for: Callable[[Membership], Client]
) -> None:
    issue = report(world.bob)
    address = f"/issues/{issue.reference}"
    assert 'id="act-edit"' in client_for(world.bob).get(address).content.decode()
    sam = client_for(world.sam)
    assert 'id="act-edit"' not in sam.get(address).content.decode()
    seen = fresh(issue)
    editing.edit(issue=fresh(issue), **NEW, actor=world.bob, now=issue.submitted_at)
    vote = {"version": seen.version, "proposal": issue.proposals.get().pk}
    response = sam.post(f"{address}/acts/agree", vote)
    assert response.status_code == 409
    assert fresh(issue).provisional
