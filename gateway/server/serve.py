"""Runs an ASGI app on uvicorn until it is told to stop, and loses no request when it is."""

import asyncio
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
import uvloop
from starlette.types import ASGIApp

from gateway.policy.streams import DEFAULT_STREAMS, StreamSettings
from gateway.server.frames import FramedWebSocket
from gateway.server.lifecycle import Lifecycle

# Seconds. A caller that keeps idle connections for 4 s never sends on one that is being closed,
# and within the drain window each idle connection has either closed or been told to.
_KEEP_ALIVE: Final = 5
_DRAIN_WINDOW: Final = _KEEP_ALIVE + 1
_GRACE: Final = 30
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


async def serve(
    app: ASGIApp,
    listener: socket.socket,
    *,
    lifecycle: Lifecycle | None = None,
    streams: StreamSettings = DEFAULT_STREAMS,
    on_ready: Callable[[], None] | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve `app` on a socket from `listen` until SIGTERM, SIGINT, or `stop` is set.

    Stopping: `lifecycle` is draining (readiness 503), no new connections, requests in flight
    finish within 30 s, streams end, every answer closes its connection. A second SIGINT stops
    waiting.
    `on_ready` is called when requests are taken. The loop should be uvloop's, as in `run`.
    Signals are handled only in the main thread, and are not raised again afterwards: the caller
    cleans up.
    """
    config = uvicorn.Config(
        app,
        http="httptools",
        ws=FramedWebSocket,
        ws_max_size=streams.max_message_bytes,
        ws_ping_interval=streams.ping_interval,
        ws_ping_timeout=streams.ping_interval,
        ws_per_message_deflate=False,  # 10,000 compressors, each with its own window
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
    )
    server = _Server(config, lifecycle or Lifecycle(), on_ready)
    stopper = asyncio.create_task(_stop_on(stop, server)) if stop else None
    try:
        await server.serve(sockets=[listener])
    finally:
        listener.close()
        if stopper is not None:
            stopper.cancel()


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run `main`, which calls `serve`, on uvloop: what a process without a loop of its own does."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, lifecycle: Lifecycle, on_ready: Callable[[], None] | None
    ) -> None:
        super().__init__(config)
        self._lifecycle = lifecycle
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_ready is not None:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain first. uvicorn alone would cut idle connections while callers write on them."""
        self._lifecycle.drain()
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        until = loop.time() + _DRAIN_WINDOW
        while self._is_busy() and loop.time() < until:  # noqa: ASYNC110 uvicorn has none
            await asyncio.sleep(0.05)
        await super().shutdown(sockets)

    def _is_busy(self) -> bool:
        return bool(self.server_state.connections) and not self.force_exit

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Unlike uvicorn's: no signal is raised again, which would skip the caller's cleaning."""
        loop = asyncio.get_running_loop()
        try:
            for number in _SIGNALS:
                loop.add_signal_handler(number, self.handle_exit, number, None)
        except (RuntimeError, ValueError):  # not the main thread: whoever is there decides
            yield
            return
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)


async def _stop_on(stop: asyncio.Event, server: uvicorn.Server) -> None:
    await stop.wait()
    server.should_exit = True
