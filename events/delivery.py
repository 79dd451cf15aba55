"""The one procedure behind both buses: cursors, park, inbox and effects in one transaction."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from events import inbox, parked
from events.batch import Batch
from events.consumer import Consumer
from events.cursors import Stream
from events.defects import Capture
from events.event import Event
from events.reading import Reading, read, stamped
from events.received import Received
from models.database import Cause, Database, UnitOfWork
from models.transience import breaks_connection, is_transient

PAUSES = (0.05, 0.25)
"""Seconds between the attempts after which a failure counts as one that will not pass."""


class Lost(Exception):
    """Another process is at this stream now: what this one was about to do is not done."""


class _Unparked(Exception):
    """A replay was faster: what was to be parked takes effect after all."""


class Fence(Protocol):
    """The cursors, as this process may move them."""

    async def move(self, work: UnitOfWork, ends: Mapping[Stream, int]) -> None:
        """To these positions, in the transaction of the effects; raises Lost."""
        ...

    def moved(self, ends: Mapping[Stream, int]) -> None:
        """It has been committed."""
        ...


class Delivery:
    """Hands events to one consumer, each once and those of a key in order.

    What fails in passing is raised, with nothing done from the failed event on; what fails for
    good parks its key, so that all others go on.
    """

    def __init__(self, db: Database, consumer: Consumer, capture: Capture) -> None:
        self.db = db
        self.consumer = consumer
        self._capture = capture

    async def deliver(self, batch: Batch, fence: Fence) -> None:
        """All in one transaction if it can be, else event by event.

        Raises Lost, and whatever is transient; of a batch of several streams whatever happens: then
        nothing is done, and each stream is to be delivered by itself.
        """
        if len(batch.ends) > 1:
            await self._attempt(batch, fence)
            return
        if len(batch.events) > 1:
            try:
                await self._attempt(batch, fence)
            except Exception as error:  # boundary: a handler may raise anything
                if isinstance(error, Lost) or is_transient(error):
                    raise
            else:
                return
        for one in batch.singly():
            await self._alone(one, fence)

    async def _alone(self, one: Batch, fence: Fence) -> None:
        for pause in (*PAUSES, None):
            try:
                await self._attempt(one, fence)
            except Exception as error:  # boundary: a handler may raise anything
                if isinstance(error, Lost) or is_transient(error) or not one.events:
                    raise
                if pause is None:
                    await self._park(one, fence, error)
                    return
                await asyncio.sleep(pause)
            else:
                return

    async def _attempt(self, batch: Batch, fence: Fence) -> None:
        reading = read(self.consumer, batch.events)
        while True:
            try:
                prepared = await self._prepare(reading)
                await self._commit(batch, reading, prepared, fence)
            except _Unparked:
                continue
            fence.moved(batch.ends)
            return

    def _to_prepare(self, events: Sequence[Received[Event]]) -> list[Received[Event]]:
        return [event for event in events if event.envelope.type in self.consumer.prepares]

    async def _prepare(self, reading: Reading) -> dict[int, Any]:
        """By position; nothing for what is parked, where it may be the preparation that fails."""
        wanting = self._to_prepare(reading.wanted)
        keys = {event.envelope.aggregate_id for event in wanting}
        held = await parked.held(self.db, self.consumer.name, keys)
        return {
            event.position: await self.consumer.prepare(event)
            for event in wanting
            if event.envelope.aggregate_id not in held
        }

    async def _commit(
        self, batch: Batch, reading: Reading, prepared: Mapping[int, Any], fence: Fence
    ) -> None:
        name = self.consumer.name
        async with transaction(self.db) as work:
            await fence.move(work, batch.ends)
            for bad in reading.malformed:
                await parked.note_malformed(work, name, bad.source, bad.raw, bad.reason)
            keys = {event.envelope.aggregate_id for event in reading.wanted}
            held = await parked.hold(work, name, keys)
            free = [each for each in reading.wanted if each.envelope.aggregate_id not in held]
            if any(each.position not in prepared for each in self._to_prepare(free)):
                raise _Unparked
            waiting = [stamped(e) for e in reading.wanted if e.envelope.aggregate_id in held]
            await parked.append(work, name, waiting)
            new = await inbox.take(work, name, [each.envelope.id for each in free])
            for each in free:
                if each.envelope.id in new:
                    new.discard(each.envelope.id)
                    await apply(self.consumer, work, each, prepared.get(each.position))

    async def _park(self, one: Batch, fence: Fence, error: Exception) -> None:
        [event] = one.events
        name, envelope = self.consumer.name, event.envelope
        async with transaction(self.db) as work:
            await fence.move(work, one.ends)
            if not await inbox.has(work, name, envelope.id):
                reason = parked.reason_of(error)
                await parked.park(work, name, event.key, reason)
                await parked.append(work, name, [event], reason)
        fence.moved(one.ends)
        place = f"{envelope.type} {envelope.id}"
        await self._capture(name, place, error, envelope.correlation_id)


async def apply(
    consumer: Consumer, work: UnitOfWork, event: Received[Event], prepared: Any
) -> None:
    """The consumer's effect, and what it says itself, caused by the event."""
    envelope = event.envelope
    cause = Cause(
        actor=f"agent:{consumer.name}",
        correlation_id=envelope.correlation_id,
        causation_id=envelope.id,
        on_behalf_of=envelope.on_behalf_of,
    )
    caused = work.because(cause)
    await consumer.apply(caused, event, prepared)
    await caused.flush()


@asynccontextmanager
async def transaction(db: Database) -> AsyncIterator[UnitOfWork]:
    """A unit of work whose connection is not used again after a failure that may have broken it."""
    async with db.unit_of_work() as work:
        try:
            yield work
        except Exception as error:  # boundary: raised again, only its connection is judged
            if breaks_connection(error):
                await work.connection.invalidate()
            raise
