"""One consumer's member of its group: takes what Kafka brings, and reads from the log what not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from events import cursors, log, parked
from events.consumer import Consumer
from events.cursors import Place, Stream
from events.defects import Defects
from events.delivery import Delivery, Lost
from events.kafka.away import as_away
from events.kafka.ending import end_consumer
from events.kafka.records import Record, decode
from events.postgres_bus import BATCH, rest_after
from events.reading import agents_of
from events.stamped import NotAnEvent, Stamped
from events.topics import topic_of
from models.database import Database, UnitOfWork
from models.transience import is_transient

POLL_MS = 250
AT_ONCE = 500
PATIENCE = 10.0
PAUSE = 0.5


class Reader:
    """Kafka's offsets are a hint: what a record does depends on the cursor in PostgreSQL alone.

    At or below the cursor it is a double; if the cursor is not at the one before it, something
    is missing, and that is read from the log; of another incarnation or stream, or further than
    the log, it is a stranger's.
    """

    def __init__(self, db: Database, consumer: Consumer, servers: str, defects: Defects) -> None:
        self._db = db
        self._consumer = consumer
        self._servers = servers
        self._defects = defects
        self._delivery = Delivery(db, consumer, defects.capture)
        self._agents = {topic_of(agent): agent for agent in agents_of(consumer)}
        self.filled = 0
        """How many events the broker did not bring."""

    async def run(self) -> None:
        """Until cancelled, through any loss of database or broker."""
        loop = f"Kafka reader of {self._consumer.name}"
        while True:
            try:
                async with self._member() as member:
                    self._defects.recovered(loop)
                    while True:
                        await self._turn(member)
            except Exception as error:  # noqa: BLE001 boundary: the loop outlives what fails
                await self._defects.failed(loop, as_away(error))
            await asyncio.sleep(PAUSE)

    @asynccontextmanager
    async def _member(self) -> AsyncIterator[AIOKafkaConsumer]:
        member = AIOKafkaConsumer(
            *self._agents,
            bootstrap_servers=self._servers,
            group_id=f"souk.{self._consumer.name}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=6000,
            heartbeat_interval_ms=1000,
            request_timeout_ms=10_000,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await member.start()
            yield member
        finally:
            await end_consumer(member)

    async def _turn(self, member: AIOKafkaConsumer) -> None:
        brought = await member.getmany(timeout_ms=POLL_MS, max_records=AT_ONCE)
        for place, messages in brought.items():
            if place not in member.assignment():
                continue
            stream = Stream(self._consumer.name, self._agents[place.topic], place.partition)
            await self._take(stream, await self._records(place, messages))
            with suppress(CommitFailedError, IllegalStateError, KafkaError):
                await member.commit({place: messages[-1].offset + 1})

    async def _records(
        self, place: TopicPartition, messages: Sequence[ConsumerRecord]
    ) -> list[Record]:
        """Those that are events; what is none is kept for people."""
        records: list[Record] = []
        for message in messages:
            try:
                records.append(decode(message.value))
            except NotAnEvent as error:
                source = f"{place.topic}/{place.partition}@{message.offset}"
                raw = (message.value or b"").decode("utf-8", "replace")
                async with self._db.unit_of_work() as work:
                    await parked.note_malformed(work, self._consumer.name, source, raw, str(error))
        return records

    async def _take(self, stream: Stream, records: Sequence[Record]) -> None:
        """What is left undone here, because it failed in passing, is done from the log."""
        while True:
            place = await cursors.place(self._db, stream)
            if place is None or place.resting:
                return
            batch = await self._next(stream, place, records)
            if not batch:
                return
            fence = Fence(stream, place.position)
            try:
                await self._delivery.deliver(batch, fence)
            except Lost:
                continue  # another was faster: look again
            except Exception as error:
                # boundary: a handler may raise anything
                if not is_transient(error):
                    raise
                reason, rest = parked.reason_of(error), rest_after(place.attempts)
                await cursors.failed(self._db, stream, reason, rest)
                return

    async def _next(self, stream: Stream, place: Place, records: Sequence[Record]) -> list[Stamped]:
        """What follows the cursor without a hole."""
        ours = [
            record
            for record in records
            if _is_of(stream, place, record) and record.stamped.position > place.position
        ]
        if not ours:
            return []
        size = 1 if place.attempts else BATCH
        if ours[0].before > place.position:
            missing = await log.of_stream(
                self._db,
                stream.agent,
                stream.partition,
                place.position,
                size,
                through=ours[0].before,
            )
            self.filled += len(missing)
            if missing:
                return missing
        return _without_hole(ours)[:size]


class Fence:
    """The cursor of who reads without a claim: moved only from where it was seen."""

    def __init__(self, stream: Stream, position: int) -> None:
        self._stream = stream
        self._position = position

    async def move(self, work: UnitOfWork, batch: Sequence[Stamped]) -> None:
        """See `events.delivery.Fence`."""
        end = batch[-1].position
        if not await cursors.advance(work, self._stream, self._position, end):
            raise Lost

    def moved(self, batch: Sequence[Stamped]) -> None:
        self._position = batch[-1].position


def _is_of(stream: Stream, place: Place, record: Record) -> bool:
    """Whether the log can have said so: anybody may have written to the topic."""
    envelope = record.stamped.envelope
    return (
        record.incarnation == place.incarnation
        and record.stamped.position <= place.last
        and (envelope.agent, envelope.partition) == (stream.agent, stream.partition)
    )


def _without_hole(records: Sequence[Record]) -> list[Stamped]:
    """The first, and those that follow one upon the other; doubles are left out."""
    run = [records[0].stamped]
    for record in records[1:]:
        if record.stamped.position <= run[-1].position:
            continue
        if record.before > run[-1].position:
            break
        run.append(record.stamped)
    return run
