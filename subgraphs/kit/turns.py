"""Giving way: work that goes on without waiting leaves room for others in each turn of the loop."""

import asyncio
import time
from collections import deque
from weakref import WeakKeyDictionary

MOST = 0.008
"""Seconds of a turn of the event loop, for all together that give way."""


class Turns:
    """Of one event loop. Who has waited longest goes on first.

    What those will take that go on in a turn is not known before: it is learned from the last.
    """

    def __init__(self) -> None:
        self._turning = False
        self._until: float | None = None
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._at_once = 1

    async def give_way(self) -> None:
        """Return at once while there is time left in this turn, else in a later one."""
        loop = asyncio.get_running_loop()
        now = time.monotonic()
        if not self._turning:
            self._turning = True
            loop.call_soon(self._next, loop)
        elif self._waiting or (self._until is not None and now >= self._until):
            waiter = loop.create_future()
            self._waiting.append(waiter)
            await waiter
        if self._until is None:  # not before: what others take of a turn is theirs
            self._until = time.monotonic() + MOST

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        """In each turn, as long as somebody waits."""
        in_time = self._until is None or time.monotonic() < self._until
        most = 2 * self._at_once if in_time else self._at_once // 2
        self._at_once = max(1, min(most, len(self._waiting)))
        self._until = None
        woken = 0
        while self._waiting and woken < self._at_once:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                woken += 1
        self._turning = woken > 0
        if self._turning:
            loop.call_soon(self._next, loop)


_LOOPS: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def turns() -> Turns:
    """Those of the running loop."""
    loop = asyncio.get_running_loop()
    found = _LOOPS.get(loop)
    if found is None:
        found = _LOOPS[loop] = Turns()
    return found
