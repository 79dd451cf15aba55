"""However the bus delivers, shuffled and doubled: the same rows in the end (property test)."""

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from events.catalog.customer import CustomerCreated, CustomerMerged, CustomerUpdated
from events.catalog.inventory import ReservationCreated, ReservationReleased, StockLow
from events.catalog.order import OrderCanceled
from events.event import Event
from events.received import Received
from models.database import Database
from tests.monitoring.happenings import (
    ANNA,
    BORIS,
    CLARA,
    ORDER,
    OTHER,
    RESERVATION,
    TABLES,
    History,
    kept,
    made_id,
    placed,
    positions,
    take,
)
from tests.platform import Platform


def _story() -> list[Received[Event]]:
    """Anna and Boris buy; Anna's record goes into Boris', and his into Clara's."""
    then = History().happened
    return [
        then(CustomerCreated(aggregate_id=ANNA)),
        then(CustomerCreated(aggregate_id=BORIS)),
        then(
            ReservationCreated(
                aggregate_id=RESERVATION, order_id=ORDER, customer_id=ANNA, expires_at="later"
            )
        ),
        then(placed(ORDER, ANNA)),
        then(placed(OTHER, BORIS)),
        then(CustomerMerged(aggregate_id=ANNA, into_id=BORIS)),
        then(
            OrderCanceled(
                aggregate_id=ORDER,
                customer_id=BORIS,
                reservation_id=RESERVATION,
                reason="CUSTOMER_REQUEST",
            )
        ),
        then(ReservationReleased(aggregate_id=RESERVATION, order_id=ORDER, customer_id=BORIS)),
        then(CustomerMerged(aggregate_id=BORIS, into_id=CLARA)),
        then(CustomerUpdated(aggregate_id=CLARA, fields=["email"])),
        then(
            StockLow(
                aggregate_id=made_id("stk", 1),
                variant_id=made_id("var", 1),
                warehouse_id=made_id("whs", 1),
                available=0,
                reorder_point=3,
            )
        ),
    ]


STORY = _story()
DELIVERIES = st.permutations(STORY).flatmap(
    lambda order: st.lists(st.sampled_from(STORY), max_size=8).flatmap(
        lambda again: st.permutations([*order, *again])
    )
)


async def test_the_order_of_delivery_leaves_no_trace(platform: Platform, db: Database) -> None:
    await take(platform, STORY)
    expected = await kept(db)
    assert {name: len(rows) for name, rows in expected.items()} == {
        "platform_event": len(STORY),
        "timeline": 5,
        "owner_mark": 2,
        "replay": 0,
        "replay_key": 0,
    }
    loop = asyncio.get_running_loop()

    async def delivered(events: Sequence[Received[Event]]) -> None:
        await _empty(db)
        await take(platform, events)
        assert await kept(db) == expected, positions(events)

    @settings(max_examples=60)
    @given(DELIVERIES)
    def property_(events: Sequence[Received[Event]]) -> None:
        asyncio.run_coroutine_threadsafe(delivered(events), loop).result()

    await asyncio.to_thread(property_)


async def _empty(db: Database) -> None:
    async with db.unit_of_work() as work:
        for table in TABLES:
            await work.execute(delete(table))
