"""What stands open at this moment in the demo: each state once or more, whatever the dice say."""

from datetime import datetime, timedelta
from typing import NamedTuple

from slaportal.integrations.demo import chapters, phrases
from slaportal.integrations.demo.stage import HOUR, MINUTE, Stage
from slaportal.integrations.demo.stories import Story


class Scene(NamedTuple):
    """A story that began so long ago at this level."""

    level: str
    ago: timedelta
    story: Story


def _proposed(stage: Stage) -> None:
    chapters.submit(stage)


def _answered_not_agreed(stage: Stage) -> None:
    chapters.submit(stage)
    chapters.respond(stage, 0.15)


def _countered(stage: Stage) -> None:
    chapters.submit(stage)
    chapters.counter(stage, chapters.respond(stage, 0.2) + MINUTE * 5, "medium")


def _overdue_provisional(stage: Stage) -> None:
    chapters.submit(stage)
    chapters.counter(stage, stage.start + HOUR * 2, "medium")


def _disputed(stage: Stage) -> None:
    chapters.submit(stage)
    at = chapters.counter(stage, chapters.respond(stage, 0.2) + MINUTE * 5, "low")
    at = stage.act(at + HOUR, "dispute", stage.manager, reason=stage.say(phrases.DISPUTES))
    stage.act(at + HOUR * 2, "decide", stage.boss, level="low")


def _agreed(stage: Stage) -> datetime:
    chapters.submit(stage)
    return chapters.agree(stage, chapters.respond(stage, 0.2) + MINUTE * 5)


def _waiting(stage: Stage) -> None:
    stage.act(_agreed(stage) + HOUR, "wait", stage.agent, on="client", reason=stage.say(phrases.WAITS))


def _waiting_third_party(stage: Stage) -> None:
    stage.act(
        _agreed(stage) + HOUR, "wait", stage.agent, on="third_party", reason=stage.say(phrases.THIRD_PARTY)
    )


def _contested(stage: Stage) -> None:
    _waiting(stage)
    stage.act(stage.now - HOUR * 3, "contest", stage.reporter, reason=stage.say(phrases.CONTESTS))


def _working(stage: Stage) -> None:
    start = _agreed(stage)
    chapters.work(stage, start, stage.share("resolution", 0.9))


def _resolved(stage: Stage) -> None:
    start = _agreed(stage)
    end = stage.now - HOUR * 4
    chapters.work(stage, start, end)
    chapters.resolve(stage, end)


def _reopened(stage: Stage) -> None:
    start = _agreed(stage)
    end = stage.start + (stage.now - stage.start) * 0.4
    chapters.work(stage, start, end)
    chapters.resolve(stage, end)
    stage.act(stage.now - HOUR * 5, "reopen", stage.reporter, reason=stage.say(phrases.REJECTS))
    stage.act(stage.now - HOUR, "progress", stage.agent, stage="fixing", percent=70)


def _no_answer(stage: Stage) -> None:
    chapters.submit(stage)
    chapters.assign(stage, stage.share("response", 0.8))


def _late(stage: Stage) -> None:
    start = _agreed(stage)
    due = stage.share("resolution", 1.0)
    chapters.work(stage, start, due)
    at = chapters.be_late(stage, chapters.acknowledge(stage, due))
    at = stage.act(at + HOUR, "escalate", stage.manager, reason=stage.say(phrases.ESCALATED))
    stage.act(at + MINUTE * 30, "acknowledge", stage.boss)


def _late_unacknowledged(stage: Stage) -> None:
    start = _agreed(stage)
    chapters.work(stage, start, stage.share("resolution", 1.0))


def _asked_for_time(stage: Stage) -> None:
    start = _agreed(stage)
    due = stage.share("resolution", 1.0)
    chapters.work(stage, start, stage.share("resolution", 0.8))
    at = chapters.ask_for_time(stage, stage.now - HOUR * 6, due + HOUR * 30)
    if stage.level == "high":
        stage.act(at + HOUR * 2, "approve_exception", stage.lead, exception=f"{stage.key}-time")


def _days(days: float) -> timedelta:
    return timedelta(days=days)


SCENES: tuple[Scene, ...] = (
    Scene("medium", HOUR * 2, _proposed),
    Scene("low", HOUR * 7, _proposed),
    Scene("high", HOUR * 5 + MINUTE * 15, _proposed),  # to be answered within the hour
    Scene("medium", HOUR * 9, _answered_not_agreed),
    Scene("high", HOUR * 4, _countered),
    Scene("high", HOUR * 7, _overdue_provisional),
    Scene("medium", HOUR * 20, _disputed),
    Scene("medium", _days(2), _waiting),
    Scene("low", _days(6), _waiting_third_party),
    Scene("medium", _days(3), _contested),
    Scene("critical", HOUR * 3, _working),
    Scene("critical", HOUR * 21, _working),  # at risk
    Scene("high", HOUR * 15, _working),
    Scene("high", HOUR * 34, _working),
    Scene("high", HOUR * 70 + MINUTE * 30, _working),  # due within two hours
    Scene("medium", _days(4), _working),
    Scene("medium", _days(9), _working),
    Scene("high", HOUR * 40, _resolved),
    Scene("medium", _days(5), _resolved),
    Scene("high", HOUR * 50, _reopened),
    Scene("medium", HOUR * 26, _no_answer),
    Scene("high", HOUR * 80, _late),
    Scene("medium", _days(19), _late_unacknowledged),
    Scene("high", HOUR * 62, _asked_for_time),  # with the client
    Scene("medium", _days(10), _asked_for_time),  # with the vendor's lead
)
