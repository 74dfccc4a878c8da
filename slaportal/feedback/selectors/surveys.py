"""What surveys say, with how little they may say it: n, response rate, interval; nothing under five answers (spec §7)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from slaportal.accounts.models import Membership, Organization, Party
from slaportal.feedback import links, questions
from slaportal.feedback.models import FollowUp, SurveyKind, SurveyRequest, SurveyResponse
from slaportal.lib.statistics import net_promoter, wilson
from slaportal.policies.reckoning import LEVELS

FEW = 5  # Under so many answers no figure is shown: one person must not be read out of it.
SATISFIED = 4  # of 5, and more


@dataclass(frozen=True, slots=True)
class Figure:
    """The share of satisfied answers (4 and 5 of 5) among `n`, of `asked` people; hidden under five answers."""

    asked: int = 0
    n: int = 0
    satisfied: int = 0

    @property
    def shown(self) -> bool:
        """Whether there are enough answers to print anything but their number."""
        return self.n >= FEW

    @property
    def share(self) -> float | None:
        """From 0 to 1; None while hidden."""
        return self.satisfied / self.n if self.shown else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The Wilson 95 % interval of the share (see lib.statistics); None while hidden."""
        return wilson(self.satisfied, self.n) if self.shown else None

    @property
    def response_rate(self) -> float | None:
        """Answers of those asked, from 0 to 1; None where nobody was asked."""
        return self.n / self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class Promoters:
    """Net promoter score, from -100 to 100: share of 9 and 10 less share of 0 to 6; hidden under five answers."""

    n: int = 0
    promoters: int = 0
    detractors: int = 0

    @property
    def shown(self) -> bool:
        """Whether there are enough answers."""
        return self.n >= FEW

    @property
    def score(self) -> float | None:
        """None while hidden."""
        return 100 * (self.promoters - self.detractors) / self.n if self.shown else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the score (see lib.statistics); None while hidden."""
        return net_promoter(self.promoters, self.detractors, self.n) if self.shown else None


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """What clients said about single issues asked about in a period; `by_level` has the four levels, Critical first."""

    total: Figure
    by_level: dict[str, Figure]


@dataclass(slots=True)
class _Count:
    asked: int = 0
    n: int = 0
    satisfied: int = 0

    def figure(self) -> Figure:
        return Figure(self.asked, self.n, self.satisfied)


def satisfaction(organization: Organization | None, *, begins: datetime, ends: datetime) -> Satisfaction:
    """Return how satisfied clients were with issues about which they were asked in `[begins, ends)`.

    No organization: all clients. The cohort is by the question, so an answer that comes later raises the rate of the
    period in which it was asked, and numerator and denominator are about the same people.
    """
    asked = SurveyRequest.objects.filter(
        kind=SurveyKind.ISSUE, skipped="", asked_at__gte=begins, asked_at__lt=ends
    )
    given = SurveyResponse.objects.filter(kind=SurveyKind.ISSUE, asked_at__gte=begins, asked_at__lt=ends)
    if organization is not None:
        asked = asked.filter(agreement__organization=organization)
        given = given.filter(agreement__organization=organization)
    counts = {level: _Count() for level in LEVELS}
    for level in asked.values_list("level", flat=True):
        counts[level].asked += 1
    for level, answers in given.values_list("level", "answers"):
        counts[level].n += 1
        counts[level].satisfied += answers["score"] >= SATISFIED
    return Satisfaction(_sum(counts.values()), {level: one.figure() for level, one in counts.items()})


@dataclass(frozen=True, slots=True)
class QuarterRow:
    """One quarter of answers about issues: all levels together, and each level, Critical first."""

    quarter: str
    total: Figure
    levels: tuple[Figure, ...]


def by_quarter(member: Membership, *, organization: Organization | None = None) -> list[QuarterRow]:
    """Return quarters with requests that `member` may see, oldest first; of one client if named."""
    asked = SurveyRequest.objects.visible_to(member).filter(kind=SurveyKind.ISSUE, skipped="")
    given = SurveyResponse.objects.visible_to(member).filter(kind=SurveyKind.ISSUE)
    if organization is not None:
        asked = asked.filter(agreement__organization=organization)
        given = given.filter(agreement__organization=organization)
    counts: dict[str, dict[str, _Count]] = defaultdict(lambda: {level: _Count() for level in LEVELS})
    for quarter, level in asked.values_list("quarter", "level"):
        counts[quarter][level].asked += 1
    for quarter, level, answers in given.values_list("quarter", "level", "answers"):
        counts[quarter][level].n += 1
        counts[quarter][level].satisfied += answers["score"] >= SATISFIED
    return [
        QuarterRow(quarter, _sum(row.values()), tuple(one.figure() for one in row.values()))
        for quarter, row in sorted(counts.items())
    ]


@dataclass(slots=True)
class Round:
    """What both parties said about the agreement in one quarter; `questions` maps each text to a figure per party."""

    quarter: str
    asked: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Party.values, 0))
    answered: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Party.values, 0))
    questions: list[tuple[str, Figure, Figure]] = field(default_factory=list)
    promoters: tuple[Promoters, Promoters] = (Promoters(), Promoters())
    comments: list[tuple[str, str]] = field(default_factory=list)


def rounds(member: Membership, *, organization: Organization | None = None) -> list[Round]:
    """Return the stakeholder surveys that `member` may see, newest first; of one client if named.

    Comments stand without names, in an order that says nothing, and only where a party gave five answers.
    """
    asked = SurveyRequest.objects.visible_to(member).filter(kind=SurveyKind.STAKEHOLDER, skipped="")
    given = SurveyResponse.objects.visible_to(member).filter(kind=SurveyKind.STAKEHOLDER)
    if organization is not None:
        asked = asked.filter(agreement__organization=organization)
        given = given.filter(agreement__organization=organization)
    found: dict[str, Round] = {}
    for quarter, party in asked.values_list("quarter", "party"):
        found.setdefault(quarter, Round(quarter)).asked[party] += 1
    responses: dict[str, list[SurveyResponse]] = defaultdict(list)
    for response in given.select_related("edition"):
        responses[response.quarter].append(response)
    for quarter, answers in responses.items():
        _fill(found.setdefault(quarter, Round(quarter)), answers)
    return sorted(found.values(), key=lambda one: one.quarter, reverse=True)


def _fill(one: Round, responses: Sequence[SurveyResponse]) -> None:
    parties = {party: [each for each in responses if each.party == party] for party in Party.values}
    one.answered = {party: len(each) for party, each in parties.items()}
    newest = max(responses, key=lambda each: each.edition.number).edition
    for question in questions.read(newest.questions):
        numbers = [
            [each.answers[question.key] for each in parties[party] if question.key in each.answers]
            for party in (Party.CLIENT, Party.VENDOR)
        ]
        if question.kind == "scale":
            client, vendor = (
                Figure(one.asked[party], len(values), sum(value >= SATISFIED for value in values))
                for party, values in zip((Party.CLIENT, Party.VENDOR), numbers, strict=True)
            )
            one.questions.append((question.text, client, vendor))
        elif question.kind == "recommend":
            one.promoters = (_promoters(numbers[0]), _promoters(numbers[1]))
    one.comments = sorted(
        (party, each.comment)
        for party, answers in parties.items()
        if len(answers) >= FEW
        for each in answers
        if each.comment
    )


def _promoters(values: Iterable[int]) -> Promoters:
    given = list(values)
    return Promoters(len(given), sum(value >= 9 for value in given), sum(value <= 6 for value in given))


def _sum(counts: Iterable[_Count]) -> Figure:
    every = list(counts)
    return Figure(
        sum(one.asked for one in every), sum(one.n for one in every), sum(one.satisfied for one in every)
    )


def request_behind(token: str) -> SurveyRequest | None:
    """Return the request that a link names; None where we did not sign it or nobody was asked."""
    number = links.read(token)
    if number is None:
        return None
    found = SurveyRequest.objects.select_related(
        "edition", "issue", "agreement__organization", "agreement__policy_version", "agreement__calendar"
    ).select_related("member__user", "issue__organization", "issue__assigned_to__user")
    return found.filter(pk=number, skipped="").first()


def response_to(request: SurveyRequest) -> SurveyResponse | None:
    """Return what was answered to `request`; None for nothing yet, and once it was cut from its person."""
    return SurveyResponse.objects.filter(request=request).first()


def follow_ups(member: Membership) -> list[FollowUp]:
    """Return follow-ups for `member` (survey.single), open ones first by due instant, then the last fifty done."""
    responses = SurveyResponse.objects.visible_to(member)
    found = FollowUp.objects.filter(response__in=responses).select_related(
        "response__issue__organization", "response__edition", "done_by__user", "organization"
    )
    undone = found.filter(done_at__isnull=True).order_by("due_at", "pk")
    return [*undone, *found.filter(done_at__isnull=False).order_by("-done_at", "-pk")[:50]]
