"""The portal's own time in these stories: hours pass in an instant, and all that is due in them happens."""

from datetime import UTC, datetime, timedelta

import time_machine

from slaportal.escalations.services import next_look, watch
from slaportal.feedback.services import postmortems
from slaportal.notifications import services as notifications


class Hours:
    """Time that passes while the watch and the letterbox do their work."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self.traveller = traveller

    def pass_by(self, hours: float) -> None:
        """Let so many hours pass; the watch looks at each instant at which something is due."""
        until = datetime.now(UTC) + timedelta(hours=hours)
        while (instant := next_look()) is not None and instant <= until:
            watch(now=max(instant, datetime.now(UTC)))
        self.traveller.shift(timedelta(hours=hours))
        postmortems.sweep(now=datetime.now(UTC))
        self.deliver()

    def reach(self, instant: datetime) -> None:
        """Let time pass until `instant`; what is due then has happened."""
        self.pass_by((instant - datetime.now(UTC)) / timedelta(hours=1))

    def deliver(self) -> None:
        """Let the letterbox send what is due."""
        while notifications.deliver(now=datetime.now(UTC)):
            pass
