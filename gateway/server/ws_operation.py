"""One operation over a WebSocket: a query, a mutation, or a subscription and its events."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from gateway.execution.messages import GraphQLResponse
from gateway.execution.streams import Event, Subscription
from gateway.server.answers import with_request_id
from gateway.server.graphql_ws import complete_message, error_message, head_of_next
from gateway.server.lagging import lagged
from gateway.server.outbox import Outbox


class Operation:
    """The `Sink` of its subscription. `on_end` are called once, when nothing follows any more."""

    __slots__ = (
        "_done",
        "_head",
        "_most",
        "_outbox",
        "_subscription",
        "cursor",
        "id",
        "on_end",
        "request_id",
        "task",
        "waiting",
    )

    def __init__(self, id: str, request_id: str, outbox: Outbox, most: int) -> None:
        self.id = id
        self.request_id = request_id
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
            self._end(error_message(self.id, [self._numbered(lagged(self.cursor))]))
            return
        if event.cursor is not None:
            self.cursor = event.cursor
        self._outbox.send(b"%b%b}" % (self._head, event.body), self)

    def end(self, errors: Sequence[dict[str, Any]]) -> None:
        """See `Sink.end`."""
        self._subscription = None
        self.fail(errors) if errors else self._end(complete_message(self.id))

    # -- a single answer, or none

    def answer(self, response: GraphQLResponse) -> None:
        body = response.body()
        if response.errors:
            body["errors"] = with_request_id(response.errors, self.request_id)
        if not response.executed:
            self._end(error_message(self.id, body["errors"]))
        elif not self._done:
            self._outbox.send(b"%b%b}" % (self._head, orjson.dumps(body)))
            self._end(complete_message(self.id))

    def fail(self, errors: Sequence[dict[str, Any]]) -> None:
        self._end(error_message(self.id, [self._numbered(each) for each in errors]))

    def cancel(self) -> None:
        """Its client wants no more of it, or has gone."""
        self._end(None)

    def _end(self, message: bytes | None) -> None:
        if self._done:
            return
        self._done = True
        if message is not None:
            self._outbox.send(message)
        if self._subscription is not None:
            self._subscription.cancel()
        if self.task is not None and self.task is not asyncio.current_task():
            self.task.cancel()
        for tell in self.on_end:
            tell()

    def _numbered(self, error: dict[str, Any]) -> dict[str, Any]:
        return with_request_id([error], self.request_id)[0]
