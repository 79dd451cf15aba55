"""A real server on a free port of the loopback, in the test's own event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from gateway.policy.streams import DEFAULT_STREAMS, StreamSettings
from gateway.server.lifecycle import Lifecycle
from gateway.server.listen import listen
from gateway.server.serve import serve


@asynccontextmanager
async def running(
    app: ASGIApp, lifecycle: Lifecycle | None = None, streams: StreamSettings = DEFAULT_STREAMS
) -> AsyncIterator[str]:
    """The server's URL; it is stopped, and has stopped, when the block ends."""
    listener = listen("127.0.0.1", 0)
    ready, stop = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(
        serve(app, listener, lifecycle=lifecycle, streams=streams, on_ready=ready.set, stop=stop)
    )
    await ready.wait()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        await task
