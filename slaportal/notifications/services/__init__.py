"""The letterbox: `enqueue` in the transaction of the cause, `deliver` from the worker's loop, and what people want.

Exactly once is what the database keeps: one row per cause, kind and person. A mail is sent at least once: a worker
that dies between sending and marking repeats it under the same Message-ID, so the receiver can drop it.
"""

from slaportal.notifications.services.choices import redirect, save_preferences, stop_redirect
from slaportal.notifications.services.delivering import ATTEMPTS, BACK_OFF, LEASE, deliver, resend
from slaportal.notifications.services.digests import gather, next_slot
from slaportal.notifications.services.inbox import mark_all_read, mark_read
from slaportal.notifications.services.owing import Recipient, enqueue, is_silenced, silenced
from slaportal.notifications.services.wording import preview, restore_default, save_version, test_send

__all__ = [
    "ATTEMPTS",
    "BACK_OFF",
    "LEASE",
    "Recipient",
    "deliver",
    "enqueue",
    "gather",
    "is_silenced",
    "mark_all_read",
    "mark_read",
    "next_slot",
    "preview",
    "redirect",
    "resend",
    "restore_default",
    "save_preferences",
    "save_version",
    "silenced",
    "stop_redirect",
    "test_send",
]
