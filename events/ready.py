"""The streams in which something may wait: each once, and never two workers at the same one."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress

from events.cursors import Behind, Stream


class Ready:
    """A queue without doubles, from which the streams of one consumer are taken together.

    A stream that is added while it is worked on comes again. A consumer that was served is left
    alone for `lull` seconds. What has trouble, or much to catch up with, is to be taken `apart`
    next time, by itself: the others shall not wait for it.
    """

    def __init__(self, lull: float = 0.0) -> None:
        self._lull = lull
        self._waiting: OrderedDict[str | Stream, dict[Stream, None]] = OrderedDict()
        self._rests_until: dict[str | Stream, float] = {}
        self._apart: set[Stream] = set()
        self._taken: set[Stream] = set()
        self._again: set[Stream] = set()
        self._changed = asyncio.Event()

    def add(self, streams: Iterable[Stream], *, apart: bool = False) -> None:
        for stream in streams:
            if apart and stream not in self._apart:
                self._apart.add(stream)
                self._leave_group(stream)
            if stream in self._taken:
                self._again.add(stream)
            else:
                group = stream if stream in self._apart else stream.consumer
                self._waiting.setdefault(group, {})[stream] = None
                self._changed.set()

    async def take(self) -> list[Stream]:
        """All that wait for the consumer that waits longest; they are the caller's until `done`."""
        while True:
            now = time.monotonic()
            for group in self._waiting:
                if self._rests_until.get(group, now) <= now:
                    streams = list(self._waiting.pop(group))
                    self._taken.update(streams)
                    self._apart.difference_update(streams)
                    if isinstance(group, str):
                        self._rests_until[group] = now + self._lull
                    return streams
            self._changed.clear()
            rests = [self._rests_until[group] - now for group in self._waiting]
            with suppress(TimeoutError):
                async with asyncio.timeout(min(rests, default=None)):
                    await self._changed.wait()

    def done(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            self._taken.discard(stream)
            if stream in self._again:
                self._again.discard(stream)
                self.add([stream])

    def _leave_group(self, stream: Stream) -> None:
        group = self._waiting.get(stream.consumer, {})
        group.pop(stream, None)
        if not group:
            self._waiting.pop(stream.consumer, None)


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
