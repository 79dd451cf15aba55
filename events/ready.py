"""The streams in which something may wait: each once, and never two workers at the same one."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from events.cursors import Stream


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
