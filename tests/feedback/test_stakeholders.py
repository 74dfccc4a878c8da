"""Each quarter both parties are asked about the agreement; nobody is shown who answered what (spec §7)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from slaportal.accounts.models import Membership
from slaportal.feedback.models import SurveyRequest, SurveyResponse
from slaportal.feedback.selectors import satisfaction
from slaportal.feedback.selectors.surveys import Figure, Promoters, rounds
from slaportal.feedback.services import answer_survey, ask_stakeholders, forget
from slaportal.ledger.models import Event
from slaportal.lib import quarters
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from tests.feedback.asking import DAY, asked
from tests.world import MONDAY, World, make_member

pytestmark = pytest.mark.django_db
# The second quarter begins at midnight in Berlin, two hours before it does in UTC.
QUARTER_ENDS = datetime(2026, 3, 31, 22, tzinfo=UTC)
FULL = dict.fromkeys(("response", "resolution", "classification", "communication", "reports"), 4)


def requests(organization: str) -> list[SurveyRequest]:
    return list(
        SurveyRequest.objects.filter(kind="stakeholder", agreement__organization__name=organization).order_by(
            "pk"
        )
    )


def test_both_parties_are_asked_when_the_quarter_ends_in_their_zone(world: World) -> None:
    assert ask_stakeholders(now=QUARTER_ENDS - timedelta(microseconds=1)) == 0
    ask_stakeholders(now=QUARTER_ENDS)
    found = requests("Acme")
    assert {one.member for one in found} == {world.alice, world.bob, world.lena, world.vera}
    assert {one.quarter for one in found} == {"2026-Q1"}
    # In New York it is still March.
    assert not requests("Globex")


def test_a_person_with_two_agreements_is_asked_about_the_second_two_weeks_later(world: World) -> None:
    ask_stakeholders(now=QUARTER_ENDS)
    ask_stakeholders(now=QUARTER_ENDS + DAY)
    assert {one.member for one in requests("Globex")} == {world.charlie}
    ask_stakeholders(now=QUARTER_ENDS + DAY * 14)
    assert {one.member for one in requests("Globex")} == {world.charlie, world.lena, world.vera}
    assert len(requests("Acme")) == 4
    assert ask_stakeholders(now=QUARTER_ENDS + DAY * 27) == 0


def test_whoever_was_asked_about_an_issue_is_asked_when_two_weeks_are_over(world: World) -> None:
    asked(world, at=QUARTER_ENDS - DAY)
    ask_stakeholders(now=QUARTER_ENDS)
    assert world.bob not in {one.member for one in requests("Acme")}
    ask_stakeholders(now=QUARTER_ENDS + DAY * 14)
    assert world.bob in {one.member for one in requests("Acme")}


def test_a_survey_that_was_missed_for_four_weeks_is_not_sent(world: World) -> None:
    assert ask_stakeholders(now=QUARTER_ENDS + DAY * 29) == 0


def test_running_the_sweep_twice_asks_nobody_twice(world: World) -> None:
    ask_stakeholders(now=QUARTER_ENDS)
    ask_stakeholders(now=QUARTER_ENDS)
    assert Message.objects.filter(kind="survey-stakeholder").count() == 4


def test_an_answer_is_cut_from_its_person_after_seven_days_and_nobody_answers_twice(world: World) -> None:
    ask_stakeholders(now=QUARTER_ENDS)
    request = requests("Acme")[0]
    answer_survey(request=request, answers={**FULL, "recommend": 9}, comment="Go on.", now=QUARTER_ENDS)
    assert forget(now=QUARTER_ENDS + DAY * 7) == 0
    assert forget(now=QUARTER_ENDS + DAY * 8) == 1
    assert SurveyResponse.objects.get().request is None
    request.refresh_from_db()
    with pytest.raises(Refused, match="closed"):
        answer_survey(request=request, answers={**FULL, "recommend": 0}, now=QUARTER_ENDS + DAY * 8)
    event = Event.objects.get(kind="survey.answered")
    assert event.actor is None
    assert '"recommend"' not in event.payload


def test_comments_are_erased_when_their_time_is_over(world: World) -> None:
    ask_stakeholders(now=QUARTER_ENDS)
    answer_survey(request=requests("Acme")[0], answers={"recommend": 9}, comment="Go on.", now=QUARTER_ENDS)
    forget(now=QUARTER_ENDS + DAY * 730)
    assert SurveyResponse.objects.get().comment == "Go on."
    forget(now=QUARTER_ENDS + DAY * 731)
    response = SurveyResponse.objects.get()
    assert (response.comment, response.answers) == ("", {"recommend": 9})


def answered_by(world: World, people: int) -> None:
    """Let `people` of acme answer, each a little less willing to recommend: 10, 9, 8, …"""
    for number in range(people - 2):
        make_member(f"Extra{number}", world.acme, "client_reporter")
    ask_stakeholders(now=QUARTER_ENDS)
    clients = [one for one in requests("Acme") if one.party == "client"]
    for number, request in enumerate(clients[:people]):
        given = {"response": 5 - number, "recommend": 10 - number}
        answer_survey(request=request, answers=given, comment=f"Word {number}", now=QUARTER_ENDS)


def test_four_answers_are_not_shown_and_five_are(world: World) -> None:
    answered_by(world, 4)
    four = rounds(world.alice)[0]
    assert (four.promoters[0].score, four.questions[0][1].share, four.comments) == (None, None, [])
    assert four.answered["client"] == 4


def test_five_answers_have_their_figures_and_comments_without_names(world: World) -> None:
    answered_by(world, 5)
    five = rounds(world.alice)[0]
    # 10, 9 promote; 8, 7 neither; 6 does not. Satisfied with the response: 5 and 4.
    assert five.promoters[0] == Promoters(5, 2, 1)
    assert five.promoters[0].score == pytest.approx(20)
    assert five.questions[0][1] == Figure(5, 5, 2)
    assert len(five.comments) == 5
    assert five.promoters[1].score is None


def test_the_interval_of_the_net_promoter_score_is_that_of_the_textbook() -> None:
    # n = 30, 50 % against 20 %: 30 ± 28, from users' own tables.
    low, high = Promoters(30, 15, 6).interval or (0, 0)
    assert (round(low), round(high)) == (2, 58)


def test_satisfaction_of_a_period_counts_by_the_day_of_the_question(world: World) -> None:
    for number in range(6):
        by = make_member(f"Reporter{number}", world.acme, "client_reporter")
        request = asked(world, by=by, level="high" if number < 5 else "low")
        if number != 1:
            score = 5 if number < 4 else 2
            answer_survey(request=request, answers={"score": score}, now=MONDAY + DAY * 20)
    found = satisfaction(world.acme, begins=MONDAY, ends=MONDAY + DAY)
    assert found.total == Figure(6, 5, 3)
    assert found.by_level["high"] == Figure(5, 4, 3)
    assert (found.by_level["high"].share, found.total.share) == (None, 0.6)
    assert found.total.response_rate == 5 / 6
    low, high = found.total.interval or (0, 0)
    assert (round(100 * low, 1), round(100 * high, 1)) == (23.1, 88.2)
    assert satisfaction(world.globex, begins=MONDAY, ends=MONDAY + DAY).total == Figure()
    assert satisfaction(None, begins=MONDAY + DAY, ends=MONDAY + DAY * 30).total == Figure()


def test_the_page_of_results_shows_each_client_its_own(
    world: World, client_for: Callable[[Membership], Client]
) -> None:
    answered_by(world, 5)
    asked(world, at=MONDAY)
    page = client_for(world.alice).get("/satisfaction").content.decode()
    assert "2026-Q1" in page
    assert "+20" in page
    assert "Word 3" in page
    stranger = client_for(world.charlie).get("/satisfaction").content.decode()
    assert "Word 3" not in stranger
    assert client_for(world.bob).get("/satisfaction").status_code == 403
    assert "Word 3" in client_for(world.vera).get("/satisfaction").content.decode()


@pytest.mark.parametrize(
    ("instant", "zone", "quarter"),
    [
        (datetime(2026, 3, 31, 21, 59, tzinfo=UTC), "Europe/Berlin", "2026-Q1"),
        (datetime(2026, 3, 31, 22, 0, tzinfo=UTC), "Europe/Berlin", "2026-Q2"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "Europe/Berlin", "2027-Q1"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "America/New_York", "2026-Q4"),
    ],
)
def test_a_quarter_is_that_of_the_zone(instant: datetime, zone: str, quarter: str) -> None:
    assert quarters.quarter_of(instant, zone) == quarter
    begins, ends = quarters.bounds(quarter, zone)
    assert begins <= instant < ends
    assert quarters.quarter_of(begins - timedelta(microseconds=1), zone) == quarters.before(quarter)
