"""How issues go: the ordinary ways and, each by name, the ways that need a rule of their own."""

from collections.abc import Callable
from datetime import datetime

from slaportal.integrations.demo import chapters, phrases
from slaportal.integrations.demo.chapters import LEVELS
from slaportal.integrations.demo.stage import HOUR, MINUTE, Stage

Story = Callable[[Stage], None]

# What part of the resolution target the work takes, by level: nobody uses all of 90 business days for a tooltip.
PACE = {"critical": (0.12, 0.8), "high": (0.15, 0.85), "medium": (0.12, 0.85), "low": (0.03, 0.5)}


def _opening(stage: Stage, share: float | None = None) -> datetime:
    """Report, first message, agreed level; return when work begins."""
    chapters.submit(stage)
    at = chapters.respond(stage, stage.between(0.05, 0.7) if share is None else share)
    if stage.chance(0.25):
        chapters.answer(stage, at + (stage.share("response", 0.9) - at) * 0.3)
    return chapters.agree(stage, at + (stage.share("response", 0.95) - at) * stage.between(0.05, 0.6))


def _end_of_work(stage: Stage) -> datetime:
    low, high = PACE[stage.level]
    return stage.share("resolution", stage.between(low, high))


def ordinary(stage: Stage) -> None:
    """Reported, answered, agreed, resolved, confirmed by hand or by silence."""
    start = _opening(stage)
    end = _end_of_work(stage)
    if stage.level in ("medium", "low") and stage.chance(0.2):
        # Only while more than two business days are left, so that an answer cannot come after the end.
        start = chapters.wait(stage, start + HOUR, stage.between(0.1, 0.6))
    if end <= start + HOUR:
        end = start + (stage.share("resolution", 0.95) - start) * 0.6
    chapters.work(stage, start, end)
    chapters.confirm(stage, chapters.resolve(stage, end))


def reopened(stage: Stage) -> None:
    """The first remedy does not hold; the same clock goes on."""
    start = _opening(stage)
    end = stage.share("resolution", stage.between(0.25, 0.45) if stage.level != "low" else 0.1)
    end = max(end, start + HOUR * 2)
    chapters.work(stage, start, end)
    again = chapters.reopen(stage, chapters.resolve(stage, end))
    share = stage.between(0.1, 0.3) if stage.level != "low" else 0.04
    chapters.confirm(stage, chapters.resolve_again(stage, again, share))


def lapsed_for_client(stage: Stage) -> None:
    """The vendor answers the matter but not the level: silence lets the client's stand."""
    chapters.submit(stage)
    chapters.respond(stage, stage.between(0.3, 0.7))
    start = stage.share("response", 1.0) + MINUTE * 5
    end = max(_end_of_work(stage), start + HOUR)
    chapters.work(stage, start, end)
    chapters.confirm(stage, chapters.resolve(stage, end))


def _other_level(stage: Stage) -> str:
    index = LEVELS.index(stage.level)
    if index == 0 or (index < 3 and stage.chance(0.85)):
        return LEVELS[index + 1]
    return LEVELS[index - 1]


def countered(stage: Stage) -> None:
    """The vendor proposes another level and the client agrees, or says nothing for two business days."""
    chapters.submit(stage)
    at = chapters.respond(stage, stage.between(0.15, 0.5))
    level = _other_level(stage)
    at = chapters.counter(stage, at + MINUTE * 6, level)
    if "critical" in (stage.level, level) or stage.level == "high":
        settled = stage.act(at + HOUR * stage.between(0.2, 2), "agree", stage.manager)
    elif stage.chance(0.7):
        settled = stage.act(stage.working(at, stage.between(0.05, 0.5)), "agree", stage.manager)
    else:
        settled = stage.working(at, 2.0) + MINUTE * 5
    stricter = min(stage.level, level, key=LEVELS.index)
    end = max(stage.share("resolution", stage.between(0.5, 0.7), level=stricter), settled + HOUR)
    chapters.work(stage, settled, end)
    chapters.confirm(stage, chapters.resolve(stage, end))


def countered_twice(stage: Stage) -> None:
    """Both parties counter once, then the vendor agrees."""
    chapters.submit(stage)
    at = chapters.respond(stage, stage.between(0.1, 0.4))
    index = min(LEVELS.index(stage.level), 1)
    at = chapters.counter(stage, at + MINUTE * 6, LEVELS[index + 2])
    middle = LEVELS[index + 1]
    reason = stage.say(phrases.INSISTS, level=middle.capitalize())
    at = stage.act(at + MINUTE * 40, "counter", stage.manager, level=middle, reason=reason)
    start = chapters.agree(stage, at + MINUTE * 25)
    end = max(stage.share("resolution", stage.between(0.3, 0.7)), start + HOUR)
    chapters.work(stage, start, end)
    chapters.confirm(stage, chapters.resolve(stage, end))


