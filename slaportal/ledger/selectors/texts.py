"""Do the texts still say what was recorded? The ledger holds their salted hashes; an erased one leaves a tombstone."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.conf import settings
from django.utils.module_loading import import_string

from slaportal.ledger.hashing import digest
from slaportal.ledger.models import Event, EventText

ERASED: Final = "text.erased"
Finder = Callable[[list[Event]], Iterable[tuple[int, str]]]


class Texts:
    """Compares the texts of events, part by part; what is missing is judged at the end, when all tombstones are known."""

    def __init__(self) -> None:
        self._missing: dict[tuple[int, str], Event] = {}
        self._erased: set[tuple[int, str]] = set()
        # Words that other apps keep in tables of their own, such as messages: the project says who can compare them.
        self._finders: list[Finder] = [import_string(path) for path in settings.LEDGER_WORDS]

    def compare(self, events: list[Event]) -> Iterator[tuple[int, str]]:
        """Yield the id of an event and in words what is wrong with its texts."""
        kept: dict[tuple[int, str], EventText] = {
            (text.event_id, text.name): text for text in EventText.objects.filter(event__in=events)
        }
        for event in events:
            said = json.loads(event.payload)
            for name, wanted in said["texts"].items():
                text = kept.pop((event.pk, name), None)
                if text is None:
                    self._missing[event.pk, name] = event
                elif digest(text.salt, text.text) != wanted:
                    yield event.pk, f"its {name} is not the text that was recorded"
            if event.kind == ERASED:
                self._erased.update((said["data"]["event"], name) for name in said["data"]["names"])
        for pk, name in kept:
            yield pk, f"it has a text {name} that was not recorded"
        for find in self._finders:
            yield from find(events)

    def gone(self) -> Iterator[tuple[Event, str]]:
        """Yield each event with the name of a text that is missing although nobody erased it on record."""
        for (pk, name), event in sorted(self._missing.items(), key=lambda item: item[0]):
            if (pk, name) not in self._erased:
                yield event, name

    @property
    def erased(self) -> int:
        """How many texts were erased on record."""
        return len(self._erased & set(self._missing))
