"""Every event is in the outbox with its effect or not at all, numbered per aggregate, in order."""

import asyncio
from itertools import groupby

import pytest
from sqlalchemy import select

from events.catalog.inventory import ReservationReleased
from events.catalog.order import OrderHeld
from events.outbox import emit, emitted
from models.database import Cause, Database
from models.platform import outbox

ROW = outbox.c
CAUSE = Cause("usr_1", "req_1", causation_id="evt_0", on_behalf_of="cus_1")


def _held(order: str) -> OrderHeld:
    return OrderHeld(aggregate_id=order, customer_id="cus_1", reasons=["STOCK"])


def _released(id: str) -> ReservationReleased:
    return ReservationReleased(aggregate_id=id, order_id="ord_1", customer_id="cus_1")


async def test_the_envelope_says_who_and_why(db: Database) -> None:
    async with db.unit_of_work(CAUSE) as work:
        emit(work, _held("ord_1"), _held("ord_2"), _held("ord_1"))
        assert [event.aggregate_id for event in emitted(work)] == ["ord_1", "ord_2", "ord_1"]
    rows = await db.rows(select(outbox).order_by(ROW.ordinal))
    assert [(row.aggregate_id, row.sequence) for row in rows] == [
        ("ord_1", 1),
        ("ord_2", 1),
        ("ord_1", 2),
    ]
    first = rows[0]
    assert (first.agent, first.type, first.version) == ("order", "order.held", 1)
    assert (first.actor, first.on_behalf_of) == ("usr_1", "cus_1")
    assert (first.correlation_id, first.causation_id, first.trace_id) == ("req_1", "evt_0", None)
    assert first.data == {"customer_id": "cus_1", "reasons": ["STOCK"]}
    assert first.seed is False
    assert first.occurred_at == work.now


async def test_what_is_rolled_back_was_never_said(db: Database) -> None:
    async def fail() -> None:
        async with db.unit_of_work(CAUSE) as work:
            emit(work, _held("ord_1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await db.rows(select(outbox)) == []
    async with db.unit_of_work(CAUSE) as work:
        emit(work, _held("ord_1"))
    assert [row.sequence for row in await db.rows(select(outbox))] == [1]


@pytest.mark.commits
async def test_sequences_have_no_gap_and_ordinals_their_order_however_many_write(
    db: Database,
) -> None:
    aggregates = [f"rsv_{number}" for number in range(5)]

    async def write(number: int) -> None:
        chosen = [aggregates[(number + step) % 5] for step in range(3)]
        async with db.unit_of_work(CAUSE) as work:
            emit(work, *(_released(id) for id in chosen))
            if number % 7 == 0:
                await asyncio.sleep(0.01)

    await asyncio.gather(*(write(number) for number in range(100)))
    rows = await db.rows(select(ROW.aggregate_id, ROW.sequence).order_by(ROW.ordinal))
    assert len(rows) == 300
    by_aggregate = sorted(rows, key=lambda row: str(row.aggregate_id))
    for _, found in groupby(by_aggregate, key=lambda row: row.aggregate_id):
        assert [row.sequence for row in found] == list(range(1, 61))
