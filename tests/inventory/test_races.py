"""Many at once: nothing is sold twice, nobody deadlocks, and the books are right afterwards."""

import asyncio
import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from models import inventory as tables
from models.database import Database
from models.inventory import ReservationStatus
from subgraphs.inventory import repository
from subgraphs.kit import ID
from tests.conftest import Ask
from tests.inventory.reserved import ID_1, QUANTITIES, reservation_in
from tests.inventory.stock import (
    ADJUST,
    COMMIT,
    EXTEND,
    RECEIVE,
    RELEASE,
    RESERVE,
    TRANSFER,
    basket,
    check_books,
    facts,
    level,
    levels,
    stock,
    variant,
    warehouse,
)
from tests.inventory.waiting import blocked, held

pytestmark = pytest.mark.commits
SCARCE = 1
PLENTY = range(2, 6)


async def sold(ask: Ask, input: dict[str, Any]) -> bool:
    """Whether the basket was reserved; refused for want of the scarce variant, and nothing else."""
    payload = (await ask(RESERVE, input=input))["createReservation"]
    if payload["reservation"] is not None:
        assert payload["errors"] == []
        return True
    assert [(e["code"], e["variantId"], e["available"]) for e in payload["errors"]] == [
        ("INSUFFICIENT_STOCK", variant(SCARCE), 0)
    ]
    return False


async def test_two_hundred_buyers_of_ten_units(db: Database, ask: Ask) -> None:
    await stock(db, (SCARCE, 1, 6), (SCARCE, 2, 4))
    await stock(db, *((number, place, 300) for number in PLENTY for place in (1, 2)))
    chance = random.Random(7)

    async def buy(number: int) -> bool:
        lines = [
            (other, chance.randint(1, 2), chance.choice([None, 1, 2]))
            for other in chance.sample(PLENTY, k=3)
        ]
        lines.append((SCARCE, 1, None))
        chance.shuffle(lines)
        return await sold(ask, basket(f"buyer {number}", *lines, order=number))

    assert sum(await asyncio.gather(*map(buy, range(200)))) == 10
    left = await levels(db)
    assert (left[level(SCARCE, 1)], left[level(SCARCE, 2)]) == ((0, 6), (0, 4))
    published = Counter(type for type, _, _ in await facts(db))
    assert published["reservation.created"] == 10
    assert set(published) == {"reservation.created", "stock.changed"}
    await check_books(db)


async def test_many_buyers_of_one_unit(db: Database, ask: Ask) -> None:
    await stock(db, (SCARCE, 1, 1))
    buyers = (sold(ask, basket(f"buyer {n}", (SCARCE, 1, None), order=n)) for n in range(40))
    assert sum(await asyncio.gather(*buyers)) == 1
    assert await levels(db) == {level(SCARCE): (0, 1)}
    await check_books(db)


async def test_units_that_come_while_waiting_are_seen(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 0))
    receipt = {
        "warehouseId": warehouse(1),
        "lines": [{"variantId": variant(1), "quantity": 5}],
        "idempotencyKey": "receipt",
    }
    async with held(db, level(1)):
        receiving = asyncio.create_task(ask(RECEIVE, input=receipt))
        await blocked(db, 1)
        buying = asyncio.create_task(ask(RESERVE, input=basket("k", (1, 3, None))))
        await blocked(db, 2)
    assert (await receiving)["receiveStock"]["errors"] == []
    assert (await buying)["createReservation"]["errors"] == []
    assert await levels(db) == {level(1): (2, 3)}


async def test_only_one_ends_a_reservation(db: Database, ask: Ask) -> None:
    await reservation_in(db, ReservationStatus.ACTIVE)
    documents = {"commitReservation": COMMIT, "releaseReservation": RELEASE}

    async def end(name: str, number: int) -> list[str]:
        given = {"reservationId": ID_1, "expectedVersion": 1, "idempotencyKey": f"{number}"}
        payload = (await ask(documents[name], input=given))[name]
        return [error["code"] for error in payload["errors"]]

    walks = [end(name, number) for number in range(5) for name in documents]
    codes = Counter(tuple(codes) for codes in await asyncio.gather(*walks))
    assert codes == {(): 1, ("STALE_VERSION",): 9}
    [row] = await db.rows(select(tables.reservation))
    [line] = await db.rows(select(tables.reservation_line))
    expected = QUANTITIES[row.status]
    assert (line.reserved, line.committed, line.consumed, line.released) == expected
    await check_books(db)


