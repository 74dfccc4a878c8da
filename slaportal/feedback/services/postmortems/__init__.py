"""Post-mortems: drafted by a sweep, written together, reviewed and published by others, or waived (spec §7)."""

from slaportal.feedback.services.postmortems.committing import (
    add_action,
    add_idea,
    commit_idea,
    end_action,
    postpone,
    remove_action,
)
from slaportal.feedback.services.postmortems.common import Conflict
from slaportal.feedback.services.postmortems.drafting import draft
from slaportal.feedback.services.postmortems.releasing import (
    accept,
    approve,
    correct,
    publish,
    send_back,
    submit,
    take_back,
)
from slaportal.feedback.services.postmortems.sweeping import sweep
from slaportal.feedback.services.postmortems.waiving import ask_waiver, refuse_waiver, waive
from slaportal.feedback.services.postmortems.writing import (
    Overlap,
    Saved,
    add_entry,
    add_factor,
    hand_over,
    remove_entry,
    remove_factor,
    save_texts,
    tick,
)

__all__ = [
    "Conflict",
    "Overlap",
    "Saved",
    "accept",
    "add_action",
    "add_entry",
    "add_factor",
    "add_idea",
    "approve",
    "ask_waiver",
    "commit_idea",
    "correct",
    "draft",
    "end_action",
    "hand_over",
    "postpone",
    "publish",
    "refuse_waiver",
    "remove_action",
    "remove_entry",
    "remove_factor",
    "save_texts",
    "send_back",
    "submit",
    "sweep",
    "take_back",
    "tick",
    "waive",
]
