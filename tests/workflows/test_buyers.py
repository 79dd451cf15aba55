"""A crowd before few units, through the gateway: what there is is sold once, and no more."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from souk.keys import SigningKey
from souk.seed import people
from souk.seed.catalogue import VariantPlan
from tests import callers
from tests.postgres import Server
from tests.workflows import seeded
from tests.workflows.operations import ACTIVE, BERLIN, BY_POST
from tests.workflows.shop import Determined, Shop, in_process

BUYERS, UNITS, PLENTY = 200, 10, 10_000
SCARCE, *REST = [plan.variants[0] for plan in ACTIVE[:6]]
CREATE = """
mutation ($input: CreateOrderInput!) {
  createOrder(input: $input) { order { id version status } errors { code } }
}
"""
PLACE = """
mutation ($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    order { status lines { variant { sku } } }
    errors { code ... on InsufficientStockError { variantId requested available } }
  }
}
"""
# One row of a table, or some of it, for each thing that must hold afterwards.
STATUSES = """
SELECT status, count(*) AS number FROM "order".orders WHERE id = ANY(:ids) GROUP BY status
"""
PLACED = """SELECT id FROM "order".orders WHERE id = ANY(:ids) AND status = 'PLACED'"""
EVENTS = """
SELECT aggregate_id FROM platform.outbox WHERE type = 'order.placed' AND NOT seed
ORDER BY aggregate_id
"""
RESERVED = """
SELECT r.order_id, l.variant_id, sum(l.reserved) AS units
FROM inventory.reservation r JOIN inventory.reservation_line l ON l.reservation_id = r.id
WHERE r.order_id = ANY(:ids) AND l.reserved > 0 GROUP BY r.order_id, l.variant_id
"""
ORDERED = """
SELECT order_id, variant_id, quantity AS units FROM "order".order_line
WHERE order_id = ANY(:ids)
"""
LEVELS = """
SELECT variant_id, sum(available) AS available, sum(reserved) AS reserved
FROM inventory.stock_level WHERE variant_id = ANY(:variants) GROUP BY variant_id
"""
NEGATIVE = """
SELECT count(*) FROM inventory.stock_level
WHERE least(available, reserved, quarantined, damaged) < 0
"""


@pytest.fixture
async def database(server: Server, example_template: None) -> AsyncIterator[str]:
    async with seeded.clone(server) as name:
        yield name


@pytest.fixture
async def market(
    server: Server, database: str, installation_key: SigningKey, tmp_path: Path
) -> AsyncIterator[Shop]:
    given = Determined(connections=20)
    async with in_process(partial(server.url, database), installation_key, tmp_path, given) as shop:
        yield shop


@pytest.fixture
async def tables(server: Server, database: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(server.url(database, "postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def stock(tables: AsyncConnection, variant: VariantPlan, units: int) -> None:
    """As many in its first warehouse, and none elsewhere; nothing is reserved yet."""
    emptied = "UPDATE inventory.stock_level SET available = 0, reserved = 0 WHERE variant_id = :id"
    filled = """
    UPDATE inventory.stock_level SET available = :units WHERE id = (
      SELECT min(id) FROM inventory.stock_level WHERE variant_id = :id)
    """
    await tables.execute(text(emptied), {"id": variant.id})
    await tables.execute(text(filled), {"id": variant.id, "units": units})


async def buy(shop: Shop, number: int, customer: str) -> tuple[str, dict[str, Any]]:
    """One buyer's way: a basket of several lines in some order, then placed. The order's id."""
    draw = Random(f"buyer {number}")
    lines = [{"variantId": SCARCE.id, "quantity": 1}] + [
        {"variantId": each.id, "quantity": draw.randrange(1, 4)} for each in draw.sample(REST, k=3)
    ]
    draw.shuffle(lines)
    caller = callers.customer(customer)
    basket = {
        "currency": "EUR",
        "lines": lines,
        "shippingAddress": BERLIN,
        "shippingMethodId": BY_POST,
        "idempotencyKey": "basket",
    }
    made = (await shop.ask(CREATE, caller, {"input": basket}))["data"]["createOrder"]
    assert made["errors"] == []
    draft = made["order"]
    assert (draft["status"], draft["version"]) == ("DRAFT", 1)
    placing = {"orderId": draft["id"], "idempotencyKey": "placing"}
    answer = await shop.ask(PLACE, caller, {"input": placing})
    assert "errors" not in answer, answer
    return draft["id"], answer["data"]["placeOrder"]


async def test_two_hundred_buyers_and_ten_units(market: Shop, tables: AsyncConnection) -> None:
    await stock(tables, SCARCE, UNITS)
    for each in REST:
        await stock(tables, each, PLENTY)
    active = [each.id for each in people.customers() if each.status == "ACTIVE"][:BUYERS]
    assert len(active) == BUYERS

    bought = dict(
        await asyncio.gather(*(buy(market, number, id) for number, id in enumerate(active)))
    )

    lucky = {id for id, payload in bought.items() if not payload["errors"]}
    assert len(lucky) == UNITS
    assert {bought[id]["order"]["status"] for id in lucky} == {"PLACED"}
    refusal = {
        "code": "INSUFFICIENT_STOCK",
        "variantId": SCARCE.id,
        "requested": 1,
        "available": 0,
    }
    refused = [payload for id, payload in bought.items() if id not in lucky]
    assert refused == [{"order": None, "errors": [refusal]}] * (BUYERS - UNITS)

    every, sold = {"ids": list(bought)}, {"ids": sorted(lucky)}
    statuses = {row.status: row.number for row in await tables.execute(text(STATUSES), every)}
    assert statuses == {"PLACED": UNITS, "DRAFT": BUYERS - UNITS}
    assert {row.id for row in await tables.execute(text(PLACED), every)} == lucky
    events = await tables.execute(text(EVENTS))
    assert [row.aggregate_id for row in events] == sorted(lucky)

    reserved = await _units(tables, RESERVED, every)
    assert reserved == await _units(tables, ORDERED, sold)
    taken: Counter[str] = Counter()
    for (_, variant), units in reserved.items():
        taken[variant] += units
    assert taken[SCARCE.id] == UNITS
    variants = {"variants": [SCARCE.id, *(each.id for each in REST)]}
    levels = await tables.execute(text(LEVELS), variants)
    assert {row.variant_id: (row.available, row.reserved) for row in levels} == {
        SCARCE.id: (0, UNITS)
    } | {each.id: (PLENTY - taken[each.id], taken[each.id]) for each in REST}
    assert (await tables.execute(text(NEGATIVE))).scalar_one() == 0


async def _units(
    tables: AsyncConnection, query: str, values: dict[str, Any]
) -> dict[tuple[str, str], int]:
    rows = await tables.execute(text(query), values)
    return {(row.order_id, row.variant_id): int(row.units) for row in rows}
