"""What is new in the ledger, asked a few times a second by one reader in each process."""

from collections import deque
from time import monotonic
from typing import Final

from django.db.models import Max

from slaportal.ledger.models import Event

# How long a transaction may take between drawing the number of its event and its commit, in seconds.
LATE: Final = 60.0
BEFORE: Final = 500


class LedgerFeed:
    """Remembers which events it has told of.

    The highest number alone would not do: PostgreSQL numbers events when they are written and shows them when they are
    committed, so a lower number can appear after a higher one. What is younger than a minute is compared one by one.
    """

    def __init__(self) -> None:
        self._floor: int | None = None
        self._told: set[int] = set()
        self._heights: deque[tuple[float, int]] = deque()

    def news(self) -> set[int]:
        """Return the organizations in whose part of the ledger something was committed since the last call."""
        if self._floor is None:
            highest = Event.objects.aggregate(highest=Max("pk"))["highest"] or 0
            self._floor = max(0, highest - BEFORE)
            self._told = set(self._recent())
            return set()
        fresh = {pk: owner for pk, owner in self._recent().items() if pk not in self._told}
        self._told |= fresh.keys()
        self._forget()
        return set(fresh.values())

    def _recent(self) -> dict[int, int]:
        return dict(Event.objects.filter(pk__gt=self._floor).values_list("pk", "organization"))

    def _forget(self) -> None:
        now = monotonic()
        self._heights.append((now, max(self._told, default=0)))
        while self._heights and self._heights[0][0] < now - LATE:
            self._floor = max(self._floor or 0, self._heights.popleft()[1])
        self._told = {pk for pk in self._told if pk > (self._floor or 0)}
