"""The example shop's past: told in order, readable, and ending where each thing stands now."""

from collections import defaultdict
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, text

from events.decode import decode
from events.envelope import Envelope
from models.database import Database
from models.platform import outbox
from souk.seed.chance import EPOCH
from tests.postgres import Server
from tests.workflows import seeded

ROW = outbox.c
FIELDS = [column for column in ROW if column.name not in ("ordinal", "xid")]
ENDS = {
    "DRAFT": None,
    "PLACED": "order.placed",
    "CONFIRMED": "order.confirmed",
    "ON_HOLD": "order.held",
    "FULFILLING": "order.confirmed",
    "PARTIALLY_SHIPPED": "order.confirmed",
    "SHIPPED": "order.confirmed",
    "DELIVERED": "order.delivered",
    "COMPLETED": "order.completed",
    "CANCELED": "order.canceled",
}
"""The last that was heard of an order in each state; parcels are told of by later agents."""


@pytest.fixture
async def shop(server: Server, example_template: None) -> AsyncIterator[Database]:
    async with seeded.clone(server) as name:
        db = Database(server.url(name))
        yield db
        await db.close()


async def _past(db: Database) -> list[Envelope]:
    rows = await db.rows(select(*FIELDS).order_by(ROW.ordinal))
    return [Envelope(**row._mapping) for row in rows]


async def test_it_is_told_in_order_and_flagged(shop: Database) -> None:
    past = await _past(shop)
    assert len(past) > 4000
    times = [envelope.occurred_at for envelope in past]
    assert times == sorted(times)
    assert times[-1] <= EPOCH
    assert all(envelope.seed for envelope in past)
    assert len({envelope.id for envelope in past}) == len(past)
    numbers: dict[str, list[int]] = defaultdict(list)
    for envelope in past:
        numbers[envelope.aggregate_id].append(envelope.sequence)
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())


async def test_every_event_is_one_of_the_catalog(shop: Database) -> None:
    for envelope in await _past(shop):
        assert decode(envelope).subject == envelope.subject


async def test_it_ends_where_each_order_stands(shop: Database) -> None:
    last = {
        envelope.subject: envelope.type
        for envelope in await _past(shop)
        if envelope.type.startswith("order.")
    }
    rows = await shop.rows(text('SELECT id, status FROM "order".orders'))
    assert len(rows) == 1000
    assert {row.id: last.get(row.id) for row in rows} == {row.id: ENDS[row.status] for row in rows}


async def test_what_follows_is_numbered_on(shop: Database) -> None:
    rows = await shop.rows(
        text("""SELECT aggregate_id FROM platform.aggregate_sequence AS counted
            WHERE last <> (SELECT max(sequence) FROM platform.outbox
                           WHERE outbox.aggregate_id = counted.aggregate_id)""")
    )
    assert rows == []
