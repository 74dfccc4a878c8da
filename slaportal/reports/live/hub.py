"""One reader of the ledger in each web process, and the streams that it feeds.

However many dashboards are open, a process asks the ledger four times a second. What it hears makes the boards of the
readers concerned, once per viewpoint and wording, and every stream gets the newest one. A board is a whole: a browser
that was cut off needs no history, it only says which board it shows (`Last-Event-ID`).
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Final, TypeVar

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connections

from slaportal.reports.live.feed import LedgerFeed
from slaportal.reports.live.leaving import before_leaving
from slaportal.reports.live.rendering import Style, body, frame, hello
from slaportal.reports.live.tickets import Ticket, valid
from slaportal.reports.selectors.board import Board, board
from slaportal.reports.selectors.viewpoints import Viewpoint

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

LOOK_EVERY: Final = 0.25  # seconds between two looks at the ledger: a change is seen within one second
ASK_EVERY: Final = 5.0  # seconds between two looks at who may still see; the promise is 15
BEAT_EVERY: Final = 10.0  # seconds between two signs of life; a browser that misses two says so
WORDS_HOLD: Final = timedelta(seconds=30)  # "overdue by 12 min" may be so old when it is sent
BEAT: Final = frame("beat", "")
GONE: Final = frame("gone", "")


@dataclass(eq=False, slots=True)
class Stream:
    """One open dashboard: a letterbox that holds the newest board and nothing older."""

    ticket: Ticket
    viewpoint: Viewpoint
    style: Style
    shows: str
    over: bool = False
    waiting: bytes = BEAT
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, frame: bytes) -> None:
        """Send `frame` next, instead of what was not sent yet."""
        self.waiting = frame
        self.wake.set()

    def end(self, farewell: bytes = b"") -> None:
        """Send `farewell` and nothing after it."""
        self.over = True
        self.put(farewell)


class Hub:
    """The streams of one process, and the task that feeds them while there are any. `clock` reads the time in UTC."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._streams: set[Stream] = set()
        self._boards: dict[tuple[object, ...], tuple[Board, str]] = {}
        self._changed: set[int] = set()
        self._thread = ThreadPoolExecutor(1, "dashboards")
        self._task: asyncio.Task[None] | None = None
        self._listens = self._closed = False

    async def follow(self, stream: Stream) -> AsyncIterator[bytes]:
        """Yield the events of `stream` until it ends or its reader goes."""
        # The thread of this request lives as long as the stream: it must not keep a connection to the database.
        await sync_to_async(connections.close_all)()
        yield hello()
        self._join(stream)
        try:
            while stream.wake.is_set() or not stream.over:
                await stream.wake.wait()
                stream.wake.clear()
                # Taken before it is sent: what is put meanwhile waits for the next turn.
                yield stream.waiting
        finally:
            self._streams.discard(stream)

    def close(self) -> None:
        """End every stream: this process leaves, and browsers come back to another one."""
        self._closed = True
        for stream in self._streams:
            stream.end()

    def _join(self, stream: Stream) -> None:
        stream.wake.set()  # the first sign of life, at once
        if self._closed:
            stream.end()
            return
        self._streams.add(stream)
        loop = asyncio.get_running_loop()
        if not self._listens:
            self._listens = True
            before_leaving(lambda: loop.call_soon_threadsafe(self.close))
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._feed())

    async def _feed(self) -> None:
        """Look, tell, ask and beat until nobody is left."""
        feed, asked, beaten = LedgerFeed(), monotonic(), monotonic()
        self._boards.clear()
        while self._streams:
            try:
                self._changed |= await self._read(feed.news)
                await self._tell()
                if monotonic() - asked >= ASK_EVERY:
                    await self._ask()
                    asked = monotonic()
                if monotonic() - beaten >= BEAT_EVERY:
                    self._beat()
                    beaten = monotonic()
            except DatabaseError as error:
                # No sign of life goes out meanwhile, so that every dashboard says since when it is not live.
                logger.warning("The dashboards cannot read the database: %s", type(error).__name__)
            except Exception:
                logger.exception("The dashboards stopped; browsers ask for them again.")
                for stream in self._streams:
                    stream.end()
                return
            await asyncio.sleep(LOOK_EVERY)

    async def _tell(self) -> None:
        """Send the boards that are new to those to whom they are new."""
        changed, now = frozenset(self._changed), self._clock()
        readers: dict[tuple[object, ...], list[Stream]] = defaultdict(list)
        for stream in self._streams:
            readers[stream.viewpoint.key].append(stream)
        self._boards = {key: one for key, one in self._boards.items() if key in readers}
        for key, streams in readers.items():
            known = self._boards.get(key)
            if known is None or known[0].until <= now or concerns(streams[0].viewpoint, changed):
                await self._make(key, streams[0].viewpoint)
            behind = [one for one in streams if one.shows != self._boards[key][1]]
            if behind and now - self._boards[key][0].now > WORDS_HOLD:
                await self._make(key, streams[0].viewpoint)
            await self._send(behind, *self._boards[key])
        self._changed -= changed

    async def _make(self, key: tuple[object, ...], viewpoint: Viewpoint) -> None:
        made = await self._read(partial(board, viewpoint, now=self._clock()))
        self._boards[key] = (made, made.fingerprint)

    async def _send(self, streams: list[Stream], made: Board, fingerprint: str) -> None:
        """Send one board, worded once for all who read it alike."""
        alike: dict[Style, list[Stream]] = defaultdict(list)
        for stream in streams:
            alike[stream.style].append(stream)
        for style, readers in alike.items():
            html = await self._read(partial(body, made, readers[0].viewpoint, style))
            news = frame("board", html, number=fingerprint)
            for stream in readers:
                if not stream.over:
                    stream.shows = fingerprint
                    stream.put(news)

    async def _ask(self) -> None:
        """End the streams of those who may no longer see: signed out, removed, given another role, revoked."""
        asked = list(self._streams)
        good = await self._read(partial(valid, {one.ticket for one in asked}, now=self._clock()))
        for stream in asked:
            if stream.ticket not in good:
                stream.end(GONE)

    def _beat(self) -> None:
        for stream in self._streams:
            if not stream.wake.is_set():
                stream.put(BEAT)

    async def _read(self, ask: Callable[[], Result]) -> Result:
        """Ask the database in the one thread that may, without keeping a connection in between."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, _and_let_go, ask)


def concerns(viewpoint: Viewpoint, organizations: frozenset[int]) -> bool:
    """Whether events of `organizations` can change what `viewpoint` shows."""
    return bool(organizations) and viewpoint.organization_id in {None, *organizations}


def _and_let_go(ask: Callable[[], Result]) -> Result:
    try:
        return ask()
    finally:
        connections.close_all()
