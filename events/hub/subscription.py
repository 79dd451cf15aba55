"""One subscriber: what it missed from the log, then what the hub hands it, each event once."""

from asyncio import Future, get_running_loop
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from events.event import Event
from events.hub.cursor import Cursor, Lagged
from events.hub.interest import Interest
from events.received import Received

NEAR = 2000
"""Positions behind the hub at which a resuming subscriber begins to queue what is new: read from
the log in less time than the queue takes to fill."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is wanted, and the position up to which everything was looked through for it."""

    events: Sequence[Received[Event]]
    reached: int


class Feed(Protocol):
    """What a subscription needs of the hub."""

    @property
    def cursor(self) -> Cursor:
        """Everything up to here has been handed to those who are attached."""
        ...

    def attach(self, subscription: "Subscription") -> None: ...

    def detach(self, subscription: "Subscription") -> None: ...

    async def read(self, interest: Interest, after: Cursor, to: int) -> Page:
        """From the log; raises CursorExpired."""
        ...


class Subscription:
    """Iterate over it, or over its `batches`; one task at a time. Close it when nobody listens."""

    __slots__ = (
        "_attached",
        "_end",
        "_feed",
        "_incarnation",
        "_pending",
        "_position",
        "_waiter",
        "interest",
    )

    def __init__(self, feed: Feed, interest: Interest, cursor: Cursor) -> None:
        """`cursor` is what it has seen."""
        self.interest = interest
        self._feed = feed
        self._incarnation = cursor.incarnation
        self._position = cursor.position
        self._pending: list[Received[Event]] = []
        self._waiter: Future[None] | None = None
        self._attached = False
        self._end: Exception | None = None

    @property
    def cursor(self) -> Cursor:
        """Everything up to here has been handed out, or was of no interest."""
        return self._at(self._position)

    async def batches(self) -> AsyncGenerator[Sequence[Received[Event]], None]:
        """Never empty, in order of position, for ever.

        Raises Lagged where it was too slow, CursorExpired where the log has been cut or replaced;
        what was handed out before is whole.
        """
        try:
            async with aclosing(self._missed()) as missed:
                async for batch in missed:
                    yield batch
            while True:
                if batch := await self._take():
                    self._position = batch[-1].position
                    yield batch
        finally:
            self.close()

    async def __aiter__(self) -> AsyncGenerator[Received[Event], None]:
        async with aclosing(self.batches()) as batches:
            async for batch in batches:
                for received in batch:
                    yield received

    def close(self) -> None:
        """Nothing more is kept for it. Harmless when repeated."""
        self.detach()
        self._pending = []

    # What the hub calls.

    def attach(self) -> None:
        """From this moment on the hub's events are queued."""
        if not self._attached:
            self._feed.attach(self)
            self._attached = True

    def detach(self, reason: Exception | None = None) -> None:
        """No event follows; what is queued is still handed out, then `reason` is raised."""
        if self._attached:
            self._attached = False
            self._feed.detach(self)
        if reason is not None:
            self._end = reason
            self._wake()

    def put(self, received: Received[Event], most: int) -> None:
        """Queue it; a subscriber with `most` events waiting loses its place instead."""
        if len(self._pending) >= most:
            self.detach(Lagged(self._at(self._pending[-1].position)))
        else:
            self._pending.append(received)
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _missed(self) -> AsyncGenerator[Sequence[Received[Event]], None]:
        """From the log what lies between its cursor and the moment at which it is attached."""
        while not self._attached and self._end is None:
            if self._feed.cursor.position - self._position <= NEAR:
                self.attach()
            async with aclosing(self._read(self._feed.cursor.position)) as pages:
                async for page in pages:
                    yield page

    async def _read(self, to: int) -> AsyncGenerator[Sequence[Received[Event]], None]:
        while self._position < to:
            page = await self._feed.read(self.interest, self.cursor, to)
            self._position = page.reached
            if page.events:
                yield page.events

    def _at(self, position: int) -> Cursor:
        return Cursor(self._incarnation, position)

    async def _take(self) -> Sequence[Received[Event]]:
        while not self._pending:
            if self._end is not None:
                raise self._end
            self._waiter = get_running_loop().create_future()
            await self._waiter
        taken, self._pending = self._pending, []
        if taken[0].position > self._position:
            return taken
        # It was ahead of this process's hub when it came, or has read further in the log.
        return [received for received in taken if received.position > self._position]
