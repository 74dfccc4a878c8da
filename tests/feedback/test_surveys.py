"""One question after each confirmed issue: asked rarely, answered by a signed link, never by opening it (spec §7)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.feedback import links
from slaportal.feedback.models import FollowUp, SurveyEdition, SurveyRequest, SurveyResponse
from slaportal.feedback.questions import STANDARD
from slaportal.feedback.services import answer_survey, ask_about_issues, finish_follow_up, make_edition
from slaportal.issues.models import Issue
from slaportal.issues.services import ending
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from tests.feedback.asking import DAY, asked, confirmed, path
from tests.world import HOUR, MONDAY, World, fresh

pytestmark = pytest.mark.django_db
Reporter = Callable[..., Issue]
ASKED_AT = MONDAY + HOUR * 4


def test_the_reporter_is_asked_once_after_the_confirmation(world: World) -> None:
    issue = confirmed(world)
    assert ask_about_issues(now=ASKED_AT) == 1
    assert ask_about_issues(now=ASKED_AT + HOUR) == 0
    request = SurveyRequest.objects.get()
    assert (request.issue, request.member, request.quarter) == (issue, world.bob, "2026-Q1")
    message = Message.objects.get(kind="survey-issue")
    assert message.recipient == world.bob.user
    assert [one["path"] for one in message.context["choices"]] == [
        path(request, answer=number) for number in range(1, 6)
    ]


def test_nobody_is_asked_before_the_confirmation_nor_days_after_it(world: World) -> None:
    confirmed(world)
    assert ask_about_issues(now=MONDAY + HOUR * 2) == 0
    assert ask_about_issues(now=MONDAY + DAY * 4) == 0


def test_nobody_is_asked_about_a_withdrawn_issue_or_a_duplicate(world: World, report: Reporter) -> None:
    one, other = report(world.bob), report(world.bob, title="The same")
    ending.duplicate(issue=fresh(other), of=fresh(one), actor=world.sam, now=MONDAY + HOUR)
    ending.withdraw(issue=fresh(one), reason="Our mistake.", actor=world.bob, now=MONDAY + HOUR * 2)
    assert ask_about_issues(now=ASKED_AT) == 0


@pytest.mark.parametrize(("days", "skipped"), [(13, "recently"), (14, "")])
def test_a_person_is_asked_at_most_once_in_fourteen_days(world: World, days: int, skipped: str) -> None:
    asked(world)
    later = asked(world, at=MONDAY + DAY * days)
    assert later.skipped == skipped
    assert Message.objects.filter(kind="survey-issue").count() == (1 if skipped else 2)


def test_another_person_is_asked_on_the_same_day(world: World) -> None:
    asked(world)
    assert asked(world, by=world.alice, at=MONDAY + HOUR).skipped == ""


def test_opening_any_link_of_the_mail_leaves_no_vote(world: World, client: Client) -> None:
    request = asked(world)
    with time_machine.travel(ASKED_AT + HOUR, tick=False):
        for answer in (None, 1, 2, 3, 4, 5, 9):
            for method in (client.get, client.head):
                assert method(path(request, answer=answer)).status_code == 200
    assert not SurveyResponse.objects.exists()


def test_a_link_selects_its_answer_and_a_press_on_send_gives_it(world: World, client: Client) -> None:
    request = asked(world)
    with time_machine.travel(ASKED_AT + HOUR, tick=False):
        page = client.get(path(request, answer=4)).content.decode()
        assert 'value="4" data-kind="scale" required id="id_score_3" checked' in page
        assert page.count("checked") == 1
        sent = client.post(path(request, answer=4), {"score": "5", "effort": "6", "comment": " Fast. "})
        assert sent.status_code == 302
        assert "Thank you" in client.get(sent.headers["Location"]).content.decode()
    response = SurveyResponse.objects.get()
    assert response.answers == {"score": 5, "effort": 6}
    assert (response.comment, response.level, response.party) == ("Fast.", "medium", "client")
    event = Event.objects.get(kind="survey.answered")
    assert (event.subject, event.audience, event.actor) == (request.issue.reference, "vendor", world.bob)  # type: ignore[union-attr]


def test_an_answer_can_be_changed_for_seven_days_and_not_after(world: World) -> None:
    request = asked(world)
    answer_survey(request=request, answers={"score": 3}, now=ASKED_AT + DAY)
    last = ASKED_AT + DAY * 8 - timedelta(microseconds=1)
    answer_survey(request=request, answers={"score": 4}, comment="Better.", now=last)
    with pytest.raises(Refused, match="seven days"):
        answer_survey(request=request, answers={"score": 5}, now=ASKED_AT + DAY * 8)
    response = SurveyResponse.objects.get()
    assert (response.answers, response.answered_at, response.changed_at) == (
        {"score": 4},
        ASKED_AT + DAY,
        last,
    )


def test_a_question_closes_after_four_weeks(world: World) -> None:
    request = asked(world)
    with pytest.raises(Refused, match="closed"):
        answer_survey(request=request, answers={"score": 5}, now=ASKED_AT + DAY * 28)
    answer_survey(request=request, answers={"score": 5}, now=ASKED_AT + DAY * 28 - timedelta(microseconds=1))


@pytest.mark.parametrize(
    "answers", [{}, {"effort": 3}, {"score": 0}, {"score": 6}, {"score": 5, "effort": 8}]
)
def test_only_what_was_offered_is_an_answer(world: World, answers: dict[str, int]) -> None:
    with pytest.raises(Refused):
        answer_survey(request=asked(world), answers=answers, now=ASKED_AT)
    assert not SurveyResponse.objects.exists()


def test_no_changed_byte_of_a_link_opens_a_survey(world: World, client: Client) -> None:
    request = asked(world)
    token = path(request).rpartition("/")[2]
    for place, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        bent = token[:place] + other + token[place + 1 :]
        # The last letter of base 64 carries bits that mean nothing.
        assert links.read(bent) is None or place in (token.index(":") - 1, len(token) - 1)
    assert client.get("/survey/nonsense").status_code == 410


def test_a_low_answer_is_a_task_for_the_next_working_day(world: World) -> None:
    request = asked(world)
    answer_survey(request=request, answers={"score": 2}, comment="Took too long.", now=ASKED_AT)
    follow_up = FollowUp.objects.get()
    # Monday 13:00 in Berlin, office hours 9 to 17: half a day left, and half of Tuesday.
    assert follow_up.due_at == ASKED_AT + DAY
    told = {message.recipient for message in Message.objects.filter(kind="survey-low")}
    assert told == {world.lena.user}
    answer_survey(request=request, answers={"score": 1}, now=ASKED_AT + HOUR)
    assert FollowUp.objects.count() == 1


def test_three_of_five_is_no_task(world: World) -> None:
    answer_survey(request=asked(world), answers={"score": 3}, now=ASKED_AT)
    assert not FollowUp.objects.exists()


def test_a_follow_up_is_done_once_with_what_came_of_it(world: World) -> None:
    answer_survey(request=asked(world), answers={"score": 1}, now=ASKED_AT)
    follow_up = FollowUp.objects.get()
    with pytest.raises(permissions.NotAllowed):
        finish_follow_up(follow_up=follow_up, outcome="x", actor=world.alice, now=ASKED_AT)
    with pytest.raises(Refused):
        finish_follow_up(follow_up=follow_up, outcome=" ", actor=world.lena, now=ASKED_AT)
    finish_follow_up(follow_up=follow_up, outcome="Called Bob.", actor=world.lena, now=ASKED_AT)
    with pytest.raises(Refused, match="already"):
        finish_follow_up(follow_up=follow_up, outcome="Again.", actor=world.vera, now=ASKED_AT)
    assert Event.objects.filter(kind="survey.followed_up").count() == 1


def test_new_questions_are_a_new_edition_and_old_requests_keep_theirs(world: World) -> None:
    request = asked(world)
    changed = [{**one, "text": "Were you happy?"} for one in STANDARD["issue"]]
    edition = make_edition(kind="issue", asked=changed, actor=world.lena, now=ASKED_AT)
    assert (edition.number, request.edition.number) == (2, 1)
    assert asked(world, by=world.alice, at=MONDAY + HOUR).edition == edition
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyEdition.objects.filter(pk=edition.pk).update(number=9)


def test_the_pages_of_follow_ups_are_the_vendors(
    world: World, client_for: Callable[[Membership], Client]
) -> None:
    answer_survey(request=asked(world), answers={"score": 1}, comment="Slow.", now=ASKED_AT)
    page = client_for(world.lena).get("/follow-ups")
    assert "Slow." in page.content.decode()
    assert client_for(world.alice).get("/follow-ups").status_code == 403
    pk = FollowUp.objects.get().pk
    assert client_for(world.lena).post(f"/follow-ups/{pk}/done", {"outcome": ""}).status_code == 422
    assert client_for(world.lena).post(f"/follow-ups/{pk}/done", {"outcome": "Called."}).status_code == 302
    assert "Called." in client_for(world.lena).get("/follow-ups").content.decode()
