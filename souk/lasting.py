"""Loops that run beside the server for as long as it does: none of them ends without a word."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

from events.defects import Defects

Loop = Callable[[], Coroutine[Any, Any, None]]
PAUSE = 1.0
"""Seconds before a loop that has ended is begun anew."""
WELL = 60.0
"""Seconds after which a loop that was begun anew counts as recovered."""


class LoopEnded(Exception):
    """Nobody told it to."""


@asynccontextmanager
async def beside(
    defects: Defects, loops: Mapping[str, Loop], pause: float = PAUSE
) -> AsyncIterator[None]:
    """They run as long as the block does; one that fails, or ends, is told of and begun anew."""
    lasting = [_lasting(defects, name, loop, pause) for name, loop in loops.items()]
    tasks = [asyncio.create_task(each) for each in lasting]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _lasting(defects: Defects, name: str, loop: Loop, pause: float) -> None:
    while True:
        begun = time.monotonic()
        try:
            await loop()
            raise LoopEnded(name)
        except Exception as error:  # noqa: BLE001 boundary: whatever a loop did not outlive
            if time.monotonic() - begun > WELL:
                defects.recovered(name)
            await defects.failed(name, error)
        await asyncio.sleep(pause)
