"""The parts of which stories are made: reporting, answering, agreeing, working, ending. Each returns its instant."""

from datetime import datetime

from slaportal.integrations.demo import phrases
from slaportal.integrations.demo.stage import HOUR, MINUTE, Stage

LEVELS = ("critical", "high", "medium", "low")
ANSWERS = {
    "critical": {"stopped": "everything", "affected": "all", "carry_on": "no", "data": "no"},
    "high": {"stopped": "important", "affected": "all", "carry_on": "workaround", "data": "no"},
    "medium": {"stopped": "important", "affected": "group", "carry_on": "workaround", "data": "no"},
    "low": {"stopped": "minor", "affected": "one", "carry_on": "yes", "data": "no"},
}
VERSIONS = ("4.1.3", "4.2.0", "4.2.1", "4.3.0", "4.3.2")


def submit(stage: Stage) -> datetime:
    """The client reports."""
    return stage.act(
        stage.start,
        "submit",
        stage.reporter,
        organization=stage.client.key,
        level=stage.level,
        title=stage.subject.title,
        text=stage.subject.text,
        product=stage.subject.product,
        product_version=stage.rng.choice(VERSIONS),
        environment=stage.environment,
        answers=ANSWERS[stage.level],
    )


def assign(stage: Stage, at: datetime) -> datetime:
    """A lead gives the issue to an agent."""
    return stage.act(at, "assign", stage.lead, to=stage.agent)


def respond(stage: Stage, share: float) -> datetime:
    """The vendor's first message, after `share` of the response target."""
    known = phrases.URGENT if stage.level == "critical" else phrases.RECEIVED
    at = stage.share("response", share)
    assign(stage, stage.start + (at - stage.start) * 0.6)
    return stage.act(at, "comment", stage.agent, text=stage.say(known))


def answer(stage: Stage, at: datetime) -> datetime:
    """The client adds something."""
    return stage.act(at, "comment", stage.reporter, text=stage.say(phrases.ANSWERS))


def note(stage: Stage, at: datetime) -> datetime:
    """Something among the vendor's people."""
    return stage.act(at, "note", stage.rng.choice([stage.agent, stage.lead]), text=stage.say(phrases.NOTES))


def agree(stage: Stage, at: datetime) -> datetime:
    """The vendor says yes to the proposed level."""
    return stage.act(at, "agree", stage.agent)


def counter(stage: Stage, at: datetime, level: str) -> datetime:
    """The vendor proposes another level."""
    up = LEVELS.index(level) < LEVELS.index(stage.level)
    reason = stage.say(phrases.COUNTERS_UP if up else phrases.COUNTERS, level=level.capitalize())
    return stage.act(at, "counter", stage.agent, level=level, reason=reason)


def work(stage: Stage, start: datetime, end: datetime) -> None:
    """From looking for the cause to checking the correction, between two instants."""
    span = end - start
    if stage.chance(0.35):
        note(stage, start + span * 0.2)
    if stage.chance(0.5):
        answer(stage, start + span * 0.25)
    at = start + span * stage.between(0.35, 0.5)
    progress(stage, at, "cause_found", 40, then=at + span * 0.3)
    stage.act(at + MINUTE * 4, "comment", stage.agent, text=stage.say(phrases.FOUND))
    at = start + span * stage.between(0.55, 0.7)
    progress(stage, at, "fixing", 65, then=at + span * 0.3)
    if stage.chance(0.4):
        stage.act(at + MINUTE * 10, "comment", stage.agent, text=stage.say(phrases.FIXING))
    if stage.chance(0.6):
        at = start + span * stage.between(0.8, 0.9)
        progress(stage, at, "verifying", 90, then=end)


def progress(stage: Stage, at: datetime, reached: str, percent: int, *, then: datetime) -> datetime:
    """The vendor says how far the work is, and promises the next news for `then`."""
    promised = max(then, at + HOUR * 2).replace(second=0, microsecond=0).isoformat()
    return stage.act(at, "progress", stage.agent, stage=reached, percent=percent, next_update=promised)


def resolve(stage: Stage, at: datetime) -> datetime:
    """The vendor delivers."""
    return stage.act(at, "resolve", stage.agent, note=stage.subject.fix)


def confirm(stage: Stage, resolved_at: datetime) -> None:
    """The client says yes, mostly in words too; or says nothing and lets the period end."""
    if stage.chance(0.72):
        at = stage.working(resolved_at, stage.between(0.1, 3.2))
        if stage.chance(0.5):
            stage.act(at, "comment", stage.reporter, text=stage.say(phrases.CONFIRMS))
        stage.act(at + MINUTE * 2, "confirm", stage.reporter)


def reopen(stage: Stage, resolved_at: datetime) -> datetime:
    """The client says no."""
    at = stage.working(resolved_at, stage.between(0.2, 2.5))
    return stage.act(at, "reopen", stage.reporter, reason=stage.say(phrases.REJECTS))


def resolve_again(stage: Stage, reopened_at: datetime, share: float) -> datetime:
    """The rest is done within `share` of the resolution target after the reopening."""
    end = stage.share("resolution", share, start=reopened_at)
    span = end - reopened_at
    stage.act(reopened_at + span * 0.2, "comment", stage.agent, text=stage.say(phrases.RECEIVED))
    stage.act(reopened_at + span * 0.5, "progress", stage.agent, stage="fixing", percent=70)
    return stage.act(end, "resolve", stage.agent, note=stage.say((phrases.AGAIN,)))


def wait(stage: Stage, at: datetime, days: float) -> datetime:
    """The vendor waits for the client, who answers after `days` business days."""
    stage.act(at, "wait", stage.agent, on="client", reason=stage.say(phrases.WAITS))
    return stage.act(stage.working(at, days), "comment", stage.reporter, text=stage.say(phrases.WAIT_ANSWERS))


def acknowledge(stage: Stage, due: datetime) -> datetime:
    """Somebody takes the escalation of an overdue clock in hand."""
    who = stage.boss if stage.level in ("critical", "high") else stage.lead
    return stage.act(due + MINUTE * stage.between(12, 45), "acknowledge", who)


def be_late(stage: Stage, due: datetime) -> datetime:
    """The vendor says that it is late, and why."""
    return stage.act(due + HOUR * stage.between(1, 2), "comment", stage.agent, text=stage.say(phrases.LATE))


def give_reason(stage: Stage, at: datetime) -> datetime:
    """The vendor says with whom it lies that the resolution was late."""
    code = stage.rng.choice(["vendor_cause", "vendor_fix", "vendor_supplier", "client_information"])
    return stage.act(
        at + MINUTE * 20,
        "give_reason",
        stage.agent,
        metric="resolution",
        code=code,
        text=stage.say(phrases.DELAYS),
    )


def ask_for_time(stage: Stage, at: datetime, until: datetime) -> datetime:
    """The vendor asks for added time, with the reason for the delay and the mitigation plan."""
    return stage.act(
        at,
        "request_exception",
        stage.agent,
        exception=f"{stage.key}-time",
        effect="added_time",
        cause=stage.rng.choice(["technical_challenge", "business_constraint"]),
        reason=stage.say(phrases.DELAYS),
        plan=stage.say(phrases.PLANS),
        until=until.replace(microsecond=0).isoformat(),
    )
