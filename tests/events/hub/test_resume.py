"""Two hundred clients are cut and resume while many write: no gap, no double, in order.

From the log, from a broker that loses and doubles, and from Kafka (`SOUK_RESUMED=6000` events).
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from events import log
from events.bell import Bell
from events.catalog import AGENT_OF
from events.catalog.inventory import ReservationReleased
from events.hub import EVERYTHING, Cursor, Hub, Interest, Lagged
from events.hub.log import end
from events.hub.ordered import OrderedSource
from events.hub.source import LogSource
from events.kafka import topics
from events.kafka.feed import Feed
from events.kafka.relay import Relay
from events.outbox import emit
from events.stamped import Stamped
from models.database import Database
from tests.events.hub.broker import Broker
from tests.events.hub.listening import reached
from tests.events.stamped import CAUSE, low, publish, stamp
from tests.events.traffic import REBORN, Wires, running, updated
from tests.kafka.broker import Broker as Kafka

pytestmark = pytest.mark.commits
CLIENTS = 200
WRITERS = 6
EVENTS = 6000
BY_KAFKA = int(os.environ.get("SOUK_RESUMED", "1800"))
PATIENCE = 600
DAY = timedelta(days=1)
INTERESTS = (
    EVERYTHING,
    Interest(types=frozenset({"stock.low"})),
    Interest(ids=frozenset({"var_1", "ord_2"})),
    Interest(types=frozenset({"reservation.released"}), ids=frozenset({"ord_1", "ord_3"})),
)


@dataclass
class Client:
    """Knows the cursor of the last event that it got, and in the end which one is the last."""

    hub: Hub
    interest: Interest
    cursor: Cursor
    dice: random.Random
    positions: list[int] = field(default_factory=list)
    cuts: int = 0
    last: int = 2**62

    async def listen(self) -> None:
        while self.cursor.position < self.last:
            subscription = await self.hub.subscribe(self.cursor, self.interest)
            patience = self.dice.choice((3, 300, 1000, 3000))
            with suppress(Lagged, TimeoutError):
                async with asyncio.timeout(self.dice.random() * 2):
                    async for received in subscription:
                        self.positions.append(received.position)
                        self.cursor = replace(self.cursor, position=received.position)
                        patience -= 1
                        if not patience or received.position >= self.last:
                            break
            subscription.close()
            self.cuts += 1


async def write(db: Database, number: int, each: int, dice: random.Random) -> None:
    """In transactions of one to twenty events, of which some are given up."""
    written = 0
    while written < each:
        count = min(dice.randint(1, 20), each - written)
        with suppress(ZeroDivisionError):
            async with db.unit_of_work(CAUSE) as work:
                for _ in range(count):
                    emit(work, _event(number, dice))
                await asyncio.sleep(dice.random() * 0.01)
                if dice.random() < 0.1:
                    raise ZeroDivisionError
                written += count


def _event(number: int, dice: random.Random) -> Any:
    chance = dice.random()
    if chance < 0.2:
        return updated(f"cus_{dice.randint(1, 40)}")
    if chance < 0.6:
        return low(number, f"stk_{dice.randint(1, 40)}", f"var_{dice.randint(1, 4)}")
    order = f"ord_{dice.randint(1, 4)}"
    id = f"rsv_{dice.randint(1, 40)}"
    return ReservationReleased(aggregate_id=id, order_id=order, customer_id="cus_1")


@asynccontextmanager
async def from_log(db: Database) -> AsyncIterator[LogSource]:
    bell = Bell(db)
    async with running(bell.run()):
        yield LogSource(db, bell)


@asynccontextmanager
async def from_broker(db: Database, dice: random.Random) -> AsyncIterator[OrderedSource]:
    source = OrderedSource(db)
    broker = Broker(db, source, dice)
    bringing = asyncio.create_task(broker.run(await end(db)))
    yield source
    bringing.cancel()
    with suppress(asyncio.CancelledError):
        await bringing
    assert broker.dropped > 0
    assert broker.doubled > 0
    assert source.from_log >= broker.dropped


class Noting(OrderedSource):
    """Notes the order in which Kafka brings what is of this log."""

    def __init__(self, db: Database, incarnation: str) -> None:
        super().__init__(db)
        self.brought: list[int] = []
        self._ours = incarnation

    def put(self, incarnation: str, record: Stamped) -> None:
        if incarnation == self._ours:
            self.brought.append(record.position)
        super().put(incarnation, record)


@asynccontextmanager
async def from_kafka(wires: Wires, servers: str) -> AsyncIterator[OrderedSource]:
    """Relay, broker and feed: what comes from the partitions is mixed, or it shows nothing."""
    db = wires.db
    async with db.unit_of_work() as work:
        await work.execute(REBORN)
    await topics.create(servers, set(AGENT_OF.values()), DAY)
    source = Noting(db, await log.incarnation(db))
    relay = Relay(db, wires.bell, servers, wires.defects, keep=DAY)
    feed = Feed(source, servers, wires.defects)
    async with running(wires.bell.run(), relay.run(), feed.run()):
        async with asyncio.timeout(PATIENCE):
            while not source.brought:  # until the feed has found its place
                await publish(db, *(updated(f"cus_{number}") for number in range(40)))
                await asyncio.sleep(0.05)
        source.brought.clear()
        yield source
    assert len(source.brought) > BY_KAFKA / 4
    assert source.brought != sorted(source.brought)


async def keep_stamping(db: Database) -> None:
    while True:
        await stamp(db)
        await asyncio.sleep(0.01)


async def _nothing_is_missed(wires: Wires, source: LogSource | OrderedSource, events: int) -> None:
    """Whatever the source, each client gets what it wants once, in order, however often cut."""
    db = wires.db
    begin = await end(db)
    async with asyncio.timeout(PATIENCE), Hub(db, wires.defects, recent=500).running(source) as hub:
        clients = [
            Client(hub, INTERESTS[number % 4], begin, random.Random(number))
            for number in range(CLIENTS)
        ]
        async with running(keep_stamping(db)):
            listening = asyncio.gather(*(each.listen() for each in clients))
            numbers = range(WRITERS)
            each = events // WRITERS
            await asyncio.gather(*(write(db, n, each, random.Random(n)) for n in numbers))
            await reached(hub, begin.position + events)
            stamped = await log.after(db, begin.position, events)
            wanted = {
                each: [record.position for record in stamped if each.covers(record.envelope)]
                for each in INTERESTS
            }
            for client in clients:
                client.last = wanted[client.interest][-1]
            await listening
    for client in clients:
        assert client.positions == wanted[client.interest]
    assert hub.subscribers == 0
    assert wires.captured.said == []
    assert sum(client.cuts for client in clients) > 2 * CLIENTS


async def test_clients_that_are_cut_and_resume_miss_nothing(wires: Wires) -> None:
    async with from_log(wires.db) as source:
        await _nothing_is_missed(wires, source, EVENTS)


async def test_nor_where_a_broker_loses_and_doubles(wires: Wires) -> None:
    async with from_broker(wires.db, random.Random(11)) as source:
        await _nothing_is_missed(wires, source, EVENTS)


@pytest.mark.kafka
async def test_nor_where_kafka_brings_its_partitions_interleaved(
    wires: Wires, broker: Kafka
) -> None:
    async with from_kafka(wires, broker.servers) as source:
        await _nothing_is_missed(wires, source, BY_KAFKA)
