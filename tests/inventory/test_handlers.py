"""A canceled order: whatever was still kept for it goes back, once, and nothing else does."""

import pytest
from sqlalchemy import select

from events.catalog.order import OrderCanceled
from models import inventory as tables
from models.database import Database
from models.inventory import ReservationStatus as S
from tests.conftest import Ask
from tests.events.hearing import hear
from tests.inventory.reserved import reservation_in
from tests.inventory.stock import (
    COMMIT,
    RESERVE,
    basket,
    check_books,
    everything,
    facts,
    level,
    levels,
    made_id,
    stock,
    timers,
)
from tests.platform import Platform

ROW = tables.reservation.c


def canceled(order: int = 1) -> OrderCanceled:
    return OrderCanceled(
        aggregate_id=made_id("ord", order),
        customer_id=made_id("cus", 1),
        reservation_id=None,
        reason="CUSTOMER_REQUEST",
    )


@pytest.mark.parametrize(
    ("state", "after", "left"),
    [
        (S.ACTIVE, S.RELEASED, (15, 0)),
        (S.COMMITTED, S.RELEASED, (15, 0)),
        (S.PARTIALLY_CONSUMED, S.CONSUMED, (12, 0)),
    ],
)
async def test_what_is_left_goes_back(
    platform: Platform, db: Database, state: S, after: S, left: tuple[int, int]
) -> None:
    await reservation_in(db, state)
    await hear(platform.agent("inventory"), "inventory", canceled())
    [row] = await db.rows(select(tables.reservation))
    assert (row.status, row.version) == (after, 2)
    assert await levels(db) == {level(1): left}
    assert [type for type, _, _ in await facts(db)] == ["stock.changed", "reservation.released"]
    assert await timers(db) == []
    await check_books(db)


@pytest.mark.parametrize("state", [S.CONSUMED, S.RELEASED, S.EXPIRED])
async def test_where_nothing_is_left_nothing_happens(
    platform: Platform, db: Database, state: S
) -> None:
    await reservation_in(db, state)
    before = await everything(db)
    await hear(platform.agent("inventory"), "inventory", canceled())
    assert await everything(db) == before


async def test_other_orders_and_the_past_keep_theirs(platform: Platform, db: Database) -> None:
    await reservation_in(db, S.ACTIVE)
    before = await everything(db)
    await hear(platform.agent("inventory"), "inventory", canceled(order=2))
    await hear(platform.agent("inventory"), "inventory", canceled(), seed=True)
    assert await everything(db) == before


async def test_every_reservation_of_the_order(platform: Platform, db: Database, ask: Ask) -> None:
    """An order that was placed anew has several: none of them keeps anything."""
    await stock(db, (1, 1, 40), (2, 1, 40))
    made = [
        (await ask(RESERVE, input=basket(key, (1, 1, None), (2, 2, None))))["createReservation"]
        for key in ("a", "b", "c")
    ]
    assert [each["errors"] for each in made] == [[], [], []]
    id = made[-1]["reservation"]["id"]
    await ask(COMMIT, input={"reservationId": id, "idempotencyKey": "k"})
    await hear(platform.agent("inventory"), "inventory", canceled(), canceled())
    states = [row.status for row in await db.rows(select(ROW.status))]
    assert states == [S.RELEASED, S.RELEASED, S.RELEASED]
    assert await levels(db) == {level(1): (40, 0), level(2): (40, 0)}
    released = [subject for type, subject, _ in await facts(db) if type == "reservation.released"]
    assert len(released) == len(set(released)) == 3
    await check_books(db)
