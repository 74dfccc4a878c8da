"""The cells of the triage queue: word, shape and color, from stored columns only."""

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from slaportal.issues.models import Classification, Issue, IssueState
from slaportal.issues.selectors.clocks import next_face
from slaportal.issues.selectors.duties import duties
from slaportal.lib.durations import spoken
from slaportal.policies.models import Criticality

NOTHING: Final = format_html('<span class="q-none">{}</span>', "–")


def shape(name: str) -> SafeString:
    """Return a shape of static/img/shapes.svg."""
    return format_html(
        '<svg class="shape" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/shapes.svg"),
        name,
    )


def title(issue: Issue) -> SafeString:
    """Return reference and title."""
    return format_html(
        '<span class="q-title">{}</span> <span class="q-ref">{}</span>', issue.title, issue.reference
    )


def level_word(value: str, *, provisional: bool) -> SafeString:
    """Return a level, marked while it is provisional."""
    suffix = format_html('<span class="level__suffix">{}</span>', "provisional") if provisional else ""
    word = Criticality(value).label
    return format_html('<span class="level level--{}">{}{} {}</span>', value, shape(value), word, suffix)


def level(issue: Issue) -> SafeString:
    """Return the governing level of an issue."""
    return level_word(issue.level, provisional=issue.provisional)


def state(issue: Issue) -> SafeString:
    """Return where the issue stands, with the stage of work while somebody works."""
    more = issue.get_stage_display().lower() if issue.state == IssueState.OPEN else ""
    return format_html('{}<span class="q-more">{}</span>', issue.get_state_display(), more)


def waiting_on(issue: Issue) -> SafeString:
    """Return who has to do what next."""
    owed = duties(issue, party="vendor")
    if not owed:
        return NOTHING
    first = owed[0]
    who = settings.VENDOR_NAME if first.yours else first.who
    return format_html('{}<span class="q-more">{}</span>', who, first.what)


def deadline(issue: Issue, *, now: datetime) -> SafeString:
    """Return the next running clock; a dash where none runs."""
    face = next_face(issue.obligations.all(), now=now) if issue.is_live else None
    if face is None:
        return NOTHING
    return render_to_string("components/clock.html", {"clock": face, "bare": True})


def owner(issue: Issue) -> SafeString:
    """Return who works on it."""
    if issue.assigned_to is None:
        return format_html('<span class="q-none">{}</span>', "nobody")
    return format_html("{}", issue.assigned_to.user)


def updated(issue: Issue, *, now: datetime) -> SafeString:
    """Return how long ago anybody did something."""
    return format_html(
        '<time datetime="{}" title="{}">{} ago</time>',
        issue.updated_at.isoformat(),
        f"{issue.updated_at:%Y-%m-%d %H:%M} UTC",
        spoken(max(now, issue.updated_at) - issue.updated_at).replace("less than a minute", "a moment"),
    )


def flags(issue: Any) -> SafeString:
    """Return what else one must know before opening it; `issue` is annotated with `is_escalated`."""
    found = []
    if issue.is_escalated:
        found.append(("tag--bad", "breaching", "Escalated"))
    if issue.is_live and issue.classification == Classification.DISPUTED:
        found.append(("tag--warn", "at_risk", "Level disputed"))
    if any(one.cycle > 1 for one in issue.obligations.all()):
        found.append(("", "dot", "Reopened"))
    if issue.demo:
        found.append(("", "dot", "Demo"))
    tags = ((css, shape(mark), word) for css, mark, word in found)
    return format_html_join(" ", '<span class="tag {}">{}{}</span>', tags)
