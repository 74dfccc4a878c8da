"""A step of the matrix never goes to a person who is away; a deputy gets it instead (spec §5)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from slaportal.accounts.models import Membership, User
from slaportal.accounts.permissions import NotAllowed
from slaportal.accounts.services import stand_in
from slaportal.escalations.models import Absence, Escalation
from slaportal.escalations.selectors import receivers
from slaportal.escalations.services import end_absence, enter_absence, watch
from slaportal.issues.models import Issue
from slaportal.issues.services import classification, work
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from tests.world import HOUR, MONDAY, World, fresh, make_member, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
WEEK = timedelta(days=7)
URL = "/escalations/absences"


def away(
    member: Membership,
    *,
    deputy: Membership | None = None,
    begins: datetime = MONDAY,
    ends: datetime = MONDAY + WEEK,
    actor: Membership | None = None,
) -> Absence:
    return enter_absence(
        member=member, begins_at=begins, ends_at=ends, deputy=deputy, actor=actor or member, now=MONDAY
    )


def names(people: list[User]) -> list[str]:
    return [one.name for one in people]


def agreed(world: World) -> Issue:
    issue = report(world.bob, level="critical")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    work.comment(issue=fresh(issue), body="On it.", actor=world.sam, now=MONDAY)
    return fresh(issue)


def test_the_deputy_is_told_instead_of_a_manager_who_is_away(world: World) -> None:
    issue = agreed(world)
    away(world.vera, deputy=world.lena)
    watch(now=MONDAY + 24 * HOUR)
    told = Message.objects.filter(kind="escalation-step")
    assert [one.recipient for one in told] == [world.lena.user]
    assert list(Escalation.objects.get(issue=issue, step__kind="breach").told.all()) == [world.lena.user]


def test_an_absence_holds_from_its_first_instant_and_not_at_its_last(world: World) -> None:
    issue = agreed(world)
    away(world.vera, deputy=world.lena, begins=MONDAY + HOUR, ends=MONDAY + 2 * HOUR)

    def reached(now: datetime) -> list[str]:
        return names(receivers(issue, "senior_management", now=now))

    tick = timedelta(microseconds=1)
    assert reached(MONDAY + HOUR - tick) == ["Vera"]
    assert reached(MONDAY + HOUR) == ["Lena"]
    assert reached(MONDAY + 2 * HOUR - tick) == ["Lena"]
    assert reached(MONDAY + 2 * HOUR) == ["Vera"]


def test_a_deputy_who_is_away_too_passes_it_on(world: World) -> None:
    issue = agreed(world)
    away(world.lena, deputy=world.sam)
    away(world.vera, deputy=world.lena)
    assert names(receivers(issue, "senior_management", now=MONDAY)) == ["Sam"]


def test_two_who_stand_in_for_each_other_and_are_both_away_reach_the_next_role(world: World) -> None:
    issue = agreed(world)
    away(world.lena, deputy=world.vera)
    away(world.vera, deputy=world.lena)
    assert names(receivers(issue, "senior_management", now=MONDAY)) == ["Ada"]


def test_without_a_deputy_others_of_the_role_are_told(world: World) -> None:
    issue = agreed(world)
    make_member("Max", world.vendor, "senior_management")
    away(world.vera)
    assert names(receivers(issue, "senior_management", now=MONDAY)) == ["Max"]


def test_without_anybody_of_the_role_the_next_in_line_is_told(world: World) -> None:
    issue = agreed(world)
    away(world.vera)
    assert names(receivers(issue, "senior_management", now=MONDAY)) == ["Lena"]


def test_an_assignee_who_is_away_is_not_asked(world: World) -> None:
    issue = agreed(world)
    work.assign(issue=fresh(issue), to=world.sam, actor=world.lena, now=MONDAY)
    other = make_member("Tom", world.vendor, "vendor_agent")
    away(world.sam)
    assert names(receivers(fresh(issue), "vendor_agent", now=MONDAY)) == [other.user.name]


def test_an_absence_that_leaves_nobody_is_refused(world: World) -> None:
    for member in (world.lena, world.sam, world.ada):
        away(member, actor=world.lena)
    with pytest.raises(Refused, match="nobody would be left"):
        away(world.vera)
    assert not world.vera.absences.exists()


def test_a_deputy_of_the_past_week_is_no_one_left_either(world: World) -> None:
    for member in (world.lena, world.sam, world.ada):
        away(member, actor=world.lena, ends=MONDAY + 2 * WEEK)
    with pytest.raises(Refused, match="nobody would be left"):
        away(world.vera, deputy=world.lena, begins=MONDAY + WEEK, ends=MONDAY + 3 * WEEK)


def test_people_enter_their_own_and_leads_enter_others(world: World) -> None:
    with pytest.raises(NotAllowed):
        away(world.vera, actor=world.sam)
    away(world.sam, actor=world.sam)
    away(world.vera, actor=world.lena)
    assert Event.objects.filter(kind="absence.entered").count() == 2


def test_a_client_enters_no_absence(world: World) -> None:
    with pytest.raises(NotAllowed):
        away(world.alice, actor=world.alice)


def test_an_administrator_cannot_be_a_deputy(world: World) -> None:
    with pytest.raises(Refused, match="cannot acknowledge"):
        away(world.vera, deputy=world.ada)


def test_a_second_absence_in_the_same_time_is_refused(world: World) -> None:
    away(world.vera)
    with pytest.raises(Refused, match="away in a part of this time"):
        away(world.vera, begins=MONDAY + timedelta(days=6), ends=MONDAY + 2 * WEEK)


def test_whoever_is_back_early_is_told_again(world: World) -> None:
    issue = agreed(world)
    absence = away(world.vera, deputy=world.lena)
    end_absence(absence=absence, actor=world.vera, now=MONDAY + HOUR)
    assert names(receivers(issue, "senior_management", now=MONDAY + HOUR)) == ["Vera"]
    with pytest.raises(Refused, match="over already"):
        end_absence(absence=absence, actor=world.vera, now=MONDAY + 2 * HOUR)


def test_nobody_is_their_own_deputy(world: World) -> None:
    with pytest.raises(IntegrityError, match="absence_deputy_is_another"), transaction.atomic():
        Absence.objects.create(
            member=world.vera,
            deputy=world.vera,
            begins_at=MONDAY,
            ends_at=MONDAY + HOUR,
            entered_by=world.vera,
            entered_at=MONDAY,
        )


def test_one_enters_and_ends_an_absence_on_the_page(world: World, client_for: SignIn) -> None:
    client = client_for(world.sam)
    given = {
        "member": world.sam.pk,
        "begins_at": "2090-03-02T09:00",
        "ends_at": "2090-03-09T09:00",
        "deputy": world.lena.pk,
    }
    assert client.post(URL, given).status_code == 302
    page = client.get(URL).content.decode()
    assert "Lena" in page
    absence = Absence.objects.get()
    assert absence.member == world.sam
    assert client.post(f"{URL}/{absence.pk}/end").status_code == 302
    assert not Absence.objects.exists()


def test_an_agent_is_offered_nobody_else(world: World, client_for: SignIn) -> None:
    given = {"member": world.vera.pk, "begins_at": "2090-03-02T09:00", "ends_at": "2090-03-09T09:00"}
    assert client_for(world.sam).post(URL, given).status_code == 422
    assert client_for(world.lena).post(URL, given).status_code == 302


def test_clients_do_not_see_who_is_away(world: World, client_for: SignIn) -> None:
    assert client_for(world.alice).get(URL).status_code == 403


def send_mail_to(person: Membership, other: Membership, *, until: datetime) -> None:
    stand_in(person=person.user, to=other.user, until=until, now=MONDAY)


def test_redirected_mail_never_leads_to_a_person_who_is_away(world: World) -> None:
    send_mail_to(world.vera, world.lena, until=MONDAY + 90 * HOUR)
    away(world.lena)
    issue = agreed(world)
    watch(now=MONDAY + 24 * HOUR)
    told = Message.objects.get(kind="escalation-step", subject_reference=issue.reference)
    assert (told.recipient, told.way, told.redirected_to) == (world.vera.user, "mail", None)


def test_nobody_redirects_to_a_person_who_is_away(world: World) -> None:
    away(world.lena)
    with pytest.raises(Refused, match="Lena is away now"):
        send_mail_to(world.vera, world.lena, until=MONDAY + 90 * HOUR)


def test_who_gets_the_mail_of_an_absent_person_is_their_deputy_where_none_was_named(world: World) -> None:
    send_mail_to(world.vera, world.sam, until=MONDAY + 90 * HOUR)
    away(world.vera)
    assert receivers(agreed(world), "senior_management", now=MONDAY + 24 * HOUR) == [world.sam.user]


def test_a_named_deputy_comes_before_a_redirection(world: World) -> None:
    send_mail_to(world.vera, world.sam, until=MONDAY + 90 * HOUR)
    away(world.vera, deputy=world.lena)
    assert receivers(agreed(world), "senior_management", now=MONDAY + 24 * HOUR) == [world.lena.user]
