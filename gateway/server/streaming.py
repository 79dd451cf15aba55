"""Answers that go on: events as they come, over HTTP, to one client that may read slowly."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, suppress
from typing import Any, Protocol

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.execution.messages import GraphQLResponse
from gateway.execution.streams import Event, Subscription
from gateway.server.answers import code_of, with_request_id
from gateway.server.disconnect import ClientGone, cancelled_on_disconnect
from gateway.server.lagging import lagged
from gateway.server.lifecycle import Lifecycle
from gateway.server.record import RequestRecord

Errors = Sequence[dict[str, Any]]


class Format(Protocol):
    """How events are written into the body."""

    media_type: str
    begin: bytes
    heartbeat: bytes

    def next(self, body: bytes) -> bytes: ...

    def end(self, errors: Errors) -> bytes:
        """The last of the body, where it does not just break off."""
        ...


class EventQueue:
    """The `Sink` of one streamed answer: at most `most` events wait. `record` is told of them."""

    def __init__(self, most: int, record: RequestRecord) -> None:
        self._most = most
        self._record = record
        self._waiting: deque[bytes] = deque()
        self._errors: list[dict[str, Any]] | None = None
        self._changed = asyncio.Event()
        self._subscription: Subscription | None = None
        self._cut = False
        self._cursor: str | None = None

    def follow(self, subscription: Subscription) -> None:
        """Events come from there."""
        self._subscription = subscription

    def answer(self, response: GraphQLResponse) -> None:
        """The one answer of a query, or that of a subscription which is refused."""
        body = response.body()
        if response.errors:
            body["errors"] = with_request_id(response.errors, self._record.request_id)
            self._record.code = code_of(response.errors[0])
        self._waiting.append(orjson.dumps(body))
        self.end(())

    def next(self, event: Event) -> None:
        """See `Sink.next`."""
        if self._errors is not None:
            return
        if len(self._waiting) >= self._most:
            self.end([lagged(self._cursor)])
            self.cancel()
            return
        if event.cursor is not None:
            self._cursor = event.cursor
        self._record.events += 1
        self._waiting.append(event.body)
        self._changed.set()

    def end(self, errors: Errors) -> None:
        """See `Sink.end`."""
        if self._errors is None:
            self._errors = with_request_id(errors, self._record.request_id)
            if errors:
                self._record.code = code_of(errors[0])
            self._changed.set()

    def cut(self) -> None:
        """The body is to break off."""
        self._cut = True
        self._changed.set()

    def cancel(self) -> None:
        """Nobody listens any more."""
        if self._subscription is not None:
            self._subscription.cancel()

    async def chunks(self, written: Format, heartbeat: float) -> AsyncIterator[bytes]:
        """The body. Breaks off where it has been cut."""
        if written.begin:
            yield written.begin
        while not self._cut:
            if self._waiting:
                yield written.next(self._waiting.popleft())
            elif self._errors is not None:
                yield written.end(self._errors)
                return
            else:
                self._changed.clear()
                try:
                    async with asyncio.timeout(heartbeat):
                        await self._changed.wait()
                except TimeoutError:
                    yield written.heartbeat


class StreamedResponse(Response):
    """Sends what a queue gets, until it ends, its client goes, or the server restarts.

    `expiry`: in how many seconds the client's token expires, and what it is told then. `held` is
    closed at the end.
    """

    def __init__(
        self,
        queue: EventQueue,
        written: Format,
        lifecycle: Lifecycle,
        *,
        heartbeat: float,
        expiry: tuple[float | None, Errors],
        held: ExitStack,
    ) -> None:
        super().__init__(
            headers={
                "content-type": written.media_type,
                "cache-control": "no-store",
                "connection": "close",  # a body that breaks off must be seen to be over
                "x-accel-buffering": "no",  # or nginx would hold events back
            }
        )
        del self.headers["content-length"]
        self._queue = queue
        self._written = written
        self._lifecycle = lifecycle
        self._heartbeat = heartbeat
        self._expires_in, self._expired = expiry
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        timers: list[asyncio.TimerHandle] = []
        loop = asyncio.get_running_loop()

        def restart(seconds: float) -> None:
            timers.append(loop.call_later(seconds, self._queue.cut))

        if self._expires_in is not None:
            timers.append(
                loop.call_later(max(self._expires_in, 0.0), self._queue.end, self._expired)
            )
        self._lifecycle.add(restart)
        try:
            with suppress(ClientGone):
                async with cancelled_on_disconnect(receive):
                    await self._send(send)
        finally:
            self._lifecycle.remove(restart)
            for timer in timers:
                timer.cancel()
            self._held.close()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for chunk in self._queue.chunks(self._written, self._heartbeat):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
