"""The post-mortems of the demo world: written, reviewed, published, waived, late, each act at its own instant."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from slaportal.accounts.models import Membership, Party
from slaportal.feedback.models import ActionState, PostMortem
from slaportal.feedback.services import postmortems
from slaportal.integrations.demo import reviews
from slaportal.integrations.demo.reviews import Finding
from slaportal.issues.models import Issue, IssueState

DAY: Final = timedelta(days=1)
RESOLVED: Final = (IssueState.RESOLVED, IssueState.CONFIRMED)


def tell_postmortems(*, seed: int, now: datetime) -> int:
    """Let the vendor of the demo work on what its issues owe up to `now`; return how many post-mortems there are.

    The same seed and the same issues give the same post-mortems. The caller has silenced the letterbox.
    """
    rng = random.Random(seed)  # noqa: S311 - a story, not a secret
    team = _Team()
    told = 0
    for number, issue in enumerate(_owing(), 1):
        assert issue.resolved_at is not None
        story = _Story(issue, team, rng, now=now)
        story.tell(number)
        told += 1
    postmortems.sweep(now=now)
    return told


def _owing() -> Iterator[Issue]:
    found = Issue.objects.filter(demo=True, state__in=RESOLVED, postmortem=None, resolved_at__isnull=False)
    found = found.select_related(
        "organization", "assigned_to__user", "agreement__policy_version", "agreement__calendar"
    )
    for issue in found.order_by("resolved_at", "pk"):
        if issue.level in issue.agreement.policy_version.postmortem_levels:
            yield issue


class _Team:
    """The people of the vendor who write and release."""

    def __init__(self) -> None:
        members = Membership.objects.filter(party=Party.VENDOR, active=True, user__demo=True)
        self.by_role: dict[str, list[Membership]] = {}
        for one in members.select_related("user", "organization").order_by("pk"):
            self.by_role.setdefault(one.role, []).append(one)

    def author(self, issue: Issue) -> Membership:
        """Who worked on it writes."""
        return issue.assigned_to or self.by_role["vendor_agent"][0]

    @property
    def lead(self) -> Membership:
        """Who reviews."""
        return self.by_role["vendor_lead"][0]

    @property
    def senior(self) -> Membership:
        """Who publishes."""
        return self.by_role["senior_management"][0]


class _Story:
    """One post-mortem as far as it has come by `now`: what lies later has not happened yet."""

    def __init__(self, issue: Issue, team: _Team, rng: random.Random, *, now: datetime) -> None:
        assert issue.resolved_at is not None
        self.issue, self.team, self.rng, self.now = issue, team, rng, now
        self.begins = issue.resolved_at
        self.author = team.author(issue)
        self.findings = rng.sample(reviews.FINDINGS, k=rng.choice((1, 2, 2)))
        self.postmortem: PostMortem | None = None

    def tell(self, number: int) -> None:
        """Tell it: most are published in time, one in nine is waived, one in eight is late or came back."""
        self.postmortem = postmortems.draft(issue=self.issue, now=min(self.begins + DAY / 48, self.now))
        if self.postmortem is None:
            return
        if number % 9 == 4:
            self._waive()
            return
        if number % 8 == 5:
            return  # nobody has begun
        steps: list[tuple[float, Callable[[datetime], None]]] = [
            (2.2, self._write),
            (2.4, self._commit),
            (3.1, self._submit),
        ]
        if number % 7 == 2:
            steps += [(3.6, self._send_back), (4.2, self._submit)]
        steps += [(5.3, self._approve), (6.1, self._publish), (7.4, self._accept), (16.0, self._finish)]
        for days, step in steps:
            at = self.begins + DAY * days
            if at > self.now:
                return
            step(at)

    def _again(self) -> PostMortem:
        assert self.postmortem is not None
        found = PostMortem.objects.select_related("submitted_by__user", "reviewed_by__user", "owner__user")
        one = found.get(pk=self.postmortem.pk)
        # Its issue may have been closed meanwhile; its terms never change.
        self.issue.refresh_from_db(fields=["state", "version", "confirmed_at", "closed_at", "updated_at"])
        one.issue = self.issue
        return one

    def _say(self, words: str) -> str:
        return words.format(
            product=self.issue.product or "the product",
            organization=self.issue.organization.name,
            cause=self.issue.resolution_note,
        )

    def _write(self, at: datetime) -> None:
        one, choose = self._again(), self.rng.choice
        texts = {
            "summary": reviews.SUMMARY,
            "impact": reviews.IMPACT,
            "detection": choose(reviews.DETECTION),
            "trigger": choose(reviews.TRIGGER),
            "resolution": "{cause}",
            "went_well": choose(reviews.WELL),
            "went_poorly": choose(reviews.POORLY),
            "lucky": choose(reviews.LUCKY),
            "client_text": reviews.CLIENT,
        }
        postmortems.save_texts(
            postmortem=one,
            texts={name: self._say(words) for name, words in texts.items()},
            check_on=(at + 60 * DAY).date(),
            seen=one.version,
            actor=self.author,
            now=at,
        )
        for finding in self.findings:
            self._add_factor(finding, at)

    def _add_factor(self, finding: Finding, at: datetime) -> None:
        postmortems.add_factor(
            postmortem=self._again(),
            kind=finding.kind,
            name=finding.name,
            text=finding.text,
            for_client=True,
            actor=self.author,
            now=at,
        )

    def _commit(self, at: datetime) -> None:
        first = self.findings[0]
        postmortems.add_action(
            postmortem=self._again(),
            kind=first.action_kind,
            text=self._say(first.action),
            owner=self.rng.choice([self.author, self.team.lead]),
            due_on=(at + self.rng.choice((12, 21, 35)) * DAY).date(),
            actor=self.author,
            now=at,
        )
        postmortems.add_idea(
            postmortem=self._again(), kind="prevent", text=first.idea, actor=self.author, now=at
        )

    def _submit(self, at: datetime) -> None:
        postmortems.submit(postmortem=self._again(), actor=self.author, now=at)

    def _send_back(self, at: datetime) -> None:
        postmortems.send_back(
            postmortem=self._again(), reason=reviews.SENT_BACK, actor=self._reviewer(), now=at
        )

    def _approve(self, at: datetime) -> None:
        postmortems.approve(postmortem=self._again(), actor=self._reviewer(), now=at)

    def _publish(self, at: datetime) -> None:
        postmortems.publish(postmortem=self._again(), actor=self.team.senior, now=at)

    def _accept(self, at: datetime) -> None:
        managers = Membership.objects.filter(
            organization=self.issue.organization, role="client_manager", active=True
        )
        manager = managers.select_related("user", "organization").order_by("pk").first()
        edition = self._again().editions.get()
        edition.postmortem = self._again()
        if manager is not None:
            postmortems.accept(edition=edition, actor=manager, now=at)

    def _finish(self, at: datetime) -> None:
        """Two in three actions are done; of the others some are overdue by now."""
        for action in self._again().actions.filter(state=ActionState.OPEN).select_related("owner__user"):
            action.postmortem = self._again()
            if self.rng.random() < 0.66 and action.owner is not None:
                postmortems.end_action(
                    action=action,
                    done=True,
                    outcome=self.rng.choice(reviews.OUTCOMES),
                    actor=action.owner,
                    now=at,
                )

    def _waive(self) -> None:
        for days, step in ((2.0, self._ask_waiver), (2.5, self._grant_waiver)):
            if self.begins + DAY * days <= self.now:
                step(self.begins + DAY * days)

    def _ask_waiver(self, at: datetime) -> None:
        postmortems.ask_waiver(postmortem=self._again(), reason=reviews.WAIVED, actor=self.author, now=at)

    def _grant_waiver(self, at: datetime) -> None:
        postmortems.waive(postmortem=self._again(), actor=self.team.senior, now=at)

    def _reviewer(self) -> Membership:
        """Another person than the author."""
        return self.team.senior if self.author == self.team.lead else self.team.lead
