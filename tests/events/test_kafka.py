"""Kafka is the way, not the truth: away, wiped or full of strangers' records, nothing is lost."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from sqlalchemy import text

from events import log
from events.catalog import AGENT_OF
from events.envelope import Envelope
from events.hub import Hub
from events.hub.ordered import OrderedSource
from events.kafka import topics
from events.kafka.feed import Feed
from events.kafka.records import Record, decode, encode
from events.kafka.relay import Relay
from events.kafka.topics import WrongTopic
from events.sequencer import Sequencer
from events.stamped import NotAnEvent, Stamped
from events.topics import partition_of
from models.database import Database
from tests.events.carried import ByKafka
from tests.events.examples import envelope_of
from tests.events.traffic import Counting, Wires, logged, running, say, until, updated
from tests.kafka.broker import Broker

pytestmark = [pytest.mark.commits, pytest.mark.kafka]

DAY = timedelta(days=1)
RELAYED = text("SELECT position FROM platform.relay_cursor")
MALFORMED = text("SELECT consumer, source, raw FROM platform.malformed_event")


@pytest.fixture
def own_broker() -> Iterator[Broker]:
    """One that may be broken, with nobody else on it."""
    broker = Broker()
    try:
        broker.start()
        yield broker
    finally:
        broker.close()


async def _relayed(db: Database, position: int) -> None:
    await until(lambda: db.rows(RELAYED), lambda rows: bool(rows) and rows[0].position >= position)


async def _sent(servers: str, key: str) -> list[Record]:
    """All records of the key's partition, of whichever log."""
    place = TopicPartition("souk.customer", partition_of(key))
    reader = AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest")
    await reader.start()
    try:
        reader.assign([place])
        await reader.seek_to_beginning(place)
        end = (await reader.end_offsets([place]))[place]
        records: list[Record] = []
        while await reader.position(place) < end:
            for message in (await reader.getmany(place, timeout_ms=500)).get(place, []):
                records.append(decode(message.value))
        return records
    finally:
        await reader.stop()


async def _put(
    servers: str, key: str, value: bytes, headers: Sequence[tuple[str, bytes | None]] = ()
) -> int:
    """What a stranger writes; its offset."""
    producer = AIOKafkaProducer(bootstrap_servers=servers)
    await producer.start()
    try:
        sent = await producer.send_and_wait(
            "souk.customer", value, partition=partition_of(key), headers=headers
        )
        return int(sent.offset)
    finally:
        await producer.stop()


async def test_records_name_the_one_before_them(wires: Wires, broker: Broker) -> None:
    sequencer = Sequencer(wires.db, wires.bell, wires.defects)
    relay = Relay(wires.db, wires.bell, broker.servers, wires.defects, keep=DAY)
    async with running(wires.bell.run(), sequencer.run(), relay.run()):
        for _ in range(5):
            await say(wires.db, "cus_1", "cus_2")
        await _relayed(wires.db, 10)
    async with running(
        wires.bell.run(),
        sequencer.run(),
        Relay(wires.db, wires.bell, broker.servers, wires.defects, keep=DAY).run(),
    ):
        await say(wires.db, "cus_1")
        await _relayed(wires.db, 11)
    incarnation = await log.incarnation(wires.db)
    assert partition_of("cus_1") != partition_of("cus_2")
    ours = [r for r in await _sent(broker.servers, "cus_1") if r.incarnation == incarnation]
    assert [(r.before, r.stamped.position) for r in ours] == [
        (0, 1), (1, 3), (3, 5), (5, 7), (7, 9), (9, 11),
    ]  # fmt: skip
    assert [r.stamped for r in ours] == await log.find(wires.db, [1, 3, 5, 7, 9, 11])
    assert wires.captured.defects == []


def test_a_record_is_read_back_as_it_was() -> None:
    event = envelope_of(updated("cus_1"), seed=True, trace_id="t" * 32)
    record = Record("incarnation", 7, Stamped(9, event))
    assert decode(encode(record)) == record


@pytest.mark.parametrize("value", [None, b"", b"{}", b"[1]", b'"\xff"', b'{"stamped": {}}'])
def test_what_is_no_record_is_refused(value: bytes | None) -> None:
    with pytest.raises(NotAnEvent):
        decode(value)


