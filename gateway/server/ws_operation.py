"""One operation over a WebSocket: a query, a mutation, or a subscription and its events."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from gateway.execution.messages import GraphQLResponse
from gateway.execution.streams import Event, Subscription
from gateway.server.answers import code_of, with_request_id
from gateway.server.disconnect import CLIENT_GONE, GONE
from gateway.server.graphql_ws import complete_message, error_message, head_of_next
from gateway.server.lagging import lagged
from gateway.server.outbox import Outbox
from gateway.server.record import SUBSCRIPTION, RequestRecord


class Operation:
    """The `Sink` of its subscription. `on_end` are called once, when nothing follows any more.

    By then `record` and `status` say how it went, as over HTTP.
    """

    __slots__ = (
        "_done",
        "_head",
        "_most",
        "_outbox",
        "_subscription",
        "cursor",
        "id",
        "on_end",
        "record",
        "status",
        "task",
        "waiting",
    )

    def __init__(self, id: str, record: RequestRecord, outbox: Outbox, most: int) -> None:
        self.id = id
        self.record = record
        self.status = 200
        self.on_end: list[Callable[[], object]] = []
        self.task: asyncio.Task[None] | None = None
        self.waiting = 0
        self.cursor: str | None = None
        self._outbox = outbox
        self._most = most
        self._head = head_of_next(id)
        self._subscription: Subscription | None = None
        self._done = False

    # -- a subscription

    def follow(self, subscription: Subscription) -> None:
        """Events come from there, unless it has ended meanwhile."""
        if self._done:
            subscription.cancel()
        else:
            self._subscription = subscription

    def next(self, event: Event) -> None:
        """See `Sink.next`."""
        if self._done:
            return
        if self.waiting >= self._most:
            self.fail([lagged(self.cursor)])
            return
        self.record.events += 1
        if event.cursor is not None:
            self.cursor = event.cursor
        self._outbox.send(b"%b%b}" % (self._head, event.body), self)

    def end(self, errors: Sequence[dict[str, Any]]) -> None:
        """See `Sink.end`."""
        self._subscription = None
        self.fail(errors) if errors else self._end(complete_message(self.id))

    # -- a single answer, or none

    def answer(self, response: GraphQLResponse) -> None:
        if not response.executed:
            self.fail(response.errors, 400)
        elif not self._done:
            body = response.body()
            code = None
            if response.errors:
                body["errors"] = with_request_id(response.errors, self.record.request_id)
                code = code_of(response.errors[0])
            self._outbox.send(b"%b%b}" % (self._head, orjson.dumps(body)))
            self._end(complete_message(self.id), code)

    def fail(self, errors: Sequence[dict[str, Any]], status: int = 200) -> None:
        numbered = with_request_id(errors, self.record.request_id)
        self._end(error_message(self.id, numbered), code_of(numbered[0]), status)

    def cancel(self, closed: str | None = None) -> None:
        """Its client wants no more of it, or its connection is over: `closed` if we closed it."""
        if self.record.operation_type == SUBSCRIPTION:
            self._end(None, closed)  # that it has no end of its own is no failure
        else:
            self._end(None, closed or CLIENT_GONE, GONE)

    def _end(self, message: bytes | None, code: str | None = None, status: int = 200) -> None:
        if self._done:
            return
        self._done = True
        self.record.code = code
        self.status = status
        if message is not None:
            self._outbox.send(message)
        if self._subscription is not None:
            self._subscription.cancel()
        if self.task is not None and self.task is not asyncio.current_task():
            self.task.cancel()
        for tell in self.on_end:
            tell()
