"""The staff's day in the admin: from the queue to a resolved issue without leaving it."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from slaportal.issues.models import Issue
from tests.e2e.conftest import SignIn, act
from tests.world import World, fresh, report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def desk_of(issue: Issue) -> str:
    """Return the address of the staff's page of `issue`."""
    return f"/admin/issues/issue/{issue.pk}/change/"


def press(page: Page, name: str, **typed: str) -> None:
    """Do one act on the staff's page: unfold its form if it has one, type, press its button."""
    form = page.locator(f"form[action$='/act/{name}/']")
    fold = page.locator("details:not([open])").filter(has=form)
    if fold.count():
        fold.locator("summary").click()
    for field, value in typed.items():
        given = form.locator(f"[name='{name}-{field}']")
        if form.locator(f"select[name='{name}-{field}']").count():
            given.select_option(value)
        else:
            given.fill(value)
    form.locator("button").click()


def test_staff_agree_answer_work_and_resolve_from_the_queue_on(people: World, signed_in: SignIn) -> None:
    issue = report(people.alice, level="high", at=datetime.now(UTC), title="Policies are not applied")
    sam = signed_in(people.sam, at="/admin/")
    expect(sam.get_by_text("Needs you now")).to_be_visible()
    sam.locator(".front__now").click()
    expect(sam).to_have_url(re.compile(re.escape(desk_of(issue))))

    press(sam, "take")
    expect(sam.get_by_text("The issue is yours.")).to_be_visible()
    press(sam, "agree")
    expect(sam.get_by_text("High is in force.")).to_be_visible()
    press(sam, "comment", body="We can see it in **your** logs too.")
    expect(sam.get_by_text("wrote – the first response")).to_be_visible()
    press(sam, "note", body="Their policy file is from the old editor.")
    expect(sam.get_by_text("noted, for us only")).to_be_visible()
    press(sam, "progress", stage="fixing", percent="60")
    expect(sam.get_by_text(re.compile("fixing 60 %"))).to_be_visible()

    alice = signed_in(people.alice, at=f"/issues/{issue.reference}")
    expect(alice.get_by_text("We can see it in your logs too.")).to_be_visible()
    expect(alice.get_by_text("Fixing").first).to_be_visible()
    expect(alice.get_by_text("Their policy file is from the old editor.")).to_have_count(0)

    press(sam, "resolve", note="4.2.1 reads files of the old editor.")
    expect(sam.get_by_text("Resolved. The client confirms or rejects now.")).to_be_visible()
    alice.reload()
    act(alice, "confirm")
    sam.reload()
    expect(sam.get_by_text("Nothing: this issue has come to its end.")).to_be_visible()


def test_staff_who_come_second_keep_what_they_typed(people: World, signed_in: SignIn) -> None:
    issue = report(people.alice, at=datetime.now(UTC))
    sam = signed_in(people.sam, at=desk_of(issue))
    sam.locator("[name='comment-body']").fill("Sam’s long explanation")
    lena = signed_in(people.lena, at=desk_of(issue))
    press(lena, "comment", body="Lena was first.")
    expect(lena.get_by_text("wrote – the first response")).to_be_visible()

    press(sam, "comment")
    expect(sam.get_by_text("Lena was first.").first).to_be_visible()
    expect(sam.locator("[name='comment-body']")).to_have_value("Sam’s long explanation")
    press(sam, "comment")
    expect(sam.get_by_text("Sam’s long explanation").first).to_be_visible()
    assert [one.body for one in fresh(issue).comments.order_by("pk")] == [
        "Lena was first.",
        "Sam’s long explanation",
    ]


def test_the_queue_is_worked_by_keys_and_in_bulk_with_a_preview(people: World, signed_in: SignIn) -> None:
    now = datetime.now(UTC)
    issues = [report(people.alice, at=now, level=level) for level in ("low", "critical", "medium")]
    lena = signed_in(people.lena, at="/admin/issues/issue/?queue=all")
    rows = lena.locator("#result_list tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("Critical")  # the next deadline first
    lena.keyboard.press("j")
    lena.keyboard.press("x")
    lena.keyboard.press("j")
    lena.keyboard.press("x")
    expect(lena.locator("#result_list input.action-select:checked")).to_have_count(2)
    lena.locator("select[name=action]").first.select_option("assign_to")
    lena.get_by_role("button", name=re.compile("^(Run|Go)")).first.click()
    expect(lena.get_by_text("This would change 2 issues. Nothing is changed yet.")).to_be_visible()
    lena.get_by_label("New owner").select_option(str(people.sam.pk))
    lena.locator("form[action*='/bulk/'] button").click()
    expect(lena.get_by_text("2 issues changed.")).to_be_visible()
    assert sum(fresh(issue).assigned_to == people.sam for issue in issues) == 2