async def test_what_strangers_write_has_no_effect(wires: Wires, broker: Broker) -> None:
    """Garbage is kept with its place; another log's events are not even looked at."""
    counting = Counting()
    foreign = Record("another", 0, Stamped(10_000, _foreign()))
    async with ByKafka(wires, broker.servers).to(counting):
        await say(wires.db, "cus_1")
        await counting.took(wires.db, 1)
        offset = await _put(broker.servers, "cus_1", b"no event")
        await _put(broker.servers, "cus_1", encode(foreign))
        await say(wires.db, "cus_1")
        assert await counting.took(wires.db, 2) == [("cus_1", 1), ("cus_1", 2)]
        source = f"souk.customer/{partition_of('cus_1')}@{offset}"
        rows = await until(lambda: wires.db.rows(MALFORMED), lambda rows: len(rows) > 0)
        assert ("counting", source, "no event") in [tuple(row) for row in rows]
    assert await counting.effects(wires.db) == [("cus_1", 1), ("cus_1", 2)]


@pytest.mark.parametrize("type", [None, b"", b"\xff", b"customer.created"])
async def test_a_header_of_a_stranger_stops_nobody(
    wires: Wires, broker: Broker, type: bytes | None
) -> None:
    """Whatever it says of a record's type, and also if it says nothing."""
    counting = Counting()
    async with ByKafka(wires, broker.servers).to(counting):
        await say(wires.db, "cus_1")
        await counting.took(wires.db, 1)
        await _put(broker.servers, "cus_1", b"no event", [("type", type)])
        await say(wires.db, "cus_1")
        assert await counting.took(wires.db, 2) == [("cus_1", 1), ("cus_1", 2)]
    assert wires.captured.defects == []


async def test_what_the_log_cannot_have_said_moves_no_cursor(wires: Wires, broker: Broker) -> None:
    """Beyond the log, or of another key's stream, though it says that it is of this log."""
    counting = Counting()
    mine = await log.incarnation(wires.db)
    beyond = Record(mine, 0, Stamped(10_000, _foreign()))
    elsewhere = envelope_of(updated("cus_2"), id="evt_foreign_2", sequence=500)
    assert partition_of("cus_1") != partition_of("cus_2")
    async with ByKafka(wires, broker.servers).to(counting):
        await say(wires.db, "cus_1", "cus_2", "cus_2")
        await counting.took(wires.db, 3)
        for record in (beyond, Record(mine, 0, Stamped(3, elsewhere))):
            await _put(broker.servers, "cus_1", encode(record))
        await say(wires.db, "cus_1")
        effects = await counting.took(wires.db, 4)
    assert [sequence for key, sequence in effects if key == "cus_1"] == [1, 2]
    assert [sequence for key, sequence in effects if key == "cus_2"] == [1, 2]
    assert await counting.effects(wires.db) == effects
    rows = await wires.db.rows(text("SELECT max(position) FROM platform.consumer_cursor"))
    assert rows[0][0] == 4


def _foreign() -> Envelope:
    return envelope_of(updated("cus_1"), id="evt_foreign", sequence=500)


async def test_a_broker_that_is_away_loses_and_blocks_nothing(
    wires: Wires, own_broker: Broker
) -> None:
    """Events are written and stamped all the while; consumers get them from the log, and when the
    broker is back, from there again, without anybody's being restarted.
    """
    counting = Counting()
    async with ByKafka(wires, own_broker.servers, patience=1.0).to(counting):
        await say(wires.db, *(f"cus_{number}" for number in range(20)))
        await counting.took(wires.db, 20)
        await asyncio.to_thread(own_broker.stop)
        for _ in range(10):
            await say(wires.db, *(f"cus_{number}" for number in range(20)))
        await logged(wires.db, 220)
        await counting.took(wires.db, 220)
        await asyncio.to_thread(own_broker.start)
        await say(wires.db, *(f"cus_{number}" for number in range(20)))
        await counting.took(wires.db, 240)
        await _relayed(wires.db, 240)
    effects = await counting.effects(wires.db)
    assert sorted(effects) == sorted(
        (f"cus_{number}", sequence) for number in range(20) for sequence in range(1, 13)
    )
    _in_order(effects)
    assert wires.captured.defects == []


