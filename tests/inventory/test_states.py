"""Generated from states.py: every state against every mutation and timer that walks it."""

from itertools import product

import pytest
from sqlalchemy import select

from models import inventory as tables
from models.database import Database
from models.inventory import ReservationStatus as S
from subgraphs.inventory import reservations
from subgraphs.inventory.states import RESERVATION, derived_status
from subgraphs.inventory.types import ReservationLine
from subgraphs.kit import ID
from tests.conftest import Ask
from tests.inventory.reserved import ID_1, NAMES, QUANTITIES, reservation_in
from tests.inventory.stock import (
    COMMIT,
    EXTEND,
    RELEASE,
    everything,
    level,
    levels,
)

WALKERS = {
    "commitReservation": (COMMIT, {S.COMMITTED}),
    "releaseReservation": (RELEASE, {S.RELEASED, S.CONSUMED}),
}


async def quantities(db: Database) -> tuple[int, ...]:
    [line] = await db.rows(select(tables.reservation_line))
    return tuple(getattr(line, name) for name in NAMES)


@pytest.mark.parametrize(("state", "name"), list(product(S, WALKERS)))
async def test_only_the_listed_edges(db: Database, ask: Ask, state: S, name: str) -> None:
    document, targets = WALKERS[name]
    await reservation_in(db, state)
    before = await everything(db)
    data = await ask(document, input={"reservationId": ID_1, "idempotencyKey": "k"})
    edges = {to for start, to, by in RESERVATION.walks() if start is state and by == name}
    [row] = await db.rows(select(tables.reservation))
    if edges:
        assert data[name]["errors"] == []
        assert {row.status} == edges <= targets
        assert row.version == 2
    else:
        [error] = data[name]["errors"]
        assert error["code"] == "INVALID_TRANSITION"
        assert error["from"] == state.name
        assert error["allowed"] == [to.name for to in RESERVATION.allowed(state)]
        assert await everything(db) == before


@pytest.mark.parametrize("state", S)
async def test_only_an_active_reservation_is_extended(db: Database, ask: Ask, state: S) -> None:
    await reservation_in(db, state)
    before = await everything(db)
    data = await ask(EXTEND, input={"reservationId": ID_1})
    codes = [error["code"] for error in data["extendReservation"]["errors"]]
    if state is S.ACTIVE:
        assert codes == []
    else:
        assert codes == ["INVALID_TRANSITION"]
        assert await everything(db) == before


@pytest.mark.parametrize("state", S)
async def test_only_an_active_reservation_expires(db: Database, state: S) -> None:
    await reservation_in(db, state)
    before = await everything(db)
    async with db.unit_of_work() as work:
        await reservations.expire(work, ID(ID_1))
    if state is S.ACTIVE:
        [row] = await db.rows(select(tables.reservation))
        assert (row.status, row.version) == (S.EXPIRED, 2)
        assert await quantities(db) == (0, 0, 0, 5)
        assert await levels(db) == {level(1): (15, 0)}
    else:
        assert await everything(db) == before


async def test_what_is_consumed_does_not_come_back(db: Database, ask: Ask) -> None:
    await reservation_in(db, S.PARTIALLY_CONSUMED)
    data = await ask(RELEASE, input={"reservationId": ID_1})
    assert data["releaseReservation"]["reservation"]["status"] == "CONSUMED"
    assert await quantities(db) == (0, 0, 3, 2)
    assert await levels(db) == {level(1): (12, 0)}


def a_line(*units: int) -> ReservationLine:
    x = ID("x")
    reserved, committed, consumed, released = units
    return ReservationLine(
        reservation_id=x,
        stock_level_id=x,
        variant_id=x,
        warehouse_id=x,
        reserved=reserved,
        committed=committed,
        consumed=consumed,
        released=released,
    )


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        *(([units], state) for state, units in QUANTITIES.items() if state is not S.EXPIRED),
        ([(3, 0, 0, 2)], S.ACTIVE),
        ([(0, 2, 0, 3), (0, 0, 0, 5)], S.COMMITTED),
        ([(0, 5, 0, 0), (0, 0, 5, 0)], S.PARTIALLY_CONSUMED),
        ([(0, 1, 1, 3)], S.PARTIALLY_CONSUMED),
        ([(0, 0, 5, 0), (0, 0, 0, 5)], S.CONSUMED),
        ([(0, 0, 1, 4)], S.CONSUMED),
        ([(0, 0, 0, 5), (0, 0, 0, 1)], S.RELEASED),
    ],
)
def test_the_quantities_decide(lines: list[tuple[int, ...]], status: S) -> None:
    assert derived_status([a_line(*units) for units in lines]) is status


def test_a_reservation_whose_time_is_up_is_expired_where_nothing_was_consumed() -> None:
    assert derived_status([a_line(0, 0, 0, 5)], given_back=S.EXPIRED) is S.EXPIRED
    assert derived_status([a_line(0, 0, 1, 4)], given_back=S.EXPIRED) is S.CONSUMED
