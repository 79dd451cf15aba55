"""Records that a broker brings in any order, some twice, some never, put in order again."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from heapq import heappop, heappush

from events import log
from events.hub.cursor import Cursor, LogLost
from events.hub.log import holds
from events.stamped import Stamped
from models.database import Reads

GAP = 0.05
SILENCE = 1.0
MOST = 10_000
PAGE = 500


class OrderedSource:
    """What is `put` in by the broker's reader comes out by position; the log fills the holes.

    A hole is waited for `gap` seconds, for the partitions of a broker run side by side; then it
    is read from the log. When nothing was put in for `silence` seconds the log is looked at, so
    that subscribers stay informed while the broker is away.
    """

    def __init__(self, db: Reads, *, gap: float = GAP, silence: float = SILENCE) -> None:
        self._db = db
        self._gap = gap
        self._silence = silence
        self._incarnation: str | None = None
        self._position = 0
        self._waiting: dict[int, Stamped] = {}
        self._heap: list[int] = []
        self._seen = asyncio.Event()
        self.from_log = 0
        """How many records the broker did not bring in time."""

    def put(self, incarnation: str, record: Stamped) -> None:
        """Of another incarnation, known already, or too many to keep: left out, for the log."""
        position = record.position
        if incarnation != self._incarnation or position <= self._position:
            return
        if position in self._waiting or len(self._waiting) >= MOST:
            return
        self._waiting[position] = record
        heappush(self._heap, position)
        self._seen.set()

    async def records(self, after: Cursor) -> AsyncGenerator[Sequence[Stamped], None]:
        """See `Source.records`."""
        if after.incarnation != self._incarnation:
            self._waiting.clear()
            self._heap.clear()
        self._incarnation, self._position = after.incarnation, after.position
        while True:
            self._seen.clear()
            if ready := self._ready():
                yield ready
            elif self._heap:
                if not await self._filled():
                    if for_hole := await self._from_log(through=self._heap[0] - 1):
                        yield for_hole
                    elif await holds(self._db, Cursor(after.incarnation, self._position)):
                        self._drop()  # the log is not as far: a stranger's
                    else:
                        raise LogLost
            elif not await self._put_within(self._silence):
                while page := await self._from_log():
                    yield page
                if not await holds(self._db, Cursor(after.incarnation, self._position)):
                    raise LogLost

    def _ready(self) -> list[Stamped]:
        """What follows the position without a hole."""
        ready: list[Stamped] = []
        while self._heap and self._heap[0] <= self._position + 1:
            position = heappop(self._heap)
            record = self._waiting.pop(position)
            if position == self._position + 1:
                ready.append(record)
                self._position = position
        return ready

    def _drop(self) -> None:
        """The next of those that wait."""
        del self._waiting[heappop(self._heap)]

    async def _filled(self) -> bool:
        """Whether the broker brings the next position in time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._gap
        while self._heap[0] > self._position + 1:
            if (left := until - loop.time()) <= 0 or not await self._put_within(left):
                return self._heap[0] <= self._position + 1
            self._seen.clear()
        return True

    async def _put_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._seen.wait()
        except TimeoutError:
            return False
        return True

    async def _from_log(self, through: int | None = None) -> list[Stamped]:
        page = await log.after(self._db, self._position, PAGE, through=through)
        if page:
            self._position = page[-1].position
            self.from_log += len(page)
        return page
