"""The hub: everything from now on in position order, and the way back into it for who was away."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress

from events.decode import MalformedEvent, decode
from events.defects import Defects
from events.event import Event
from events.hub import log
from events.hub.cursor import Cursor, CursorExpired, LogLost
from events.hub.index import Index
from events.hub.interest import EVERYTHING, Interest
from events.hub.recent import Recent
from events.hub.source import Source
from events.hub.subscription import Page, Subscription
from events.received import Received
from events.stamped import Stamped
from models.database import Database
from models.transience import patiently

LOG = logging.getLogger("souk.hub")
QUEUE = 1000
READERS = 4
RECENT = 2000
PAGE = 500
PAUSE = 0.2
"""Seconds before the reader begins again."""


class HubClosed(Exception):
    """The process ends; what was subscribed to goes on elsewhere, from the cursor."""

    def __init__(self) -> None:
        super().__init__("This process ends: subscribe again, from the last cursor.")


class Hub:
    """One per process. `queue` bounds what waits for each subscriber, `recent` is how many events
    are kept for those who come back soon.
    """

    def __init__(
        self, db: Database, defects: Defects, *, queue: int = QUEUE, recent: int = RECENT
    ) -> None:
        self._db = db
        self._defects = defects
        self._queue = queue
        self._index = Index()
        self._recent = Recent(recent)
        self._cursor = Cursor("", 0)
        self._readers = asyncio.Semaphore(READERS)
        self._open = False
        self.malformed = 0
        """Events that were wanted and could not be read."""

    @property
    def cursor(self) -> Cursor:
        """Everything up to here has been handed to those who are attached."""
        return self._cursor

    @property
    def subscribers(self) -> int:
        return len(self._index)

    @asynccontextmanager
    async def running(self, source: Source) -> AsyncIterator["Hub"]:
        """Fed by `source` from the moment of entering; who is still there at the end is told."""
        self._cursor = await log.end(self._db)
        self._open = True
        reading = asyncio.create_task(self._run(source))
        try:
            yield self
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading
            self._open = False
            self._expel(HubClosed())

    async def subscribe(
        self, after: Cursor | None = None, wanted: Interest = EVERYTHING
    ) -> Subscription:
        """What is wanted from now on, or of all that follows `after`; close it when it is over.

        Raises CursorExpired.
        """
        if after is None:
            subscription = Subscription(self, wanted, self._cursor)
            subscription.attach()
            return subscription
        if not await self._known(after):
            raise CursorExpired
        return Subscription(self, wanted, after)

    # What subscriptions ask for.

    def attach(self, subscription: Subscription) -> None:
        if not self._open:
            raise HubClosed
        self._index.add(subscription)

    def detach(self, subscription: Subscription) -> None:
        self._index.remove(subscription)

    async def read(self, interest: Interest, after: Cursor, to: int) -> Page:
        """The next page of what is wanted, from memory where it is kept, else from the log."""
        if after.incarnation != self._cursor.incarnation:
            raise CursorExpired
        records: Sequence[Stamped]
        if kept := self._recent.following(after.position, min(PAGE, to - after.position)):
            records, reached = kept, kept[-1].position
        else:
            window = await self._from_log(interest, after, to)
            records, reached = window.events, window.reached
        wanted = (record for record in records if interest.covers(record.envelope))
        found = [received for record in wanted if (received := self._decoded(record))]
        return Page(found, reached)

    async def _from_log(self, interest: Interest, after: Cursor, to: int) -> log.Window:
        """A few at a time: clients come back in crowds."""
        async with self._readers:
            found = await patiently(
                lambda: log.window(self._db, interest.types, after.position, to, PAGE)
            )
            # After reading: what is there now was there then.
            if not await patiently(lambda: log.holds(self._db, after)):
                raise CursorExpired
        return found

    async def _known(self, cursor: Cursor) -> bool:
        """Whether all that followed it is here."""
        if cursor.incarnation == self._cursor.incarnation:
            if cursor.position == self._cursor.position:
                return True
            if self._recent.following(cursor.position, 1):
                return True
        return await patiently(lambda: log.holds(self._db, cursor))

    # The one reader.

    async def _run(self, source: Source) -> None:
        while True:
            try:
                await self._follow(source)
            except LogLost:
                LOG.warning("the log is another one, or has been cut: all subscribers begin anew")
            except Exception as error:  # noqa: BLE001 boundary: the hub outlives what stops it
                await self._defects.failed("hub", error)
            await asyncio.sleep(PAUSE)

    async def _follow(self, source: Source) -> None:
        """Until something stops it."""
        if not await log.holds(self._db, self._cursor):
            self._begin_anew(await log.end(self._db))
        async with aclosing(source.records(self._cursor)) as batches:
            async for batch in batches:
                self._defects.recovered("hub")
                self._deliver(batch)

    def _begin_anew(self, end: Cursor) -> None:
        """The log is another one, or has been cut behind us: nobody's place is in it any more."""
        self._cursor = end
        self._recent.clear()
        self._expel(CursorExpired())

    def _expel(self, reason: Exception) -> None:
        for subscription in self._index:
            subscription.detach(reason)

    def _deliver(self, batch: Sequence[Stamped]) -> None:
        for record in batch:
            if record.position != self._cursor.position + 1:
                raise LogLost
            self._cursor = Cursor(self._cursor.incarnation, record.position)
            self._recent.add(record)
            concerned = self._index.concerned(record.envelope)
            if concerned and (received := self._decoded(record)):
                for subscription in concerned:
                    subscription.put(received, self._queue)

    def _decoded(self, record: Stamped) -> Received[Event] | None:
        try:
            event = decode(record.envelope)
        except MalformedEvent as reason:
            self.malformed += 1
            LOG.warning(
                "event %s at position %d is passed over: %s",
                record.envelope.id,
                record.position,
                reason,
            )
            return None
        return Received(record.position, record.envelope, event)
