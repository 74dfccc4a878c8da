"""Every component in every state on one page, for the people who build the portal (DEBUG only)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

DUE: Final = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


@dataclass(frozen=True)
class SampleClock:
    """What components/clock.html shows."""

    state: str
    headline: str
    metric_label: str = "Resolution"
    due: datetime | None = DUE
    note: str = ""
    provisional: bool = False
    reopened: bool = False
    remaining_seconds: int | None = None
    zone: str = "Europe/Berlin"


CLOCKS: Final = (
    SampleClock("not_started", "Resolve in 6 h of support time", note="starts when support opens"),
    SampleClock("running", "Resolve in 6 h 10 min", remaining_seconds=22200),
    SampleClock("at_risk", "Resolve in 40 min", remaining_seconds=2400),
    SampleClock("paused", "Paused – 6 h 10 min left", due=None, note="waiting for you since Mon"),
    SampleClock("outside_hours", "Support closed – 2 h left", note="resumes Mon 09:00 CET"),
    SampleClock("breaching", "Overdue by 2 h 05 min", remaining_seconds=-7500),
    SampleClock("met", "Met – resolved 1 h 20 min before due"),
    SampleClock("breached", "Breached – resolved 2 h 10 min late"),
    SampleClock("cancelled", "Not counted", due=None, note="withdrawn before it was due"),
    SampleClock("running", "Respond in 45 min", metric_label="Response", provisional=True),
    SampleClock("at_risk", "Resolve in 1 h 05 min", reopened=True),
    SampleClock("breaching", "Overdue by 12 min", provisional=True, note="decided when the level is agreed"),
)

ROWS: Final = (
    ("ISS-7Q4K2M9D", "Export stops after 10,000 rows", "critical", CLOCKS[5], "Investigating"),
    ("ISS-2M8T5XKA", "Search finds nothing for names with an apostrophe", "high", CLOCKS[2], "Fixing"),
    (
        "ISS-9C3R7WQH",
        "Nightly synchronization takes four hours instead of one",
        "medium",
        CLOCKS[1],
        "Verifying",
    ),
    ("ISS-5H1V6NEJ", "Button in the footer is one pixel too high", "low", CLOCKS[3], "Waiting"),
    ("ISS-4B8Y2GTS", "Sign-in page shows the old logo", "low", CLOCKS[6], "Resolved"),
)


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label="Title", help_text="One matter, in one line.")
    level = forms.ChoiceField(label="Level", choices=[("high", "High"), ("medium", "Medium"), ("low", "Low")])
    text = forms.CharField(label="What happened?", widget=forms.Textarea, required=False)
    stopped = forms.ChoiceField(
        label="What stopped?",
        help_text="The answers suggest a level; you can choose another one.",
        widget=forms.RadioSelect,
        choices=[
            ("all", "Everything"),
            ("core", "An important function"),
            ("minor", "A minor function"),
            ("none", "Nothing, I have a question"),
        ],
    )
    file = forms.FileField(label="Attachments", required=False, help_text="Up to 20 MB each.")
    watch = forms.BooleanField(label="Tell me about every change", required=False)


def _stages() -> list[dict[str, str]]:
    names = ("Investigating", "Cause found", "Fixing", "Verifying", "Resolved")
    states = ("done", "done", "now", "later", "later")
    return [{"label": name, "state": state} for name, state in zip(names, states, strict=True)]


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show them all."""
    wrong = SampleForm({"title": "", "level": "high", "text": "It stops.", "stopped": ""})
    wrong.is_valid()
    context: dict[str, Any] = {
        "clocks": CLOCKS,
        "levels": ["critical", "high", "medium", "low"],
        "rows": ROWS,
        "form": SampleForm(prefix="plain"),
        "wrong": wrong,
        "stages": _stages(),
        "page": Paginator(range(120), 25).page(2),
        "due": DUE,
        "kinds": ["info", "success", "warning", "error"],
    }
    return render(request, "styleguide.html", context)
