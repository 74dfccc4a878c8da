"""What the portal tells people, by kind: one purpose each. The words of a kind stand in templates/emails/<kind>/.

A kind's template (`en.html`, and `de.html` for readers of German) fills blocks that three layouts share, so that
subject, plain text and HTML of one message cannot differ in content: `emails/subject.txt`, `emails/base.txt` and
`emails/base.html`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How the line that says what to do is set off."""

    INFO = "info"  # nothing to do
    ACTION = "action"  # the reader has something to do
    WARNING = "warning"  # ... and time is short
    BAD = "bad"  # a promise was not kept
    GOOD = "good"  # something ended well


@dataclass(frozen=True)
class Kind:
    """One kind of message. `urgent`: marked important. `quiet`: kept for the pages, never mailed.

    `always`: told at once whatever the reader prefers; it can only be redirected (spec §5). `own`: about the
    letterbox itself, so nobody has a preference or words of their own for it.
    """

    key: str
    label: str
    tone: Tone = Tone.INFO
    urgent: bool = False
    quiet: bool = False
    always: bool = False
    own: bool = False

    def templates(self, language: str) -> list[str]:
        """Template names to try, the reader's language first."""
        languages = dict.fromkeys([language.partition("-")[0].lower(), "en"])
        return [f"emails/{self.key}/{name}.html" for name in languages]


class UnknownKindError(LookupError):
    """Nobody has written what a message of this kind says."""


def _by_key(kinds: Iterable[Kind]) -> dict[str, Kind]:
    return {kind.key: kind for kind in kinds}


# Heading and kinds, as pages show them together.
GROUPS: list[tuple[str, list[Kind]]] = [
    (
        "Life of an issue",  # submission and spec §4
        [
            Kind("issue-received", "Issue received"),
            Kind("issue-reported", "Issue reported", Tone.ACTION, urgent=True),
            Kind("first-response", "First response", Tone.GOOD),
            Kind("comment-added", "New message"),
            Kind("issue-edited", "Report edited"),
            Kind("waiting-for-you", "Waiting for you", Tone.ACTION, urgent=True),
            Kind("waiting-ended", "Waiting ended"),
            Kind("pause-contested", "Pause contested", Tone.ACTION),
            Kind("pause-judged", "Contested pause judged"),
            Kind("issue-assigned", "Issue assigned", Tone.ACTION),
            Kind("progress-updated", "Progress", quiet=True),
            Kind("issue-resolved", "Resolved, please confirm", Tone.ACTION),
            Kind("confirm-soon", "Confirmation due soon", Tone.WARNING),
            Kind("issue-confirmed", "Resolution confirmed", Tone.GOOD),
            Kind("issue-confirmed-by-silence", "Resolution confirmed by silence"),
            Kind("issue-reopened", "Issue reopened", Tone.ACTION, urgent=True),
            Kind("issue-withdrawn", "Issue withdrawn"),
            Kind("issue-duplicate", "Issue closed as a duplicate"),
            Kind("issue-split", "Issue split in two"),
            Kind("watcher-added", "Added as a follower"),
        ],
    ),
    (
        "Level of an issue",  # joint classification, spec §3
        [
            Kind("classification-countered", "Another level proposed", Tone.ACTION),
            Kind("classification-agreed", "Level agreed", Tone.GOOD),
            Kind("classification-lapsed", "Level settled by silence"),
            Kind(
                "classification-lapse-soon", "Level about to be settled by silence", Tone.WARNING, urgent=True
            ),
            Kind("classification-disputed", "Level disputed", Tone.ACTION),
            Kind("classification-decided", "Dispute decided", Tone.GOOD),
            Kind("classification-reproposed", "Change of level proposed", Tone.ACTION),
        ],
    ),
    (
        "Deadlines, escalations and exceptions",  # spec §5, and the portal itself
        [
            Kind("deadline-warning", "Deadline near", Tone.WARNING, urgent=True),
            Kind("deadline-breached", "Deadline missed", Tone.BAD, urgent=True, always=True),
            Kind("escalation-step", "Escalated by the matrix", Tone.BAD, urgent=True, always=True),
            Kind("escalation-raised", "Escalated by hand", Tone.BAD, urgent=True, always=True),
            Kind("escalation-acknowledged", "Escalation acknowledged", Tone.GOOD),
            Kind("escalation-handed", "Escalation handed on to you", Tone.ACTION, urgent=True, always=True),
            Kind("escalation-closed", "Escalation closed"),
            Kind("exception-requested", "Exception requested", Tone.ACTION),
            Kind("exception-refused", "Exception refused"),
            Kind("exception-approved", "Exception to be accepted", Tone.ACTION),
            Kind("exception-accepted", "Exception accepted", Tone.GOOD),
            Kind("exception-contested", "Exception contested", Tone.ACTION),
            Kind("machinery-stopped", "Escalations delayed", Tone.BAD, urgent=True, always=True),
        ],
    ),
]

# About the letterbox itself.
OWN = [
    Kind("digest", "Digest", own=True),
    Kind("standing-in", "Standing in", Tone.ACTION, own=True),
]

KINDS = _by_key([*(kind for _, kinds in GROUPS for kind in kinds), *OWN])


def can_choose(kind: Kind) -> bool:
    """Whether people may say how they are told of `kind`."""
    return not (kind.always or kind.quiet or kind.own)


def get(key: str) -> Kind:
    """Return the kind of this key; `UnknownKindError` names the file to write when there is none."""
    try:
        return KINDS[key]
    except KeyError:
        raise UnknownKindError(
            f"There is no kind {key!r}: add it to slaportal/notifications/kinds.py "
            f"and write templates/emails/{key}/en.html."
        ) from None
