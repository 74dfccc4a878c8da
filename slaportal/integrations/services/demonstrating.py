"""The demo world comes in: generated, loaded like any history, with one password for everybody in it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

from slaportal.accounts import services as accounts
from slaportal.accounts.models import Organization, Party, User
from slaportal.escalations import services as escalations
from slaportal.integrations.demo.audit import tell_audits
from slaportal.integrations.demo.voices import speak
from slaportal.integrations.demo.world import DAYS, generate
from slaportal.integrations.histories import lines
from slaportal.integrations.histories.lines import Line
from slaportal.integrations.services.loading import Loaded, load
from slaportal.integrations.services.retelling import tell_postmortems
from slaportal.lib.refusal import Refused
from slaportal.notifications.services import silenced
from slaportal.policies import services as policies

PASSWORD: Final = "protecto-demo"  # noqa: S105 - printed for whoever tries the demo
# What happened longer ago sends no messages: nobody reads three months of mail.
TALKS_FOR: Final = timedelta(hours=24)


@transaction.atomic
def load_demo(
    *,
    seed: int,
    now: datetime,
    vendor_name: str,
    issues: int = 300,
    on_start: Callable[[int], None] = lambda total: None,
    on_line: Callable[[Line], None] | None = None,
) -> Loaded:
    """Make the demo world up to `now`: two clients, the vendor's people, 90 days, all rows marked as demo.

    The vendor's organization and the standard agreement are real and stay. `on_start` is called with the number of
    lines, `on_line` after each. Raises `Refused` when a demo world is there already.
    """
    if demo_is_there():
        raise Refused(
            "The demo world is there already. To make it anew, remove it first: manage.py remove_demo."
        )
    accounts.create_organization(name=vendor_name, party=Party.VENDOR)
    policies.load_standard(now=now - timedelta(days=DAYS + 31))
    # What is due in the real world is noticed now, before the demo lets the past go by.
    while escalations.watch(now=now):
        continue
    found = lines.read(generate(seed=seed, now=now, vendor_name=vendor_name, issues=issues))
    on_start(len(found))
    loaded = load(found, demo=True, silent_before=now - TALKS_FOR, on_line=on_line)
    with silenced():
        tell_postmortems(seed=seed, now=now)
        tell_audits(now=now)
    speak(seed=seed, now=now, silent_before=now - TALKS_FOR)
    # Hashing takes its time on purpose, so it is done once.
    User.objects.filter(demo=True).update(password=make_password(PASSWORD))
    return loaded


def demo_is_there() -> bool:
    """Whether there are organizations or people of the demo world."""
    return Organization.objects.filter(demo=True).exists() or User.objects.filter(demo=True).exists()
