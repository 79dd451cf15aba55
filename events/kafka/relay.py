"""The relay: brings the log to Kafka in position order, on one process at a time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

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
        """Until another leads."""
        epoch = self._lease.epoch
        position = await relaying.begin(connection)
        incarnation = await log.incarnation(self._db)
        chain = _Chain(self._db, incarnation)
        while epoch is not None and await self._lease.hold(connection) == epoch:
            batch = await log.after(self._db, position, BATCH)
            if not batch:
                self._defects.recovered("relay")
                await ring.wait(POLL)
                continue
            await self._send(producer, [await chain.link(event) for event in batch])
            end = batch[-1].position
            owner = self._lease.owner
            if not await relaying.mark(connection, "relay", owner, epoch, position, end):
                self._lease.lost()
                return
            position = end
            self._defects.recovered("relay")

    async def _send(self, producer: AIOKafkaProducer, records: Sequence[Record]) -> None:
        """All of them are on the broker when it returns."""
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
            await asyncio.gather(*sent)


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
