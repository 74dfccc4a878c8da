"""What the portal tells people, by kind: one purpose each. The words of a kind stand in templates/emails/<kind>/.

A kind's template (`en.html`, and `de.html` for readers of German) fills blocks that three layouts share, so that
subject, plain text and HTML of one message cannot differ in content: `emails/subject.txt`, `emails/base.txt` and
`emails/base.html`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_noop as _


class Tone(StrEnum):
    """How the line that says what to do is set off."""

    INFO = "info"  # nothing to do
    ACTION = "action"  # the reader has something to do
    WARNING = "warning"  # ... and time is short
    BAD = "bad"  # a promise was not kept
    GOOD = "good"  # something ended well


@dataclass(frozen=True)
class Kind:
    """One kind of message; pages translate its `label`. `urgent`: marked important. `quiet`: kept for the pages, never mailed.

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
        _("Life of an issue"),  # submission and spec §4
        [
            Kind("issue-received", _("Issue received")),
            Kind("issue-reported", _("Issue reported"), Tone.ACTION, urgent=True),
            Kind("first-response", _("First response"), Tone.GOOD),
            Kind("comment-added", _("New message")),
            Kind("issue-edited", _("Report edited")),
            Kind("waiting-for-you", _("Waiting for you"), Tone.ACTION, urgent=True),
            Kind("waiting-ended", _("Waiting ended")),
            Kind("pause-contested", _("Pause contested"), Tone.ACTION),
            Kind("pause-judged", _("Contested pause judged")),
            Kind("issue-assigned", _("Issue assigned"), Tone.ACTION),
            Kind("progress-updated", _("Progress"), quiet=True),
            Kind("issue-resolved", _("Resolved, please confirm"), Tone.ACTION),
            Kind("confirm-soon", _("Confirmation due soon"), Tone.WARNING),
            Kind("issue-confirmed", _("Resolution confirmed"), Tone.GOOD),
            Kind("issue-confirmed-by-silence", _("Resolution confirmed by silence")),
            Kind("issue-reopened", _("Issue reopened"), Tone.ACTION, urgent=True),
            Kind("issue-withdrawn", _("Issue withdrawn")),
            Kind("issue-duplicate", _("Issue closed as a duplicate")),
            Kind("issue-split", _("Issue split in two")),
            Kind("watcher-added", _("Added as a follower")),
        ],
    ),
    (
        _("Level of an issue"),  # joint classification, spec §3
        [
            Kind("classification-countered", _("Another level proposed"), Tone.ACTION),
            Kind("classification-agreed", _("Level agreed"), Tone.GOOD),
            Kind("classification-lapsed", _("Level settled by silence")),
            Kind(
                "classification-lapse-soon", "Level about to be settled by silence", Tone.WARNING, urgent=True
            ),
            Kind("classification-disputed", _("Level disputed"), Tone.ACTION),
            Kind("classification-decided", _("Dispute decided"), Tone.GOOD),
            Kind("classification-reproposed", _("Change of level proposed"), Tone.ACTION),
        ],
    ),
    (
        _("Deadlines, escalations and exceptions"),  # spec §5, and the portal itself
        [
            Kind("deadline-warning", _("Deadline near"), Tone.WARNING, urgent=True),
            Kind("deadline-breached", _("Deadline missed"), Tone.BAD, urgent=True, always=True),
            Kind("escalation-step", _("Escalated by the matrix"), Tone.BAD, urgent=True, always=True),
            Kind("escalation-raised", _("Escalated by hand"), Tone.BAD, urgent=True, always=True),
            Kind("escalation-acknowledged", _("Escalation acknowledged"), Tone.GOOD),
            Kind(
                "escalation-handed", _("Escalation handed on to you"), Tone.ACTION, urgent=True, always=True
            ),
            Kind("escalation-closed", _("Escalation closed")),
            Kind("exception-requested", _("Exception requested"), Tone.ACTION),
            Kind("exception-refused", _("Exception refused")),
            Kind("exception-approved", _("Exception to be accepted"), Tone.ACTION),
            Kind("exception-accepted", _("Exception accepted"), Tone.GOOD),
            Kind("exception-contested", _("Exception contested"), Tone.ACTION),
            Kind("standing-requested", _("Standing exception requested"), Tone.ACTION),
            Kind("standing-refused", _("Standing exception refused")),
            Kind("standing-approved", _("Standing exception to be accepted"), Tone.ACTION),
            Kind("standing-accepted", _("Standing exception accepted"), Tone.GOOD),
            Kind("standing-contested", _("Standing exception contested"), Tone.ACTION),
            Kind("standing-ends-soon", _("Standing exception ends soon"), Tone.WARNING),
            Kind("standing-ended", _("Standing exception ended early")),
            Kind("machinery-stopped", _("Escalations delayed"), Tone.BAD, urgent=True, always=True),
            Kind("webhook-disabled", _("Webhook switched off"), Tone.WARNING),
        ],
    ),
    (
        _("Post-mortems and their actions"),  # spec §7
        [
            Kind("postmortem-due", _("Post-mortem to write"), Tone.ACTION),
            Kind("postmortem-review", _("Post-mortem to review"), Tone.ACTION),
            Kind("postmortem-sent-back", _("Post-mortem sent back"), Tone.ACTION),
            Kind("postmortem-waiver", _("Waiver of a post-mortem asked for"), Tone.ACTION),
            Kind("postmortem-overdue", _("Post-mortem overdue"), Tone.BAD),
            Kind("postmortem-published", _("Post-mortem published"), Tone.ACTION),
            Kind("postmortem-shared", _("Post-mortem to read")),
            Kind("action-assigned", _("Action committed to"), Tone.ACTION),
            Kind("action-overdue", _("Action overdue"), Tone.BAD),
        ],
    ),
    (
        _("Audits"),  # spec §6, rule 7
        [
            Kind("audit-opened", _("Audit to look through"), Tone.ACTION),
            Kind("audit-finding", _("Finding to put right"), Tone.ACTION),
            Kind("audit-signed", _("Audit signed")),
        ],
    ),
    (
        _("Background work"),
        [
            Kind("job-finished", _("Background work finished")),
        ],
    ),
    (
        _("Feedback and changes of the agreement"),  # spec §7
        [
            Kind("survey-issue", _("Question about an issue"), Tone.ACTION),
            Kind("survey-stakeholder", _("Survey about the agreement"), Tone.ACTION),
            Kind("survey-low", _("Low answer to follow up"), Tone.BAD, urgent=True),
            Kind("change-offered", _("Version of the agreement to sign"), Tone.ACTION, urgent=True),
            Kind("change-signed", _("Version of the agreement signed"), Tone.GOOD),
            Kind("suggestion-made", _("Change suggested"), Tone.ACTION),
            Kind("suggestion-discussed", _("Suggestion discussed")),
            Kind("suggestion-decided", _("Suggestion decided")),
            Kind("suggestion-in-effect", _("Suggestion in effect"), Tone.GOOD),
        ],
    ),
    (
        _("Reports"),  # spec §6
        [
            Kind("report-review", _("Report to look at before it is issued"), Tone.ACTION),
            Kind("report-issued", _("Status report")),
        ],
    ),
]

# About the letterbox itself.
OWN = [
    Kind("digest", _("Digest"), own=True),
    Kind("standing-in", _("Standing in"), Tone.ACTION, own=True),
]

KINDS = _by_key([*(kind for _title, kinds in GROUPS for kind in kinds), *OWN])


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
