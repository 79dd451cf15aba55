"""One consumer's member of its group: takes what Kafka brings, and reads from the log what not."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from events import cursors, log, parked
from events.batch import Batch
from events.consumer import Consumer
from events.cursors import Place, Stream
from events.defects import Defects
from events.delivery import Delivery, Lost
from events.kafka.away import as_away
from events.kafka.ending import end_consumer
from events.kafka.records import TYPE, Record, decode
from events.log import Part
from events.postgres_bus import BATCH, WORKERS, rest_after
from events.reading import agents_of, concerns, sought
from events.stamped import NotAnEvent, Stamped
from events.topics import topic_of
from models.database import Database, UnitOfWork
from models.transience import is_transient

LULL = 0.05
"""Seconds in which it looks at most once, so that what comes in a stream comes in batches."""
SETTLE = 1.0
"""Seconds between two looks at what was passed over."""
POLL_MS = 250
AT_ONCE = 500
SHARE = 50
"""Records for which it is worth to take some streams beside the others."""
FETCH_BYTES, FETCH_MS = 16_384, 30
"""The broker answers when it has so much, or after so long: every agent has such a reader, and each
answer costs more than the few records that it would bring.
"""
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
        self._passed: dict[Stream, tuple[TopicPartition, ConsumerRecord]] = {}
        self._offsets: dict[TopicPartition, int] = {}
        self._settle_at = 0.0
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
            fetch_min_bytes=FETCH_BYTES,
            fetch_max_wait_ms=FETCH_MS,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await member.start()
            yield member
        finally:
            await end_consumer(member)

    async def _turn(self, member: AIOKafkaConsumer) -> None:
        """What came in a short while, at once; what does not concern the consumer, now and then."""
        began = time.monotonic()
        if began >= self._settle_at:
            self._settle_at = began + SETTLE
            await self._settle(member)
        brought = await member.getmany(timeout_ms=POLL_MS, max_records=AT_ONCE)
        taken: dict[Stream, Sequence[Record]] = {}
        offsets: dict[TopicPartition, int] = {}
        for place, messages in brought.items():
            if place not in member.assignment():
                continue
            stream = Stream(self._consumer.name, self._agents[place.topic], place.partition)
            if any(self._concerns(message) for message in messages):
                if records := await self._records(place, messages):
                    taken[stream] = records
                    self._passed.pop(stream, None)
            else:
                self._passed[stream] = place, messages[-1]
            offsets[place] = messages[-1].offset + 1
        ended = await asyncio.gather(*map(self._take, _shares(taken)), return_exceptions=True)
        for error in ended:
            if error is not None:
                raise error
        self._offsets |= offsets
        await asyncio.sleep(began + LULL - time.monotonic())

    def _concerns(self, message: ConsumerRecord) -> bool:
        """What a stranger's header hides is found in the log."""
        type = next((value for name, value in message.headers if name == TYPE), None)
        return concerns(self._consumer, (type or b"").decode("utf-8", "replace"))

    async def _settle(self, member: AIOKafkaConsumer) -> None:
        """The cursor goes on behind what was passed over, and the group's offsets behind all."""
        passed, self._passed = self._passed, {}
        last = {s: await self._records(place, [message]) for s, (place, message) in passed.items()}
        await self._take(last)
        mine = member.assignment()
        offsets = {place: offset for place, offset in self._offsets.items() if place in mine}
        self._offsets = {}
        if offsets:
            with suppress(CommitFailedError, IllegalStateError, KafkaError):
                await member.commit(offsets)

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

    async def _take(self, brought: Mapping[Stream, Sequence[Record]]) -> None:
        """What is left undone here, because it failed in passing, is done from the log."""
        while brought:
            places = await cursors.places(self._db, list(brought))
            sound = {stream: place for stream, place in places.items() if not place.attempts}
            troubled = [stream for stream in places if places[stream].attempts]
            if troubled and len(brought) > 1:
                await self._take_each(brought, troubled)
                brought = {stream: brought[stream] for stream in sound}
                continue
            if any(place.resting for place in places.values()):
                return
            batch = await self._next(places, brought)
            if not batch.ends:
                return
            fence = Fence({stream: places[stream].position for stream in batch.ends})
            try:
                await self._delivery.deliver(batch, fence)
            except Lost:
                continue  # another was faster: look again
            except Exception as error:
                # boundary: a handler may raise anything
                if len(batch.ends) > 1:
                    await self._take_each(brought, brought)
                    return
                if not is_transient(error):
                    raise
                [stream] = batch.ends
                reason, rest = parked.reason_of(error), rest_after(places[stream].attempts)
                await cursors.failed(self._db, stream, reason, rest)
                brought = {each: brought[each] for each in brought if each != stream}
            else:
                brought = _left(brought, batch.ends)

    async def _take_each(
        self, brought: Mapping[Stream, Sequence[Record]], streams: Iterable[Stream]
    ) -> None:
        """Each by itself: what is wrong with one of them harms no other."""
        for stream in streams:
            await self._take({stream: brought[stream]})

    async def _next(
        self, places: Mapping[Stream, Place], brought: Mapping[Stream, Sequence[Record]]
    ) -> Batch:
        """What follows the cursors without a hole."""
        ours = {
            stream: records
            for stream, place in places.items()
            if (records := [each for each in brought[stream] if _follows(stream, place, each)])
        }
        size = 1 if any(place.attempts for place in places.values()) else BATCH
        events, ends = await self._missing(places, ours, size)
        for stream, records in ours.items():
            if ends.get(stream, records[0].before) == records[0].before:
                run = _without_hole(records)
                events += run
                ends[stream] = run[-1].position
        events.sort(key=lambda event: event.position)
        if len(events) > size:
            events = events[:size]
            ends = {stream: min(end, events[-1].position) for stream, end in ends.items()}
        moving = {s: end for s, end in ends.items() if end > places[s].position}
        return Batch(events, moving)

    async def _missing(
        self,
        places: Mapping[Stream, Place],
        ours: Mapping[Stream, Sequence[Record]],
        size: int,
    ) -> tuple[list[Stamped], dict[Stream, int]]:
        """What the broker did not bring, from the log; and how far that goes in each stream."""
        holes = {
            stream: records[0].before
            for stream, records in ours.items()
            if records[0].before > places[stream].position
        }
        if not holes:
            return [], {}
        parts = [Part(s.agent, s.partition, places[s].position, end) for s, end in holes.items()]
        found = await log.following(self._db, parts, sought(self._consumer), size)
        self.filled += len(found.events)
        if not found.more:
            return found.events, holes
        return found.events, {stream: min(end, found.end) for stream, end in holes.items()}


