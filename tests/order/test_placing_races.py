"""What is PLACED is what is reserved, whatever happens between the two."""

import asyncio
import random
from typing import Any

import pytest
from sqlalchemy import select, text

from models import order as tables
from models.inventory import reservation, stock_level
from models.order import OrderStatus
from tests import callers
from tests.order.desk import Desk, basket, codes
from tests.order.leading import Leading
from tests.order.shop import ANNA, Shop, cus, var
from tests.order.wire import once, wire
from tests.platform import Platform

ROUNDS = 20
TERMINATE = """
    SELECT pid, pg_terminate_backend(pid, 5000) AS done FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""


async def check_placed(shop: Shop, order: str) -> None:
    """Line by line; and nothing else is kept for the order."""
    row = await shop.row(order)
    assert row.status is OrderStatus.PLACED
    assert await shop.reserved(row.reservation_id) == await shop.ordered(order)
    kept = [id for id, status in await shop.reservations(order) if status == "ACTIVE"]
    assert kept == [row.reservation_id]


async def test_lines_change_while_they_are_being_reserved(
    shop: Shop, desk: Desk, platform: Platform
) -> None:
    draft = await desk.draft({1: 3, 2: 1})
    wire(platform).after = once("reserve", lambda: desk.lines(draft["id"], {2: 5, 3: 100}))
    placed = await desk.place(draft["id"])
    assert placed["errors"] == []
    assert await shop.ordered(draft["id"]) == {var(2): 5, var(3): 100}
    await check_placed(shop, draft["id"])
    assert [status for _, status in await shop.reservations(draft["id"])] == ["RELEASED", "ACTIVE"]
    assert [await shop.free(number) for number in (1, 2, 3)] == [100, 95, 0]
    assert len(await shop.facts("order.placed")) == 1


async def test_lines_change_under_a_caller_who_insists(
    shop: Shop, desk: Desk, platform: Platform
) -> None:
    draft = await desk.draft({1: 3})
    wire(platform).after = once("reserve", lambda: desk.lines(draft["id"], {1: 4}))
    [error] = (await desk.place(draft["id"], expectedVersion=1))["errors"]
    assert (error["code"], error["expected"], error["actual"]) == ("STALE_VERSION", 1, 2)
    assert (await shop.row(draft["id"])).status is OrderStatus.DRAFT
    assert await shop.free(1) == 100
    assert await shop.facts() == []


async def test_the_last_units_are_not_withheld_by_the_caller_itself(
    shop: Shop, desk: Desk, platform: Platform
) -> None:
    draft = await desk.draft({1: 100})
    wire(platform).after = once("reserve", lambda: desk.lines(draft["id"], {1: 99}))
    assert codes(await desk.place(draft["id"])) == []
    await check_placed(shop, draft["id"])
    assert await shop.free(1) == 1


async def test_killed_after_reserving_then_edited_and_placed_again(
    shop: Shop, desk: Desk, platform: Platform
) -> None:
    draft = await desk.draft({1: 3, 2: 1})

    async def die() -> None:
        raise asyncio.CancelledError

    line = wire(platform)
    line.after = once("reserve", die)
    with pytest.raises(asyncio.CancelledError):
        await desk.place(draft["id"], idempotencyKey="mine")
    assert (await shop.row(draft["id"])).status is OrderStatus.DRAFT
    assert await shop.free(1) == 97

    changed = await desk.lines(draft["id"], {1: 5, 3: 2})
    assert changed["errors"] == []
    assert codes(await desk.place(draft["id"], idempotencyKey="mine")) == []
    row = await shop.row(draft["id"])
    assert await shop.reserved(row.reservation_id) == await shop.ordered(draft["id"])
    assert await shop.ordered(draft["id"]) == {var(1): 5, var(3): 2}
    [orphan, kept] = await shop.reservations(draft["id"])
    assert kept == (row.reservation_id, "ACTIVE")
    # what the dead call had reserved comes back when its time is over, and not before
    assert orphan[1] == "ACTIVE"
    assert await shop.free(1) == 92
    assert len(await shop.facts("order.placed")) == 1


async def test_killed_after_reserving_and_sent_again(
    shop: Shop, desk: Desk, platform: Platform
) -> None:
    draft = await desk.draft({1: 3})

    async def die() -> None:
        raise asyncio.CancelledError

    async def place() -> Any:
        return await desk.place(draft["id"], idempotencyKey="placing")

    async def create() -> Any:
        return await desk.create({2: 2}, place=True, idempotencyKey="creating")

    line = wire(platform)
    for again in (place, create):
        line.after = once("reserve", die)
        with pytest.raises(asyncio.CancelledError):
            await again()
        placed = await again()
        assert placed["errors"] == []
        await check_placed(shop, placed["order"]["id"])
    assert (await shop.free(1), await shop.free(2)) == (97, 98)
    assert len(await shop.facts("order.placed")) == 2


@pytest.mark.commits
async def test_connections_are_cut_between_reserving_and_placing(
    shop: Shop, desk: Desk, platform: Platform
) -> None:
    draft = await desk.draft({1: 3})
    cut: list[int] = []

    async def terminate() -> None:
        cut.extend(row.pid for row in await shop.db.rows(text(TERMINATE)) if row.done)

    async with shop.db.unit_of_work():  # so that there is more than one connection in the pool
        await shop.db.rows(text("SELECT 1"))
    wire(platform).after = once("reserve", terminate)
    assert codes(await desk.place(draft["id"])) == []
    assert cut
    await check_placed(shop, draft["id"])


@pytest.mark.commits
async def test_placing_raced_against_editing(shop: Shop, desk: Desk, platform: Platform) -> None:
    leading = Leading(platform, shop, desk)
    for round in range(ROUNDS):
        draft = await desk.draft({1: 1, 2: 1})
        delay = random.uniform(0, 0.03)

        async def edit(id: str, delay: float) -> list[str]:
            await asyncio.sleep(delay)
            return codes(await desk.lines(id, {2: 2, 3: 1}))

        placed, edited = await asyncio.gather(desk.place(draft["id"]), edit(draft["id"], delay))
        assert codes(placed) == []
        assert edited in ([], ["ORDER_NOT_EDITABLE"], ["ORDER_BUSY"])
        await leading.go()  # lines that changed after placing give back what they need no more
        await check_placed(shop, draft["id"])
        before = {var(1): 1, var(2): 1}
        after = {var(2): 2, var(3): 1}
        assert await shop.ordered(draft["id"]) == (before if edited else after), round
    events = [type for type, *_ in await shop.facts() if type != "order.lines_changed"]
    assert events == ["order.placed"] * ROUNDS
    await check_books(shop)


@pytest.mark.commits
async def test_two_callers_place_the_same_draft(shop: Shop, desk: Desk) -> None:
    for _ in range(10):
        draft = await desk.draft({1: 2})
        both = await asyncio.gather(desk.place(draft["id"]), desk.place(draft["id"]))
        assert sorted(map(codes, both)) == [[], ["INVALID_TRANSITION"]]
        await check_placed(shop, draft["id"])
    assert await shop.free(1) == 80
    await check_books(shop)


@pytest.mark.commits
async def test_placing_raced_against_canceling(shop: Shop, desk: Desk) -> None:
    for _ in range(10):
        draft = await desk.draft({1: 2})
        placed, canceled = await asyncio.gather(desk.place(draft["id"]), desk.cancel(draft["id"]))
        assert codes(canceled) == []
        assert codes(placed) in ([], ["INVALID_TRANSITION"])
        row = await shop.row(draft["id"])
        assert row.status is OrderStatus.CANCELED
        kept = [id for id, status in await shop.reservations(draft["id"]) if status == "ACTIVE"]
        assert kept == ([row.reservation_id] if codes(placed) == [] else [])
    await check_books(shop)


@pytest.mark.commits
async def test_two_hundred_buyers_of_ten_units(shop: Shop, desk: Desk) -> None:
    buyers = [cus(number) for number in range(100, 300)]
    await shop.customers(*buyers)
    await shop.sells(7, stock=10)
    await shop.sells(8, 9, 10, stock=1000)
    ids = []
    for buyer in buyers:
        lines = basket({7: 1} | dict.fromkeys(random.sample([8, 9, 10], k=2), 1))
        random.shuffle(lines)
        made = await desk.draft(principal=callers.customer(buyer), lines=lines)
        ids.append(made["id"])

    answers = await asyncio.gather(
        *(desk.place(id, callers.customer(buyer)) for id, buyer in zip(ids, buyers, strict=True))
    )

    assert sorted(map(codes, answers)) == [[]] * 10 + [["INSUFFICIENT_STOCK"]] * 190
    winners = {id for id, answer in zip(ids, answers, strict=True) if not answer["errors"]}
    rows = await shop.db.rows(select(tables.orders.c.id, tables.orders.c.status))
    assert {row.id for row in rows if row.status is OrderStatus.PLACED} == winners
    assert {row.status for row in rows if row.id not in winners} == {OrderStatus.DRAFT}
    assert {subject for _, subject, *_ in await shop.facts()} == winners
    for id in winners:
        await check_placed(shop, id)
    assert await shop.free(7) == 0
    assert await shop.free(8) + await shop.free(9) + await shop.free(10) == 3000 - 20
    await check_books(shop)


async def check_books(shop: Shop) -> None:
    """No bucket is negative, and all that is reserved is kept for some reservation."""
    inventory = shop.databases["inventory"]
    level = stock_level.c
    kept: dict[str, int] = {}
    for row in await inventory.rows(select(reservation.c.id)):
        for variant, units in (await shop.reserved(row.id)).items():
            kept[variant] = kept.get(variant, 0) + units
    for row in await inventory.rows(select(level.variant_id, level.available, level.reserved)):
        assert min(row.available, row.reserved) >= 0
        kept[row.variant_id] = kept.get(row.variant_id, 0) - row.reserved
    assert set(kept.values()) <= {0}


@pytest.mark.commits
async def test_an_order_of_anna_is_not_lost_in_the_crowd(shop: Shop, desk: Desk) -> None:
    made = await asyncio.gather(*(desk.create({1: 1}, place=True) for _ in range(20)))
    orders = [payload["order"] for payload in made]
    assert len({order["number"] for order in orders}) == 20
    for order in orders:
        await check_placed(shop, order["id"])
    assert {data["customer_id"] for _, _, _, data in await shop.facts()} == {ANNA}
    assert await shop.free(1) == 80
