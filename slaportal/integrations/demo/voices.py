"""What the people of the demo think: answers after issues, a quarter's survey, suggestions, and a what-if."""

import random
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Final

from slaportal.accounts.models import Membership, Party
from slaportal.feedback import services as feedback
from slaportal.feedback.models import FollowUp, SurveyRequest
from slaportal.issues.models import Issue
from slaportal.lib import quarters
from slaportal.notifications import services as notifications
from slaportal.policies import services as policies
from slaportal.policies import standard
from slaportal.policies.models import Agreement

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SCORES: Final = (5, 5, 5, 5, 4, 4, 4, 4, 3, 2)
WORDS: Final[dict[int, tuple[str, ...]]] = {
    5: ("Quick and to the point.", "", "", "The summary at the end was useful for our own report."),
    4: ("", "", "Good, though we had to ask for the second update.", ""),
    3: ("It works now. We never learned why it broke.", ""),
    2: ("Two days without a word in between.", "We had to explain the same thing to three people."),
}
ROUND_WORDS: Final = (
    "A word every day while a High is open would save us calling.",
    "Agreeing on the level is quicker than last year.",
    "",
    "The monthly report is long; the first page is what we read.",
    "",
    "Two days for the first answer to a Low feel long.",
    "",
)
SUGGESTIONS: Final = (
    (
        "response",
        "Answer Low within one day",
        "Two days are long when somebody only needs a word.",
        "accepted",
    ),
    (
        "communication",
        "A message a day while a High is open",
        "So that nobody has to call to ask.",
        "discussed",
    ),
    ("reports", "Put what changed since last month on the first page", "We read the first page only.", "new"),
    (
        "classification",
        "Let a reporter agree to a lower level",
        "The manager is not always there.",
        "declined",
    ),
)
TIGHTER: Final = {("low", "response"): "1", ("high", "response"): "4"}


def speak(*, seed: int, now: datetime, silent_before: datetime) -> None:
    """Let the people of the demo answer, suggest and look ahead, up to `now`; what is old sends no messages."""
    rng = random.Random(seed)  # noqa: S311 - a demo, not a secret
    agreements = list(Agreement.objects.filter(organization__demo=True).select_related("organization"))
    for at, what in sorted(_questions(agreements, now=now), key=lambda pair: pair[0]):
        with notifications.silenced() if at < silent_before else nullcontext():
            _ask_and_answer(what, at=at, now=now, rng=rng)
    with notifications.silenced():
        _look_ahead(agreements[0], now=now)


def _questions(
    agreements: list[Agreement], *, now: datetime
) -> Iterator[tuple[datetime, Issue | tuple[Agreement, str, Membership]]]:
    """Yield what people are asked and when: after each confirmed issue, and about the quarter that ended last."""
    for issue in Issue.objects.filter(demo=True, confirmed_at__lt=now - HOUR).select_related(
        "agreement__policy_version", "agreement__calendar", "organization", "reported_by__user"
    ):
        assert issue.confirmed_at is not None
        yield issue.confirmed_at + MINUTE, issue
    for agreement in agreements:
        quarter = quarters.before(quarters.quarter_of(now, agreement.timezone))
        ended = quarters.bounds(quarter, agreement.timezone)[1]
        people = Membership.objects.filter(user__demo=True).exclude(role__in=["auditor", "admin"])
        for member in people.select_related("user", "organization"):
            if member.is_vendor or member.organization_id == agreement.organization_id:
                for days in (0, 5, 9, 14, 19, 27):
                    if ended + DAY * days < now:
                        yield ended + DAY * days, (agreement, quarter, member)


def _ask_and_answer(
    what: Issue | tuple[Agreement, str, Membership], *, at: datetime, now: datetime, rng: random.Random
) -> None:
    if isinstance(what, Issue):
        feedback.ask_about_issue(what, now=at)
        request = SurveyRequest.objects.filter(issue=what, skipped="").first()
    elif feedback.ask_stakeholder(*what, now=at):
        agreement, quarter, member = what
        request = SurveyRequest.objects.get(agreement=agreement, quarter=quarter, member=member, issue=None)
    else:
        return
    answered_at = at + HOUR * rng.uniform(0.5, 70)
    if request is None or answered_at >= now or rng.random() > (0.7 if request.issue else 0.9):
        return
    if request.issue:
        score = rng.choice(SCORES)
        given, word = {"score": score, "effort": min(7, score + rng.randint(0, 2))}, rng.choice(WORDS[score])
    else:
        given = {key: rng.choice(SCORES) for key in ("response", "resolution", "classification")}
        given |= {"communication": rng.choice(SCORES), "reports": rng.choice(SCORES)}
        given["recommend"], word = rng.choice((10, 9, 9, 8, 8, 7, 6)), rng.choice(ROUND_WORDS)
    response = feedback.answer_survey(request=request, answers=given, comment=word, now=answered_at)
    follow_up = FollowUp.objects.filter(response=response).first()
    if follow_up is not None and answered_at + DAY < now and rng.random() < 0.7:
        lead = Membership.objects.filter(user__demo=True, role="vendor_lead").earliest("pk")
        outcome = "Called and apologized; the contact gets an update each day from now on."
        feedback.finish_follow_up(
            follow_up=follow_up, outcome=outcome, actor=lead, now=answered_at + HOUR * 5
        )


def _look_ahead(agreement: Agreement, *, now: datetime) -> None:
    """Make suggestions in each state, a draft that one of them led to, and what it would have done."""
    client = agreement.organization
    people = Membership.objects.filter(user__demo=True, active=True)
    reporter = people.filter(organization=client, role="client_reporter").earliest("pk")
    manager = people.filter(organization=client, role="client_manager").earliest("pk")
    lead = people.filter(party=Party.VENDOR, role="vendor_lead").earliest("pk")
    policy = policies.create_policy(
        key=f"demo-{standard.KEY}", name=f"{standard.NAME}, tighter", now=now - DAY * 9, demo=True
    )
    targets = [
        {**one._asdict(), "amount": TIGHTER.get((one.level, one.metric), str(one.amount))}
        for one in standard.PROMISES
    ]
    draft = policies.draft_version(policy, number=1, targets=targets, now=now - DAY * 9)
    for number, (topic, title, text, state) in enumerate(SUGGESTIONS):
        at = now - DAY * (20 - number * 4)
        made = feedback.suggest(
            organization=client,
            topic=topic,
            title=title,
            text=text,
            actor=(reporter, manager)[number % 2],
            now=at,
        )
        if state != "new":
            word = "Thank you. We look at what the last quarter says about it."
            feedback.discuss(suggestion=made, body=word, actor=lead, now=at + HOUR * 3)
        if state in ("accepted", "declined"):
            reason = (
                "Fair, and we met it anyway most of the time. It goes into the next draft."
                if state == "accepted"
                else "The agreement speaks of both parties; a manager can name a stand-in while away."
            )
            feedback.decide(
                suggestion=made, accepted=state == "accepted", reason=reason, actor=lead, now=at + DAY
            )
        if state == "accepted":
            feedback.link_version(suggestion=made, version=draft, actor=lead, now=at + DAY * 2)
    question = feedback.ask_what_if(
        version=draft,
        organization=client,
        begins=now - DAY * 90,
        ends=now - HOUR,
        actor=lead,
        now=now - HOUR / 2,
    )
    feedback.answer_what_if(question, now=now - HOUR / 2)
