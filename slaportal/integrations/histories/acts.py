"""The acts of a history on issues: each calls the service that a page would call (spec §8)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from slaportal.accounts.models import Membership
from slaportal.escalations import services as escalations
from slaportal.escalations.models import SlaException
from slaportal.integrations.histories.lines import Line
from slaportal.integrations.histories.world import World
from slaportal.issues.models import Issue, Pause
from slaportal.issues.services import classification, ending, submission, waiting, work
from slaportal.lib.refusal import Refused

Act = Callable[[Issue, Any, Membership, datetime], Any]


def do(line: Line, world: World) -> None:
    """Do one act at its own instant as its own actor. Raises `Refused` or what the service raises."""
    data = {name: value for name, value in line.data.items() if name not in {"actor", "issue"}}
    key, email = line.data["issue"], line.data["actor"]
    if line.act == "submit":
        _submit(key, email, data, world, line.at)
        return
    issue = _issue(key, world)
    actor = world.member(email, issue.organization_id)
    if line.act == "assign":
        to = data["to"] and world.member(data["to"], issue.organization_id)
        work.assign(issue=issue, to=to, actor=actor, now=line.at)
        return
    if line.act == "duplicate":
        ending.duplicate(issue=issue, of=_issue(data["of"], world), actor=actor, now=line.at)
        return
    _SIMPLE[line.act](issue, data, actor, line.at)


def _submit(key: str, email: str, data: dict[str, Any], world: World, now: datetime) -> None:
    organization = world.organization(data.pop("organization"))
    if Issue.objects.filter(source_key=key).exists():
        raise Refused(f"“{key}” is the key of another issue already.")
    behalf, watchers = data.pop("on_behalf_of", None), data.pop("watchers", [])
    submission.submit_issue(
        organization=organization,
        actor=world.member(email, organization.pk),
        report=submission.Report(description=data.pop("text"), **data),
        now=now,
        on_behalf_of=behalf and world.member(behalf, organization.pk),
        watchers=[world.member(one, organization.pk) for one in watchers],
        source_key=key,
    )


def _issue(key: str, world: World) -> Issue:
    found = Issue.objects.filter(source_key=key).first()
    if found is None:
        raise Refused(f"“{key}” is not an issue that has been submitted.")
    # Signed terms never change: they are read once a load and not with every line.
    found.agreement = world.agreement(found.agreement_id)
    found.organization = found.agreement.organization
    return found


def _judge(upheld: bool) -> Act:
    def judge(issue: Issue, data: Any, actor: Membership, now: datetime) -> None:
        pause = issue.pauses.filter(contest=Pause.Contest.OPEN).order_by("began_at", "pk").last()
        if pause is None:
            raise Refused("There is no open contest of a pause to judge.")
        waiting.judge_contest(
            issue=issue, pause=pause, upheld=upheld, reason=data["reason"], actor=actor, now=now
        )

    return judge


def _acknowledge(issue: Issue, data: Any, actor: Membership, now: datetime) -> None:
    escalation = issue.escalations.unanswered().select_related("issue__organization").first()  # the latest
    if escalation is None:
        raise Refused("No escalation of this issue waits for an acknowledgement.")
    escalations.acknowledge(escalation=escalation, actor=actor, now=now)


def _give_reason(issue: Issue, data: Any, actor: Membership, now: datetime) -> None:
    obligation = issue.obligations.get(metric=data["metric"])
    obligation.issue = issue
    escalations.give_reason(
        obligation=obligation, code=data["code"], sentence=data["text"], actor=actor, now=now
    )


def _request_exception(issue: Issue, data: Any, actor: Membership, now: datetime) -> None:
    key = data["exception"]
    if SlaException.objects.filter(source_key=key).exists():
        raise Refused(f"“{key}” is the key of another exception already.")
    given = {name: value for name, value in data.items() if name not in {"exception", "cause"}}
    cause = _CAUSES.get(data["cause"], data["cause"])
    escalations.request_exception(issue=issue, cause=cause, source_key=key, actor=actor, now=now, **given)


def _answers_exception(service: Callable[..., Any]) -> Act:
    def answer(issue: Issue, data: Any, actor: Membership, now: datetime) -> None:
        found = SlaException.objects.filter(source_key=data.pop("exception"), issue=issue).first()
        if found is None:
            raise Refused("This issue has no exception with that key.")
        found.issue = issue
        service(exception=found, actor=actor, now=now, **data)

    return answer


def _calls(service: Callable[..., Any], **names: str) -> Act:
    """Return the act that calls `service` with the line's fields; `names`: field → argument where they differ."""

    def act(issue: Issue, data: Any, actor: Membership, now: datetime) -> None:
        given = {names.get(name, name): value for name, value in data.items()}
        service(issue=issue, actor=actor, now=now, **given)

    return act


# The agreement's two causes, also by their first words.
_CAUSES = {"business": "business_constraint", "technical": "technical_challenge"}

_SIMPLE: dict[str, Act] = {
    "agree": _calls(classification.agree),
    "counter": _calls(classification.counter),
    "dispute": _calls(classification.dispute),
    "decide": _calls(classification.decide),
    "repropose": _calls(classification.repropose),
    "comment": _calls(work.comment, text="body"),
    "note": _calls(work.note, text="body"),
    "progress": _calls(work.progress, next_update="next_update_at"),
    "wait": _calls(waiting.wait),
    "resume": _calls(waiting.resume),
    "contest": _calls(waiting.contest),
    "uphold": _judge(True),
    "dismiss": _judge(False),
    "resolve": _calls(ending.resolve),
    "confirm": _calls(ending.confirm),
    "reopen": _calls(ending.reopen),
    "withdraw": _calls(ending.withdraw),
    "request_exception": _request_exception,
    "approve_exception": _answers_exception(escalations.approve_exception),
    "reject_exception": _answers_exception(escalations.reject_exception),
    "accept_exception": _answers_exception(escalations.accept_exception),
    "contest_exception": _answers_exception(escalations.contest_exception),
    "escalate": _calls(escalations.escalate),
    "acknowledge": _acknowledge,
    "give_reason": _give_reason,
}
