"""Works on several items at once and gives the results in the order of the items."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def in_order(
    items: AsyncIterator[T], work: Callable[[T], Coroutine[Any, Any, R]], most: int
) -> AsyncGenerator[R, None]:
    """At most `most` are under way or finished and not taken; then no further item is read.

    What reading or working raises comes in its place, and is the last.
    """
    waiting: asyncio.Queue[asyncio.Task[R] | None] = asyncio.Queue(most)
    running: set[asyncio.Task[R]] = set()

    async def read() -> None:
        try:
            async for item in items:
                task = asyncio.create_task(work(item))
                running.add(task)
                await waiting.put(task)
        finally:
            if not reader.cancelling():
                await waiting.put(None)

    reader = asyncio.create_task(read())
    try:
        while (task := await waiting.get()) is not None:
            result = await task
            running.discard(task)
            yield result
        await reader
    finally:
        left: list[asyncio.Task[Any]] = [reader, *running]
        for each in left:
            each.cancel()
        await asyncio.wait(left)
        for each in left:
            if not each.cancelled():
                each.exception()  # it has been raised already, or nobody is there to hear it