async def test_transfers_both_ways_and_first_arrivals(db: Database, ask: Ask) -> None:
    """Levels that do not exist yet are made by several at once, in any order."""
    await stock(db, *((number, 1, 50) for number in range(1, 6)))
    chance = random.Random(3)

    async def move(number: int) -> None:
        places = chance.sample([1, 2, 3], k=2)
        given = {
            "variantId": variant(chance.randint(1, 5)),
            "fromWarehouseId": warehouse(places[0]),
            "toWarehouseId": warehouse(places[1]),
            "quantity": chance.randint(1, 9),
            "idempotencyKey": f"move {number}",
        }
        payload = (await ask(TRANSFER, input=given))["transferStock"]
        assert {e["code"] for e in payload["errors"]} <= {"INSUFFICIENT_STOCK"}

    async def arrive(number: int) -> None:
        variants = chance.sample(range(1, 9), k=4)
        given = {
            "warehouseId": warehouse(chance.randint(1, 3)),
            "lines": [{"variantId": variant(each), "quantity": 2} for each in variants],
            "idempotencyKey": f"arrival {number}",
        }
        assert (await ask(RECEIVE, input=given))["receiveStock"]["errors"] == []

    async def buy(number: int) -> None:
        lines = [(each, 1, None) for each in chance.sample(range(1, 6), k=3)]
        payload = (await ask(RESERVE, input=basket(f"buyer {number}", *lines)))["createReservation"]
        assert payload["errors"] == []

    work = [act(number) for number in range(20) for act in (move, arrive, buy)]
    await asyncio.gather(*work)
    [*rows] = await db.rows(select(tables.stock_level))
    assert sum(row.on_hand for row in rows) == 5 * 50 + 20 * 4 * 2
    assert sum(row.reserved for row in rows) == 20 * 3
    await check_books(db)


async def test_who_waits_for_a_first_arrival_holds_no_other(db: Database, ask: Ask) -> None:
    """Lines come in any order; were the levels made in that order, these two would deadlock."""
    given = {
        "warehouseId": warehouse(1),
        "lines": [{"variantId": variant(number), "quantity": 1} for number in (2, 1)],
        "idempotencyKey": "k",
    }
    async with db.unit_of_work() as work:
        await repository.begin_levels(work, [(ID(variant(1)), ID(warehouse(1)))])
        arriving = asyncio.create_task(ask(RECEIVE, input=given))
        await blocked(db)
        await repository.begin_levels(work, [(ID(variant(2)), ID(warehouse(1)))])
    assert (await arriving)["receiveStock"]["errors"] == []
    assert sorted((await levels(db)).values()) == [(1, 0), (1, 0)]


async def test_every_mutation_beside_every_other(db: Database, ask: Ask) -> None:
    await stock(db, *((number, place, 30) for number in (1, 2) for place in (1, 2)))
    chance = random.Random(11)
    made: list[str] = []

    async def act(number: int) -> None:
        key = f"act {number}"
        document = chance.choice([RESERVE, RESERVE, EXTEND, COMMIT, RELEASE, ADJUST])
        input: dict[str, Any] = {"idempotencyKey": key}
        if document is RESERVE or not made:
            lines = [(each, chance.randint(1, 4), None) for each in chance.sample([1, 2], k=2)]
            document, input = RESERVE, basket(key, *lines)
        elif document is ADJUST:
            there = level(chance.randint(1, 2), chance.randint(1, 2))
            delta = chance.choice([-3, -2, -1, 1, 2, 3])
            input |= {"stockLevelId": there, "delta": delta, "reason": "counted"}
        else:
            input |= {"reservationId": chance.choice(made)}
        [payload] = (await ask(document, input=input)).values()
        assert {error["code"] for error in payload["errors"]} <= {
            "INSUFFICIENT_STOCK",
            "INVALID_TRANSITION",
        }
        if document is RESERVE and payload["reservation"]:
            made.append(payload["reservation"]["id"])

    for start in range(0, 120, 12):
        await asyncio.gather(*map(act, range(start, start + 12)))
    assert len(made) > 10
    await check_books(db)
