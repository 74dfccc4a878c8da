"""Asking: after a confirmed issue one question, each quarter the stakeholders of both parties (spec §7).

Sweeps: whatever is due and not asked yet is asked, whichever process comes first; a second one finds it done.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party, Role
from slaportal.feedback import links, questions
from slaportal.feedback.models import SurveyEdition, SurveyKind, SurveyRequest, SurveyResponse, SurveyTurn
from slaportal.feedback.models.surveys import BETWEEN, EDITABLE, OPEN_FOR
from slaportal.issues.models import Issue, IssueState
from slaportal.lib import quarters
from slaportal.lib.refusal import Refused
from slaportal.lib.wording import neutral
from slaportal.notifications import services as notifications
from slaportal.policies.models import Agreement

FRESH: Final = timedelta(days=2)  # later than that nobody remembers what the question is about
STAKEHOLDERS: Final = {
    Party.CLIENT: (Role.CLIENT_MANAGER, Role.CLIENT_REPORTER, Role.CLIENT_AUDITOR),
    Party.VENDOR: (Role.VENDOR_LEAD, Role.SENIOR_MANAGEMENT),
}


def edition_in_force(kind: str, *, now: datetime) -> SurveyEdition:
    """Return the questions that are asked now; the first edition is the portal's own."""
    newest = SurveyEdition.objects.filter(kind=kind).order_by("-number")
    found = newest.first()
    if found is not None:
        return found
    SurveyEdition.objects.bulk_create(
        [SurveyEdition(kind=kind, number=1, questions=questions.STANDARD[kind], made_at=now)],
        ignore_conflicts=True,
    )
    return newest.get()


@transaction.atomic
def make_edition(
    *, kind: str, asked: list[dict[str, Any]], actor: Membership | None, now: datetime
) -> SurveyEdition:
    """Put new questions in force; requests that are out keep theirs.

    Raises `NotAllowed`, or `Refused` for questions that nobody could answer.
    """
    if actor is not None:
        permissions.require(actor, "survey.edit")
    try:
        questions.read(asked)
    except questions.QuestionError as error:
        raise Refused(str(error)) from error
    number = edition_in_force(kind, now=now).number + 1
    return SurveyEdition.objects.create(kind=kind, number=number, questions=asked, made_at=now, made_by=actor)


def ask_about_issues(*, now: datetime, batch: int = 100) -> int:
    """Ask about issues confirmed in the last two days; return how many were asked about or passed over.

    Withdrawn issues and duplicates are never confirmed, so nobody is asked about them.
    """
    due = (
        Issue.objects.filter(
            confirmed_at__gt=now - FRESH,
            confirmed_at__lte=now,
            state__in=[IssueState.CONFIRMED, IssueState.CLOSED],
            survey_request__isnull=True,
        )
        .select_related("agreement__policy_version", "agreement__calendar", "organization")
        .select_related("reported_by__user", "on_behalf_of__user")
        .order_by("confirmed_at", "pk")[:batch]
    )
    return sum(ask_about_issue(issue, now=now) for issue in due)


def ask_about_issue(issue: Issue, *, now: datetime) -> bool:
    """Ask whoever reported `issue` for the client, unless they were asked in the last 14 days; False if it was done."""
    member = _person_of(issue)
    request = SurveyRequest(
        kind=SurveyKind.ISSUE,
        edition=edition_in_force(SurveyKind.ISSUE, now=now),
        agreement=issue.agreement,
        issue=issue,
        member=member,
        party=Party.CLIENT,
        level=issue.level,
        quarter=quarters.quarter_of(now, issue.agreement.timezone),
        asked_at=now,
        closes_at=now + OPEN_FOR,
    )
    with transaction.atomic():
        if member is None:
            request.skipped = SurveyRequest.Skipped.NOBODY
        elif not _take_turn(member, now=now):
            request.skipped = SurveyRequest.Skipped.RECENTLY
        try:
            with transaction.atomic():
                request.save(force_insert=True)
        except IntegrityError:
            transaction.set_rollback(True)  # Another process asked; the person's turn is theirs.
            return False
        if member is not None and not request.skipped:
            _tell(request, member, now=now)
    return True


def ask_stakeholders(*, now: datetime, batch: int = 100) -> int:
    """Ask the stakeholders of each agreement about the quarter that ended last; return how many were asked.

    Asked for four weeks after its end: whoever was asked something in the last 14 days is asked when they are over.
    """
    asked = 0
    for agreement in _agreements(now):
        quarter = quarters.before(quarters.quarter_of(now, agreement.timezone))
        ended = quarters.bounds(quarter, agreement.timezone)[1]
        if now >= ended + OPEN_FOR or not _binds(agreement, ended - timedelta(microseconds=1)):
            continue
        for member in _stakeholders(agreement, quarter, now=now)[: batch - asked]:
            asked += ask_stakeholder(agreement, quarter, member, now=now)
    return asked


