"""Answering a survey by its link, changing the answer for seven days, and following up a low one (spec §7)."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party, Role
from slaportal.feedback import questions
from slaportal.feedback.models import FollowUp, SurveyRequest, SurveyResponse
from slaportal.issues.services import periods
from slaportal.ledger import services as ledger
from slaportal.ledger.models import Audience
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy
from slaportal.lib.wording import neutral
from slaportal.notifications import services as notifications


@transaction.atomic
def answer_survey(
    *, request: SurveyRequest, answers: dict[str, int], comment: str = "", now: datetime
) -> SurveyResponse:
    """Keep what the person behind the link answered; a second answer replaces the first for seven days.

    Raises `Refused` for a request that is closed, an answer that cannot be changed any more, or one that is none.
    """
    given = _checked(request, answers)
    response = SurveyResponse.objects.filter(request=request).first()
    if response is None:
        # Answered without an answer to be found: it was cut from its person, and nobody answers twice.
        if now >= request.closes_at or request.skipped or request.answered:
            raise Refused(_("This survey is closed."))
        response = _keep(request, given, tidy(comment), now=now)
    else:
        if now >= response.editable_until:
            raise Refused(_("This answer cannot be changed any more: seven days are over."))
        response.answers, response.comment, response.changed_at = given, tidy(comment), now
        response.save(update_fields=["answers", "comment", "changed_at"])
    _record(request, response, now=now)
    if request.issue is not None and given.get("score", questions.LOW + 1) <= questions.LOW:
        _follow_up(response, now=now)
    return response


@transaction.atomic
def finish_follow_up(*, follow_up: FollowUp, outcome: str, actor: Membership, now: datetime) -> None:
    """Say what came of getting in touch. Raises `NotAllowed`, or `Refused` if it is done or nothing is said."""
    permissions.require(actor, "survey.follow_up", organization_id=follow_up.organization_id)
    outcome = tidy(outcome)
    if not outcome:
        raise Refused(_("Say what came of it."))
    done = FollowUp.objects.filter(pk=follow_up.pk, done_at__isnull=True).update(
        done_at=now, done_by=actor, outcome=outcome
    )
    if not done:
        raise Refused(_("Somebody has done this already."))
    follow_up.refresh_from_db()
    issue = follow_up.response.issue
    ledger.append(
        "survey.followed_up",
        organization=follow_up.organization,
        subject=issue.reference if issue else "",
        actor=actor,
        at=now,
        audience=Audience.VENDOR,
        data={"follow_up": follow_up.pk},
        texts={"reason": outcome},
    )


def _checked(request: SurveyRequest, answers: dict[str, int]) -> dict[str, int]:
    """Return the numbers that the edition asks for. Raises `Refused` for one that is missing or was not offered."""
    found = {}
    for question in questions.read(request.edition.questions):
        if question.key in answers:
            if not questions.check(question, answers[question.key]):
                raise Refused(
                    _("“%(answer)s” was not among the answers.") % {"answer": answers[question.key]}
                )
            found[question.key] = answers[question.key]
        elif question.numbers and not question.optional:
            raise Refused(_("Choose one of the answers."))
    return found


def _keep(request: SurveyRequest, given: dict[str, int], comment: str, *, now: datetime) -> SurveyResponse:
    response = SurveyResponse(
        request=request,
        kind=request.kind,
        edition=request.edition,
        agreement=request.agreement,
        issue=request.issue,
        party=request.party,
        level=request.level,
        quarter=request.quarter,
        asked_at=request.asked_at,
        answers=given,
        comment=comment,
        answered_at=now,
        changed_at=now,
    )
    try:
        with transaction.atomic():
            response.save(force_insert=True)
            SurveyRequest.objects.filter(pk=request.pk).update(answered=True)
    except IntegrityError as error:
        raise Refused(
            _("This was sent twice; the first answer is kept. Open the link again to change it.")
        ) from error
    return response


def _record(request: SurveyRequest, response: SurveyResponse, *, now: datetime) -> None:
    """Note that it was answered: an issue's with its score, for the vendor; about the agreement without who and what."""
    about_issue = request.issue is not None
    ledger.append(
        "survey.answered",
        organization=request.agreement.organization,
        subject=request.issue.reference if request.issue else "",
        actor=request.member if about_issue else None,
        at=now,
        audience=Audience.VENDOR if about_issue else Audience.BOTH,
        data={"survey": request.pk, "score": response.answers["score"]}
        if about_issue
        else {"quarter": request.quarter, "party": request.party},
    )


def _follow_up(response: SurveyResponse, *, now: datetime) -> None:
    """Open the task that a low answer is, once, and tell the vendor's leads and whoever had the issue."""
    issue = response.issue
    assert issue is not None
    found, made = FollowUp.objects.get_or_create(
        response=response,
        defaults={
            "organization": issue.organization,
            "opened_at": now,
            "due_at": periods.business_days_after(issue, 1, start=now),
        },
    )
    if not made:
        return
    leads = Membership.objects.filter(party=Party.VENDOR, role=Role.VENDOR_LEAD, active=True)
    people = {one.user_id: one.user for one in leads.select_related("user")}
    if issue.assigned_to is not None and issue.assigned_to.active:
        people[issue.assigned_to.user_id] = issue.assigned_to.user
    notifications.enqueue(
        "survey-low",
        cause=f"follow-up:{found.pk}",
        to=people.values(),
        context={
            "reference": issue.reference,
            "title": issue.title,
            "organization": issue.organization.name,
            "level": neutral(issue.get_level_display),
            "score": response.answers["score"],
            "text": response.comment,
            "due_at": found.due_at,
            "url": "/follow-ups",
        },
        subject_reference=issue.reference,
        now=now,
        demo=issue.demo,
    )
