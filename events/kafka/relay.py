"""The relay: brings the log to Kafka in position order, on one process at a time."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

from aiokafka import AIOKafkaProducer
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from events import leases, log
from events.bell import STAMPED, Bell, Ring
from events.catalog import AGENT_OF
from events.defects import Defects
from events.kafka import relaying, topics
from events.kafka.away import as_away
from events.kafka.ending import end_producer
from events.kafka.records import TYPE, Record, encode
from events.leases import Lease
from events.stamped import Stamped
from events.topics import topic_of
from models.database import Database

BATCH = 500
MOST = 8
"""Batches that may be under way."""
MARK = 0.1
"""Seconds between two notes of how far the broker is, while there is more."""
POLL = 0.25
PAUSE = 0.5
PATIENCE = 10.0
"""Seconds for the broker to take a batch, or a connection."""
FAREWELL = 2.0


class Relay:
    """Any number may run; the lease `relay` says which one works.

    What was sent and not marked is sent again: consumers know it by its position. If the broker
    is away, the log keeps what it will get.
    """

    def __init__(
        self,
        db: Database,
        bell: Bell,
        servers: str,
        defects: Defects,
        *,
        keep: timedelta,
        owner: str | None = None,
    ) -> None:
        """`servers` as Kafka's clients take them; `keep` is for how long the topics keep events."""
        self._db = db
        self._bell = bell
        self._servers = servers
        self._defects = defects
        self._keep = keep
        self._lease = Lease("relay", owner or leases.owner())

    async def run(self) -> None:
        """Until cancelled, through any loss of database or broker."""
        ring = Ring()
        silence = self._bell.on(STAMPED, ring)
        try:
            while True:
                try:
                    async with self._db.standing() as connection:
                        await self._attend(connection, ring)
                except Exception as error:  # noqa: BLE001 boundary: the loop outlives what fails
                    self._lease.lost()
                    await self._defects.failed("relay", as_away(error))
                await asyncio.sleep(PAUSE)
        finally:
            silence()
            with suppress(SQLAlchemyError, OSError, TimeoutError):
                async with asyncio.timeout(FAREWELL), self._db.standing() as connection:
                    await self._lease.give_up(connection)

    async def _attend(self, connection: AsyncConnection, ring: Ring) -> None:
        """Lead whenever the lease can be had."""
        while True:
            if await self._lease.hold(connection) is None:
                await asyncio.sleep(self._lease.seconds / 6)
            else:
                async with self._producer() as producer:
                    await self._lead(connection, producer, ring)

    @asynccontextmanager
    async def _producer(self) -> AsyncIterator[AIOKafkaProducer]:
        async with asyncio.timeout(3 * PATIENCE):
            await topics.create(self._servers, set(AGENT_OF.values()), self._keep)
        producer = AIOKafkaProducer(
            bootstrap_servers=self._servers,
            enable_idempotence=True,
            acks="all",
            linger_ms=2,
            request_timeout_ms=5000,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await producer.start()
            yield producer
        finally:
            await end_producer(producer)

    async def _lead(
        self, connection: AsyncConnection, producer: AIOKafkaProducer, ring: Ring
    ) -> None:
        """Until another leads. It sends on while the broker has yet to say that it has the last."""
        epoch, owner = self._lease.epoch, self._lease.owner
        marked = position = await relaying.begin(connection)
        chain = _Chain(self._db, await log.incarnation(self._db))
        under_way = _UnderWay()
        mark_at = 0.0
        try:
            while epoch is not None and await self._lease.hold(connection) == epoch:
                batch = await log.after(self._db, position, BATCH)
                if batch:
                    position = batch[-1].position
                    records = [await chain.link(event) for event in batch]
                    under_way.add(position, await self._send(producer, records))
                there = await under_way.acknowledged(marked)
                now = time.monotonic()
                if there > marked and (now >= mark_at or there == position):
                    if not await relaying.mark(connection, "relay", owner, epoch, marked, there):
                        self._lease.lost()
                        return
                    marked, mark_at = there, now + MARK
                if there == position:
                    self._defects.recovered("relay")
                if not batch:
                    await (under_way.turn(ring) if marked < position else ring.wait(POLL))
        finally:
            under_way.forget()

    async def _send(
        self, producer: AIOKafkaProducer, records: Sequence[Record]
    ) -> asyncio.Future[Any]:
        """Done when all of them are on the broker."""
        async with asyncio.timeout(PATIENCE):
            sent = [
                await producer.send(
                    topic_of(record.stamped.envelope.agent),
                    encode(record),
                    key=record.stamped.key.encode(),
                    partition=record.stamped.envelope.partition,
                    headers=[(TYPE, record.stamped.envelope.type.encode())],
                )
                for record in records
            ]
        return asyncio.gather(*sent)


class _UnderWay:
    """Batches on their way to the broker, each with the position that it ends at."""

    def __init__(self) -> None:
        self._batches: deque[tuple[int, float, asyncio.Future[Any]]] = deque()

    def add(self, end: int, sent: asyncio.Future[Any]) -> None:
        self._batches.append((end, time.monotonic(), sent))

    async def acknowledged(self, before: int) -> int:
        """Up to where the broker has everything, at least `before`; waits where too much is under
        way. Raises what kept a batch from the broker, TimeoutError where that took too long.
        """
        while self._batches:
            end, begun, sent = self._batches[0]
            if not sent.done() and len(self._batches) < MOST:
                if time.monotonic() - begun > PATIENCE:
                    raise TimeoutError("the broker does not acknowledge")
                break
            async with asyncio.timeout(PATIENCE):
                await sent
            self._batches.popleft()
            before = end
        return before

    async def turn(self, ring: Ring) -> None:
        """Until there is something new, in the log or from the broker."""
        news = asyncio.ensure_future(ring.wait(POLL))
        try:
            await asyncio.wait([news, self._batches[0][2]], return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()

    def forget(self) -> None:
        for _, _, sent in self._batches:
            sent.add_done_callback(_heeded)
            sent.cancel()
        self._batches.clear()


def _heeded(sent: asyncio.Future[Any]) -> None:
    """It is sent again; why it failed has been said of the batch before it, or of itself."""
    if not sent.cancelled():
        sent.exception()


class _Chain:
    """Has each record name the one before it in its stream."""

    def __init__(self, db: Database, incarnation: str) -> None:
        self._db = db
        self._incarnation = incarnation
        self._ends: dict[tuple[str, int], int] = {}

    async def link(self, event: Stamped) -> Record:
        envelope = event.envelope
        stream = (envelope.agent, envelope.partition)
        if stream not in self._ends:
            self._ends[stream] = await log.before(self._db, *stream, event.position)
        record = Record(self._incarnation, self._ends[stream], event)
        self._ends[stream] = event.position
        return record
