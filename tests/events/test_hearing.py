"""The property that every projection has to have, and how a test asks for it."""

from typing import Any

import pytest
from sqlalchemy import text

from events.catalog.customer import CustomerUpdated
from events.consumer import Consumer
from events.event import Event
from events.received import Received
from models.database import Database, UnitOfWork
from tests.events.hearing import orders_of, shuffled, told
from tests.events.traffic import updated

CREATE = text("CREATE TABLE platform.memory (what text PRIMARY KEY, value bigint NOT NULL)")
EMPTY = text("DELETE FROM platform.memory")
KEEP = text("""
    INSERT INTO platform.memory AS old (what, value) VALUES (:what, :value)
    ON CONFLICT (what) DO UPDATE SET value = CASE WHEN :adding THEN old.value ELSE 0 END + :value
""")
MEMORY = text("SELECT what, value FROM platform.memory ORDER BY what")
FORGET = text("DELETE FROM platform.inbox")
EVENTS = [updated(key) for key in ("cus_1", "cus_2", "cus_1", "cus_3", "cus_2", "cus_1")]


class Memory:
    """Remembers the last event of each key, how many there were, and perhaps which came last."""

    name = "memory"
    types = frozenset({CustomerUpdated.type})
    prepares: frozenset[str] = frozenset()

    def __init__(self, orderly: bool) -> None:
        self.orderly = orderly

    async def prepare(self, event: Received[Event]) -> None:
        """Nothing is needed."""

    async def apply(self, work: UnitOfWork, event: Received[Event], prepared: Any) -> None:
        envelope = event.envelope
        key = envelope.aggregate_id
        for what, value, adding in (
            (key, envelope.sequence, False),
            ("all", 1, True),
            *(() if self.orderly else [("last", int(key[-1]), False)]),
        ):
            await work.execute(KEEP, {"what": what, "value": value, "adding": adding})


@pytest.fixture
async def memory(db: Database) -> Database:
    async with db.unit_of_work() as work:
        await work.execute(CREATE)
    return db


async def _shuffle(db: Database, orderly: bool) -> None:
    async def fresh() -> tuple[Database, Consumer]:
        async with db.unit_of_work() as work:
            await work.execute(EMPTY)
            await work.execute(FORGET)
        return db, Memory(orderly)

    async def look(db: Database) -> object:
        return [tuple(row) for row in await db.rows(MEMORY)]

    await shuffled(EVENTS, fresh, look)


async def test_a_projection_that_converges_passes(memory: Database) -> None:
    await _shuffle(memory, orderly=True)
    rows = [tuple(row) for row in await memory.rows(MEMORY)]
    assert rows == [("all", 6), ("cus_1", 3), ("cus_2", 2), ("cus_3", 1)]


async def test_one_that_depends_on_the_order_of_keys_is_found(memory: Database) -> None:
    with pytest.raises(AssertionError):
        await _shuffle(memory, orderly=False)


def test_orders_keep_that_of_each_key_and_repeat_events() -> None:
    facts = told(*EVENTS)
    orders = list(orders_of(facts, 20))
    for order in orders:
        assert {each.position for each in order} == {1, 2, 3, 4, 5, 6}
        first = {each.position: order.index(each) for each in facts}
        assert first[1] < first[3] < first[6]
        assert first[2] < first[5]
    assert any(len(order) > 6 for order in orders)
    assert len({tuple(each.position for each in order) for order in orders}) > 10
