"""The cells of the triage queue: word, shape and color, from stored columns only."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership
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


def cell(first: str, more: str) -> SafeString:
    """Return two lines that stay together also where a row is shown as a card."""
    return format_html('<span class="q-cell">{}<span class="q-more">{}</span></span>', first, more)


def title(issue: Any) -> SafeString:
    """Return title, reference, client and flags; `issue` is annotated with `is_escalated` and `misses_reason`."""
    return format_html(
        '<span class="q-cell"><span class="q-title">{}</span> '
        '<span class="q-sub"><span class="q-ref">{}</span> <span>{}</span> {}</span></span>',
        issue.title,
        issue.reference,
        issue.organization,
        flags(issue),
    )


def level_word(value: str, *, provisional: bool) -> SafeString:
    """Return a level, marked while it is provisional."""
    suffix = format_html('<span class="level__suffix">{}</span>', _("provisional")) if provisional else ""
    word = Criticality(value).label
    return format_html('<span class="level level--{}">{}{} {}</span>', value, shape(value), word, suffix)


def level(issue: Issue) -> SafeString:
    """Return the governing level of an issue."""
    return level_word(issue.level, provisional=issue.provisional)


def state(issue: Issue) -> SafeString:
    """Return where the issue stands, with the stage of work while somebody works."""
    more = issue.get_stage_display().lower() if issue.state == IssueState.OPEN else ""
    return cell(issue.get_state_display(), more)


def waiting_on(issue: Issue, *, reader: Membership) -> SafeString:
    """Return who has to do what next."""
    owed = duties(issue, party=reader.party, reader=reader)
    return cell(owed[0].who, owed[0].what) if owed else NOTHING


def deadline(issue: Issue, *, now: datetime) -> SafeString:
    """Return the next running clock; a dash where none runs."""
    face = next_face(issue.obligations.all(), now=now) if issue.is_live else None
    if face is None:
        return NOTHING
    badge = render_to_string("components/clock.html", {"clock": face, "bare": True})
    # "Respond in …" says which clock it is; "Overdue by …" and "Paused" do not.
    named = face.headline.startswith(("Respond", "Resolve"))
    return cell(badge, "" if named else face.metric_label)


def owner(issue: Issue) -> SafeString:
    """Return who works on it."""
    if issue.assigned_to is None:
        return format_html('<span class="q-none">{}</span>', _("nobody"))
    return format_html("{}", issue.assigned_to.user)


def updated(issue: Issue, *, now: datetime) -> SafeString:
    """Return how long ago anybody did something, in the largest unit."""
    age = now - issue.updated_at
    words = " ".join(spoken(age).split()[:2]) if age >= timedelta(minutes=1) else _("a moment")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        issue.updated_at.isoformat(),
        f"{issue.updated_at:%Y-%m-%d %H:%M} UTC",
        _("%(time)s ago") % {"time": words},
    )


def flags(issue: Any) -> SafeString:
    """Return what else one must know before opening it."""
    found = []
    if issue.is_escalated:
        found.append(("tag--bad", "breaching", _("Escalated")))
    if issue.misses_reason:
        found.append(("tag--warn", "breaching", _("Reason missing")))
    if issue.is_live and issue.classification == Classification.DISPUTED:
        found.append(("tag--warn", "at_risk", _("Level disputed")))
    if any(one.cycle > 1 for one in issue.obligations.all()):
        found.append(("", "dot", _("Reopened")))
    tags = ((css, shape(mark), word) for css, mark, word in found)
    return format_html_join(" ", '<span class="tag {}">{}{}</span>', tags)