def disputed(stage: Stage) -> None:
    """The deciders of both parties settle the level."""
    chapters.submit(stage)
    at = chapters.respond(stage, stage.between(0.1, 0.4))
    level = LEVELS[LEVELS.index(stage.level) + 1]
    at = chapters.counter(stage, at + MINUTE * 6, level)
    at = stage.act(at + HOUR * 2, "dispute", stage.manager, reason=stage.say(phrases.DISPUTES))
    at = stage.act(at + HOUR * 4, "decide", stage.boss, level=level)
    chosen = level if stage.chance(0.5) else stage.level
    at = stage.act(at + HOUR * 2, "decide", stage.manager, level=chosen)
    if chosen != level:
        at = stage.act(at + HOUR, "decide", stage.boss, level=chosen)
    end = max(stage.share("resolution", stage.between(0.4, 0.8)), at + HOUR)
    chapters.work(stage, at, end)
    chapters.confirm(stage, chapters.resolve(stage, end))


def worse_later(stage: Stage) -> None:
    """A new fact makes it one level stricter."""
    start = _opening(stage)
    stricter = LEVELS[LEVELS.index(stage.level) - 1]
    at = stage.act(
        max(stage.share("resolution", 0.1), start + HOUR),
        "repropose",
        stage.manager,
        level=stricter,
        reason=stage.say(phrases.NEW_FACTS),
    )
    at = stage.act(at + MINUTE * 35, "agree", stage.agent)
    end = stage.share("resolution", stage.between(0.3, 0.7), level=stricter, start=at)
    chapters.work(stage, at, end)
    chapters.confirm(stage, chapters.resolve(stage, end))


def late_response(stage: Stage) -> None:
    """The first message comes too late; the level has lapsed by then."""
    chapters.submit(stage)
    due = stage.share("response", 1.0)
    chapters.acknowledge(stage, due)
    at = stage.act(
        due + (due - stage.start) * stage.between(0.2, 0.5),
        "comment",
        stage.agent,
        text=stage.say(phrases.RECEIVED),
    )
    end = max(_end_of_work(stage), at + HOUR)
    chapters.work(stage, at, end)
    chapters.confirm(stage, chapters.resolve(stage, end))


def late_resolution(stage: Stage) -> None:
    """Resolved after the due instant; escalated, acknowledged, explained."""
    start = _opening(stage)
    due = stage.share("resolution", 1.0)
    chapters.work(stage, start, due)
    chapters.acknowledge(stage, due)
    at = chapters.be_late(stage, due)
    if stage.chance(0.4):
        at = stage.act(at + HOUR, "escalate", stage.manager, reason=stage.say(phrases.ESCALATED))
        at = stage.act(at + MINUTE * 30, "acknowledge", stage.boss)
    if stage.chance(0.7):
        at = chapters.give_reason(stage, at)
    end = due + (due - stage.start) * stage.between(0.1, 0.4)
    chapters.confirm(stage, chapters.resolve(stage, max(end, at + HOUR)))


def excepted(stage: Stage) -> None:
    """It cannot be done in time; the vendor asks for added time beforehand, and the client accepts."""
    start = _opening(stage)
    due = stage.share("resolution", 1.0)
    chapters.work(stage, start, stage.share("resolution", 0.7))
    until = due + (due - stage.start) * 0.5
    at = chapters.ask_for_time(stage, stage.share("resolution", 0.75), until)
    at = stage.act(at + (due - at) * 0.3, "approve_exception", stage.lead, exception=f"{stage.key}-time")
    stage.act(at + (due - at) * 0.5, "accept_exception", stage.manager, exception=f"{stage.key}-time")
    chapters.acknowledge(stage, due)
    chapters.confirm(stage, chapters.resolve(stage, due + (until - due) * stage.between(0.3, 0.9)))


def _contested(verdict: str) -> Story:
    def story(stage: Stage) -> None:
        start = _opening(stage)
        chapters.wait(stage, start + HOUR, 0.4)
        at = stage.working(start, 0.6)
        at = stage.act(at, "contest", stage.reporter, reason=stage.say(phrases.CONTESTS))
        reason = stage.say(phrases.UPHELD if verdict == "uphold" else phrases.DISMISSED)
        at = stage.act(stage.working(at, 0.5), verdict, stage.lead, reason=reason)
        end = max(stage.share("resolution", 0.6), at + HOUR)
        chapters.work(stage, at, end)
        chapters.confirm(stage, chapters.resolve(stage, end))

    return story


contest_upheld = _contested("uphold")
contest_dismissed = _contested("dismiss")


def withdrawn(stage: Stage) -> None:
    """The client takes it back before it is due."""
    start = _opening(stage)
    at = start + (stage.share("resolution", 0.6) - start) * stage.between(0.05, 0.5)
    stage.act(at, "withdraw", stage.reporter, reason=stage.say(phrases.WITHDRAWN))