class Fence:
    """The cursors of who reads without a claim: moved only from where they were seen."""

    def __init__(self, starts: dict[Stream, int]) -> None:
        self._starts = starts

    async def move(self, work: UnitOfWork, ends: Mapping[Stream, int]) -> None:
        """See `events.delivery.Fence`."""
        if not await cursors.advance(work, self._starts, ends):
            raise Lost

    def moved(self, ends: Mapping[Stream, int]) -> None:
        self._starts |= ends


def _follows(stream: Stream, place: Place, record: Record) -> bool:
    """Whether it is news that the log can have told: anybody may have written to the topic."""
    envelope = record.stamped.envelope
    return (
        record.incarnation == place.incarnation
        and place.position < record.stamped.position <= place.last
        and (envelope.agent, envelope.partition) == (stream.agent, stream.partition)
    )


def _shares(
    brought: Mapping[Stream, Sequence[Record]],
) -> list[dict[Stream, Sequence[Record]]]:
    """So many streams that all have about as much, and that a lot is taken side by side."""
    count = min(WORKERS, -(-sum(map(len, brought.values())) // SHARE))
    shares: list[dict[Stream, Sequence[Record]]] = [{} for _ in range(count)]
    sizes = [0] * count
    for stream, records in sorted(brought.items(), key=lambda each: -len(each[1])):
        least = sizes.index(min(sizes))
        shares[least][stream] = records
        sizes[least] += len(records)
    return [share for share in shares if share]


def _left(
    brought: Mapping[Stream, Sequence[Record]], ends: Mapping[Stream, int]
) -> dict[Stream, Sequence[Record]]:
    """What is behind these ends."""
    left = {
        stream: [each for each in records if each.stamped.position > ends.get(stream, -1)]
        for stream, records in brought.items()
    }
    return {stream: records for stream, records in left.items() if records}


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
