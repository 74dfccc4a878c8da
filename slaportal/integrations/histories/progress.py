"""How far a load has come, on a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Never

from tqdm import tqdm

from slaportal.integrations.histories.lines import Line


@contextmanager
def bar(total: int, *, quiet: bool) -> Iterator[Callable[[Line], None]]:
    """Show a bar on standard error and yield what to call after each line; nothing where nobody watches."""
    hidden = quiet or not sys.stderr.isatty()
    shown: tqdm[Never] = tqdm(total=total, unit=" lines", desc="Loading", disable=hidden, file=sys.stderr)
    with shown:

        def step(line: Line) -> None:
            shown.update()

        yield step