def ask_stakeholder(agreement: Agreement, quarter: str, member: Membership, *, now: datetime) -> bool:
    """Ask `member` about `quarter` under `agreement`; False if it was done, or something else was asked meanwhile."""
    request = SurveyRequest(
        kind=SurveyKind.STAKEHOLDER,
        edition=edition_in_force(SurveyKind.STAKEHOLDER, now=now),
        agreement=agreement,
        member=member,
        party=member.party,
        quarter=quarter,
        asked_at=now,
        closes_at=now + OPEN_FOR,
    )
    try:
        with transaction.atomic():
            if not _take_turn(member, now=now):
                return False
            request.save(force_insert=True)
            _tell(request, member, now=now)
    except IntegrityError:
        return False
    return True


@transaction.atomic
def forget(*, now: datetime) -> int:
    """Cut what was answered about the agreement from who did, once nothing can be changed; erase comments in time.

    How long comments are kept stands in the policy version (`survey_retention_days`); numbers stay.
    """
    fixed = SurveyResponse.objects.filter(
        kind=SurveyKind.STAKEHOLDER, request__isnull=False, answered_at__lt=now - EDITABLE
    )
    forgotten = fixed.update(request=None)
    periods = Agreement.objects.filter(survey_responses__isnull=False).values_list(
        "pk", "policy_version__survey_retention_days"
    )
    for agreement, days in periods.distinct():
        old = SurveyResponse.objects.filter(agreement=agreement, answered_at__lt=now - timedelta(days=days))
        forgotten += old.exclude(comment="").update(comment="")
    return forgotten


def _person_of(issue: Issue) -> Membership | None:
    for member in (issue.on_behalf_of, issue.reported_by):
        if member is not None and member.party == Party.CLIENT and member.active and member.user.is_active:
            return member
    return None


def _take_turn(member: Membership, *, now: datetime) -> bool:
    """Claim the one question that `member` may be asked in 14 days."""
    turns = SurveyTurn.objects.filter(member=member)
    if turns.filter(asked_at__lte=now - BETWEEN).update(asked_at=now):
        return True
    made = SurveyTurn(member=member, asked_at=now)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _agreements(now: datetime) -> list[Agreement]:
    recent = now - OPEN_FOR - timedelta(days=1)
    found = Agreement.objects.filter(effective_from__lt=now).filter(
        Q(effective_to__isnull=True) | Q(effective_to__gt=recent)
    )
    return list(found.select_related("organization", "policy_version").order_by("pk"))


def _binds(agreement: Agreement, instant: datetime) -> bool:
    return agreement.effective_from <= instant and (
        agreement.effective_to is None or instant < agreement.effective_to
    )


def _stakeholders(agreement: Agreement, quarter: str, *, now: datetime) -> list[Membership]:
    """Return who has a stake and was asked neither about this quarter nor anything in the last 14 days.

    Of the client managers, reporters and auditors; of the vendor leads, senior management and who was given its issues.
    """
    asked = SurveyRequest.objects.filter(
        kind=SurveyKind.STAKEHOLDER, agreement=agreement, quarter=quarter, member__isnull=False
    )
    begins, ends = quarters.bounds(quarter, agreement.timezone)
    worked = Issue.objects.filter(organization=agreement.organization_id, submitted_at__lt=ends).filter(
        Q(confirmed_at__isnull=True) | Q(confirmed_at__gte=begins)
    )
    return list(
        Membership.objects.filter(active=True, user__is_active=True)
        .filter(
            Q(organization=agreement.organization_id, role__in=STAKEHOLDERS[Party.CLIENT])
            | Q(party=Party.VENDOR, role__in=STAKEHOLDERS[Party.VENDOR])
            | Q(party=Party.VENDOR, pk__in=worked.values("assigned_to"))
        )
        .exclude(survey_turn__asked_at__gt=now - BETWEEN)
        .exclude(pk__in=asked.values("member"))
        .select_related("user", "organization")
        .order_by("pk")
    )


def _tell(request: SurveyRequest, member: Membership, *, now: datetime) -> None:
    """Send the question with its answers as links: opening one selects it, nothing more."""
    asked = questions.read(request.edition.questions)
    first = next(one for one in asked if one.numbers and not one.optional)
    choices = [
        {"label": _label(first, number), "path": links.path_for(request.pk, answer=number)}
        for number in first.numbers
    ]
    context: dict[str, Any] = {
        "organization": request.agreement.organization.name,
        "question": first.text,
        "choices": choices,
        "quarter": request.quarter,
        "answer_by": request.closes_at,
        "url": links.path_for(request.pk),
    }
    if request.issue is not None:
        context |= {
            "reference": request.issue.reference,
            "title": request.issue.title,
            "level": neutral(request.issue.get_level_display),
        }
    notifications.enqueue(
        "survey-issue" if request.issue else "survey-stakeholder",
        cause=f"survey:{request.pk}",
        to=[member.user],
        context=context,
        subject_reference=request.issue.reference if request.issue else "",
        now=now,
        demo=member.user.demo,
    )


def _label(question: questions.Question, number: int) -> str:
    return questions.SATISFACTION[number - 1] if question.kind == "scale" else str(number)
