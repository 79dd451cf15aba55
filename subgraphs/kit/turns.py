"""Giving way: work that goes on without waiting leaves room for others in each turn of the loop."""

import asyncio
import time
from weakref import WeakKeyDictionary

MOST = 0.004
"""Seconds of a turn of the event loop, for all together that give way."""


class Turns:
    """Of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._until: float | None = None

    async def give_way(self) -> None:
        """Return at once while there is time left in this turn, else in the next one."""
        now = time.monotonic()
        if self._until is None:
            self._until = now + MOST
            self._loop.call_soon(self._over)
        elif now >= self._until:
            await asyncio.sleep(0)

    def _over(self) -> None:
        self._until = None


_LOOPS: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def turns() -> Turns:
    """Those of the running loop."""
    loop = asyncio.get_running_loop()
    found = _LOOPS.get(loop)
    if found is None:
        found = _LOOPS[loop] = Turns(loop)
    return found
