"""Reservations whose time is up give their units back, exactly once."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models import inventory as tables
from models.database import Database, utc_now
from models.inventory import ReservationStatus as S
from models.platform import captured_error
from subgraphs.inventory.timers import TIMERS
from subgraphs.kit.capture import DatabaseCapture
from subgraphs.kit.schedule import Schedule
from tests.conftest import Ask
from tests.inventory.reserved import ID_1, reservation_in
from tests.inventory.stock import (
    COMMIT,
    EXTEND,
    RELEASE,
    RESERVE,
    WHOSE,
    basket,
    check_books,
    data_of,
    everything,
    facts,
    level,
    levels,
    stock,
    timers,
)
from tests.inventory.waiting import blocked, held


@pytest.fixture
def schedules(db: Database, tmp_path: Path) -> list[Schedule]:
    capture = DatabaseCapture(db, tmp_path / "spool")
    return [Schedule(db, TIMERS, capture) for _ in range(2)]


def pass_time(db: Database, **passed: float) -> None:
    db.clock = lambda: utc_now() + timedelta(**passed)


async def test_not_before_its_time(db: Database, schedules: list[Schedule]) -> None:
    await reservation_in(db, S.ACTIVE)
    before = await everything(db)
    pass_time(db, minutes=14)
    assert await schedules[0].tick() == 0
    assert await everything(db) == before


async def test_the_units_come_back(db: Database, schedules: list[Schedule]) -> None:
    await reservation_in(db, S.ACTIVE)
    pass_time(db, minutes=16)
    assert await schedules[0].tick() == 1
    assert await schedules[0].tick() == 0
    [row] = await db.rows(select(tables.reservation))
    assert (row.status, row.version) == (S.EXPIRED, 2)
    assert await levels(db) == {level(1): (15, 0)}
    assert await facts(db) == [("stock.changed", level(1), 1), ("reservation.expired", ID_1, 1)]
    assert await data_of(db, "reservation.expired") == [WHOSE]
    assert await timers(db) == []
    await check_books(db)


async def test_an_extended_one_expires_later(
    db: Database, ask: Ask, schedules: list[Schedule]
) -> None:
    await reservation_in(db, S.ACTIVE)
    until = (utc_now() + timedelta(minutes=30)).isoformat()
    await ask(EXTEND, input={"reservationId": ID_1, "until": until})
    pass_time(db, minutes=29)
    assert await schedules[0].tick() == 0
    pass_time(db, minutes=31)
    assert await schedules[0].tick() == 1
    [row] = await db.rows(select(tables.reservation))
    assert row.status is S.EXPIRED


async def test_what_is_committed_never_expires(
    db: Database, ask: Ask, schedules: list[Schedule]
) -> None:
    await reservation_in(db, S.ACTIVE)
    await ask(COMMIT, input={"reservationId": ID_1, "idempotencyKey": "k"})
    pass_time(db, days=365)
    assert await schedules[0].tick() == 0
    [row] = await db.rows(select(tables.reservation))
    assert row.status is S.COMMITTED


@pytest.mark.commits
async def test_two_schedulers_expire_each_once(
    db: Database, ask: Ask, schedules: list[Schedule]
) -> None:
    await stock(db, (1, 1, 40), (2, 1, 40))
    for number in range(25):
        lines = [(1, 1, None), (2, 1, None)]
        data = await ask(RESERVE, input=basket(f"{number}", *lines, order=number))
        assert data["createReservation"]["errors"] == []
    pass_time(db, minutes=16)
    ran = [0, 0]
    while any(now := await asyncio.gather(*(each.tick() for each in schedules))):
        ran = [before + more for before, more in zip(ran, now, strict=True)]
    assert sum(ran) == 25
    assert await levels(db) == {level(1): (40, 0), level(2): (40, 0)}
    assert Counter(type for type, _, _ in await facts(db))["reservation.expired"] == 25
    assert await timers(db) == []
    await check_books(db)


@pytest.mark.commits
@pytest.mark.parametrize("walk", ["commitReservation", "releaseReservation"])
async def test_a_timer_and_a_mutation_at_once(
    db: Database, ask: Ask, schedules: list[Schedule], walk: str
) -> None:
    """Who stops the timer first wins, and the other waits: they lock in the same order."""
    await reservation_in(db, S.ACTIVE)
    pass_time(db, minutes=16)
    document = {"commitReservation": COMMIT, "releaseReservation": RELEASE}[walk]
    given = {"reservationId": ID_1, "idempotencyKey": "k"}
    async with held(db, level(1)):
        expiring = asyncio.create_task(schedules[0].tick())
        await blocked(db, 1)
        walking = asyncio.create_task(ask(document, input=given))
        await blocked(db, 2)
    assert await expiring == 1
    [error] = (await walking)[walk]["errors"]
    assert (error["code"], error["from"]) == ("INVALID_TRANSITION", "EXPIRED")
    assert await levels(db) == {level(1): (15, 0)}
    assert await db.rows(select(captured_error)) == []
    await check_books(db)


@pytest.mark.parametrize("document", [EXTEND, COMMIT, RELEASE])
async def test_the_timer_is_stopped_before_the_reservation_is_locked(
    db: Database, ask: Ask, statements: list[str], document: str
) -> None:
    """As the schedule locks them: the other way round they could wait for one another."""
    await reservation_in(db, S.ACTIVE)
    before = len(statements)
    key = {} if document is EXTEND else {"idempotencyKey": "k"}
    await ask(document, input={"reservationId": ID_1, **key})
    locks = [
        sql.split(maxsplit=1)[0]
        for sql in statements[before:]
        if "DELETE FROM platform.schedule" in sql
        or ("FROM inventory.reservation" in sql and "FOR UPDATE" in sql)
    ]
    assert locks == ["DELETE", "SELECT"]


@pytest.mark.commits
async def test_a_mutation_that_came_first_leaves_the_timer_nothing(
    db: Database, ask: Ask, schedules: list[Schedule]
) -> None:
    await reservation_in(db, S.ACTIVE)
    pass_time(db, minutes=16)
    given = {"reservationId": ID_1, "idempotencyKey": "k"}
    async with held(db, level(1)):
        releasing = asyncio.create_task(ask(RELEASE, input=given))
        await blocked(db, 1)
        assert await schedules[0].tick() == 0
    assert (await releasing)["releaseReservation"]["errors"] == []
    assert await schedules[0].tick() == 0
    assert [type for type, _, _ in await facts(db)] == ["stock.changed", "reservation.released"]
    assert await db.rows(select(captured_error)) == []
