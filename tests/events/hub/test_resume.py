"""Two hundred clients are cut and resume while many write: no gap, no double, in order."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from events import log
from events.bell import Bell
from events.catalog.inventory import ReservationReleased
from events.hub import EVERYTHING, Cursor, Hub, Interest, Lagged
from events.hub.log import end
from events.hub.ordered import OrderedSource
from events.hub.source import LogSource
from events.outbox import emit
from models.database import Database
from tests.events.hub.broker import Broker
from tests.events.hub.listening import reached
from tests.events.stamped import CAUSE, low, stamp
from tests.events.traffic import Wires, running

pytestmark = pytest.mark.commits
CLIENTS = 200
WRITERS = 6
EACH = 1000
EVENTS = WRITERS * EACH
PATIENCE = 240
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


async def write(db: Database, number: int, dice: random.Random) -> None:
    """In transactions of one to twenty events, of which some are given up."""
    written = 0
    while written < EACH:
        count = min(dice.randint(1, 20), EACH - written)
        with suppress(ZeroDivisionError):
            async with db.unit_of_work(CAUSE) as work:
                for _ in range(count):
                    emit(work, _event(number, dice))
                await asyncio.sleep(dice.random() * 0.01)
                if dice.random() < 0.1:
                    raise ZeroDivisionError
                written += count


def _event(number: int, dice: random.Random) -> Any:
    if dice.random() < 0.5:
        return low(number, f"stk_{dice.randint(1, 40)}", f"var_{dice.randint(1, 4)}")
    order = f"ord_{dice.randint(1, 4)}"
    id = f"rsv_{dice.randint(1, 40)}"
    return ReservationReleased(aggregate_id=id, order_id=order, customer_id="cus_1")


@asynccontextmanager
async def fed(kind: str, db: Database, dice: random.Random) -> AsyncIterator[Any]:
    """The source, and the broker behind it where it has one."""
    if kind == "log":
        bell = Bell(db)
        async with running(bell.run()):
            yield LogSource(db, bell)
        return
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


async def keep_stamping(db: Database) -> None:
    while True:
        await stamp(db)
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("kind", ["log", "broker"])
async def test_clients_that_are_cut_and_resume_miss_nothing(
    db: Database, wires: Wires, kind: str
) -> None:
    dice = random.Random(11)
    begin = await end(db)
    async with (
        asyncio.timeout(PATIENCE),
        fed(kind, db, dice) as source,
        Hub(db, wires.defects, recent=500).running(source) as hub,
    ):
        clients = [
            Client(hub, INTERESTS[number % 4], begin, random.Random(number))
            for number in range(CLIENTS)
        ]
        stamping = asyncio.create_task(keep_stamping(db))
        writing = [
            asyncio.create_task(write(db, number, random.Random(number)))
            for number in range(WRITERS)
        ]
        listening = asyncio.gather(*(each.listen() for each in clients))
        await asyncio.gather(*writing)
        await reached(hub, EVENTS)
        stamped = await log.after(db, 0, EVENTS)
        wanted = {
            each: [record.position for record in stamped if each.covers(record.envelope)]
            for each in INTERESTS
        }
        for client in clients:
            client.last = wanted[client.interest][-1]
        await listening
        stamping.cancel()
        with suppress(asyncio.CancelledError):
            await stamping
    for client in clients:
        assert client.positions == wanted[client.interest]
    assert hub.subscribers == 0
    assert wires.captured.said == []
    assert sum(client.cuts for client in clients) > 2 * CLIENTS
