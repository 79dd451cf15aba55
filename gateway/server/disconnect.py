"""Stops the work for a client that has gone: ASGI servers do not do that by themselves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.types import Receive

CLIENT_GONE: Final = "CLIENT_GONE"
GONE: Final = 499  # nobody reads it; for the log, by a widespread convention


class ClientGone(Exception):
    """The client closed its connection before it had its answer."""


@asynccontextmanager
async def cancelled_on_disconnect(receive: Receive) -> AsyncIterator[None]:
    """Cancels its block when the client disconnects, and raises ClientGone instead.

    To be entered when the request's body has been read to its end.
    """
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 a coroutine runs in a task
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        task.cancel()

    watcher = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        # As in asyncio.timeout: only our own cancellation becomes another exception.
        if gone and task.uncancel() == 0:
            raise ClientGone from None
        raise
    finally:
        watcher.cancel()
