"""Which runner does which kind of work. Apps above register theirs in settings.JOB_KINDS; this app knows none of them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from slaportal.jobs.models import Job
from slaportal.jobs.progress import Progress


@dataclass(frozen=True)
class Outcome:
    """What came out: a sentence for whoever asked, and the path of the page or file to open ("" for none)."""

    words: str
    url: str = ""


Runner = Callable[[Job, Progress], Outcome]
"""Does the work of `job.arguments`, telling its progress as it goes. It may be run again after a worker died, so it
keeps its promises by constraints and not by having run once; it computes outside a transaction and writes in short
ones, since a progress that is written inside a long one is seen by nobody. It raises `Refused` with a sentence for
the reader when the work cannot be done."""


class UnknownKindError(LookupError):
    """No runner is registered under this name."""


def runner(kind: str) -> Runner:
    """Return what does work of this kind. Raises `UnknownKindError`."""
    try:
        path = settings.JOB_KINDS[kind]
    except KeyError:
        raise UnknownKindError(
            f"{kind} has no runner in JOB_KINDS; there are {sorted(settings.JOB_KINDS)}."
        ) from None
    found: Runner = import_string(path)
    return found
