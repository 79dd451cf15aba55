"""The streams in which something may wait: each once, and never two workers at the same one."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from events.cursors import Behind, Stream


class Ready:
    """A queue without doubles. A stream that is added while it is worked on comes again."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Stream, None] = OrderedDict()
        self._taken: set[Stream] = set()
        self._again: set[Stream] = set()
        self._changed = asyncio.Event()

    def add(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            if stream in self._taken:
                self._again.add(stream)
            else:
                self._waiting[stream] = None
                self._changed.set()

    async def take(self) -> Stream:
        """The one that waits longest; it is the caller's until `done`."""
        while not self._waiting:
            self._changed.clear()
            await self._changed.wait()
        stream, _ = self._waiting.popitem(last=False)
        self._taken.add(stream)
        return stream

    def done(self, stream: Stream) -> None:
        self._taken.discard(stream)
        if stream in self._again:
            self._again.discard(stream)
            self.add([stream])


class Stuck:
    """Tells the streams that get on in another way from those that do not."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._seen: dict[Stream, tuple[int, float]] = {}

    def among(self, behind: Sequence[Behind]) -> list[Behind]:
        """Those whose next event has failed, or that have been where they are for too long."""
        now = time.monotonic()
        self._seen = {each.stream: self._since(each, now) for each in behind}
        return [
            each
            for each in behind
            if each.attempts or now - self._seen[each.stream][1] >= self._patience
        ]

    def _since(self, behind: Behind, now: float) -> tuple[int, float]:
        position, since = self._seen.get(behind.stream, (-1, now))
        return (position, since) if position == behind.position else (behind.position, now)