async def test_a_broker_that_lost_its_disk_loses_nothing(wires: Wires, own_broker: Broker) -> None:
    """What it had taken and not yet brought is read from the log."""
    counting = Counting()
    way = ByKafka(wires, own_broker.servers, patience=1.0)
    async with way.to():
        await say(wires.db, *(f"cus_{number}" for number in range(20)))
        await _relayed(wires.db, 20)
        await asyncio.to_thread(own_broker.wipe)
        await say(wires.db, "cus_1")
        await logged(wires.db, 21)
    assert _left_running() == []
    await asyncio.to_thread(own_broker.start)
    async with way.to(counting):
        for _ in range(5):
            await say(wires.db, *(f"cus_{number}" for number in range(0, 20, 2)))
        await counting.took(wires.db, 71)
    assert _left_running() == []
    effects = await counting.effects(wires.db)
    assert len(set(effects)) == len(effects) == 71
    _in_order(effects)


async def test_without_patience_too_a_hole_is_filled_from_the_log(
    wires: Wires, own_broker: Broker
) -> None:
    """The next record says what is missing before it."""
    counting = Counting()
    way = ByKafka(wires, own_broker.servers)
    async with way.to():
        await say(wires.db, "cus_1", "cus_1", "cus_1")
        await _relayed(wires.db, 3)
        await asyncio.to_thread(own_broker.wipe)
        await asyncio.to_thread(own_broker.start)
    async with way.to(counting):
        await say(wires.db, "cus_1")
        await counting.took(wires.db, 4)
    assert await counting.effects(wires.db) == [("cus_1", number) for number in (1, 2, 3, 4)]


async def test_a_topic_of_another_shape_is_refused(own_broker: Broker) -> None:
    """Its keys would lie in other partitions than the log says."""
    admin = AIOKafkaAdminClient(bootstrap_servers=own_broker.servers)
    await admin.start()
    await admin.create_topics([NewTopic("souk.order", 3, 1)])
    await admin.close()
    with pytest.raises(WrongTopic, match=r"the topic souk\.order has 3 partitions, not 12"):
        await topics.create(own_broker.servers, ["order", "product"], DAY)
    await topics.create(own_broker.servers, ["product"], DAY)
    await topics.create(own_broker.servers, ["product", "inventory"], DAY)


async def test_the_hub_is_fed_in_order(wires: Wires, broker: Broker) -> None:
    source = OrderedSource(wires.db, silence=3600.0)
    feed = Feed(source, broker.servers, wires.defects)
    await topics.create(broker.servers, set(AGENT_OF.values()), DAY)
    seen: list[int] = []

    async def count() -> int:
        return len(seen)

    async def listen(hub: Hub) -> None:
        async for event in await hub.subscribe():
            seen.append(event.position)

    sequencer = Sequencer(wires.db, wires.bell, wires.defects)
    relay = Relay(wires.db, wires.bell, broker.servers, wires.defects, keep=DAY)
    loops = (wires.bell.run(), sequencer.run(), relay.run(), feed.run())
    async with Hub(wires.db, wires.defects).running(source) as hub, running(*loops, listen(hub)):
        last = 250
        while not seen:  # until the feed has found its place on every partition
            await say(wires.db, *(f"cus_{number}" for number in range(40)))
            last += 40
            await asyncio.sleep(0.05)
        for _ in range(50):
            await say(wires.db, *(f"cus_{number}" for number in range(5)))
        await until(count, lambda found: found >= last)
    assert seen == list(range(1, last + 1))
    assert source.from_log < last


def _left_running() -> list[str]:
    """What Kafka's client still does, although it was ended."""
    tasks = [repr(task) for task in asyncio.all_tasks() if not task.done()]
    return [task for task in tasks if "aiokafka" in task]


def _in_order(effects: list[tuple[str, int]]) -> None:
    for key in {key for key, _ in effects}:
        mine = [sequence for each, sequence in effects if each == key]
        assert mine == list(range(1, len(mine) + 1))
