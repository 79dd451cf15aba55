"""availability, availabilityBatch and inventoryReport; and single rows by their id."""

from datetime import datetime

import pytest
from sqlalchemy import select

from models import inventory as tables
from models.database import Database
from models.inventory import ReservationStatus as S
from tests.callers import ANONYMOUS, reader
from tests.conftest import Ask
from tests.inventory.reserved import ID_1, reservation_in
from tests.inventory.stock import calls, level, made_id, stock, variant, warehouse

READER = reader("inventory")
BATCH = """query ($ids: [ID!]!) {
  availabilityBatch(variantIds: $ids) { variantId available inStock } }"""


def sellable(number: int, available: int) -> dict[str, object]:
    return {"variantId": variant(number), "available": available, "inStock": available > 0}


async def test_what_can_be_sold_over_all_warehouses(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 4), (1, 2, 3), reserved=2, quarantined=9, damaged=9)
    await stock(db, (2, 1, 0), reserved=5)
    one = "query ($id: ID!) { availability(variantId: $id) { variantId available inStock } }"
    for number, available in ((1, 7), (2, 0), (3, 0)):
        data = await ask(one, ANONYMOUS, id=variant(number))
        assert data["availability"] == sellable(number, available)


async def test_many_at_once_in_their_order(db: Database, ask: Ask, statements: list[str]) -> None:
    await stock(db, (1, 1, 4), (1, 2, 3), (2, 1, 0))
    before = len(statements)
    ids = [variant(number) for number in (2, 1, 3, 1)]
    data = await ask(BATCH, ANONYMOUS, ids=ids)
    assert data["availabilityBatch"] == [
        sellable(2, 0),
        sellable(1, 7),
        sellable(3, 0),
        sellable(1, 7),
    ]
    assert calls(statements[before:]) == 1
    data = await ask(BATCH, ANONYMOUS, ids=[variant(1)] * 100)
    assert data["availabilityBatch"] == [sellable(1, 7)] * 100
    assert (await ask(BATCH, ANONYMOUS, ids=[]))["availabilityBatch"] == []


async def test_a_batch_has_a_limit(ask: Ask) -> None:
    [error] = await ask(BATCH, ANONYMOUS, errors=True, ids=[variant(1)] * 101)
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["variantIds"]}


REPORT = """query ($of: [ID!]) { inventoryReport(warehouseIds: $of) { at
  totals { ...t } warehouses { warehouse { id } totals { ...t } } } }
fragment t on StockTotals { levels lowLevels available reserved quarantined damaged onHand }"""


def totals(*units: int) -> dict[str, int]:
    names = ("levels", "lowLevels", "available", "reserved", "quarantined", "damaged", "onHand")
    return dict(zip(names, units, strict=True))


async def test_the_report_adds_up_by_warehouse(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 4), (1, 2, 3), reserved=2, quarantined=1)
    await stock(db, (2, 1, 5), damaged=7, reorder_point=5)
    report = (await ask(REPORT, READER))["inventoryReport"]
    assert datetime.fromisoformat(report["at"]).tzinfo is not None
    assert report["totals"] == totals(3, 1, 12, 4, 2, 7, 25)
    first = {"warehouse": {"id": warehouse(1)}, "totals": totals(2, 1, 9, 2, 1, 7, 19)}
    second = {"warehouse": {"id": warehouse(2)}, "totals": totals(1, 0, 3, 2, 1, 0, 6)}
    assert report["warehouses"] == [first, second]
    asked = [warehouse(2), warehouse(9)]
    report = (await ask(REPORT, READER, of=asked))["inventoryReport"]
    assert (report["totals"], report["warehouses"]) == (second["totals"], [second])


async def test_an_empty_report(ask: Ask) -> None:
    report = (await ask(REPORT, READER))["inventoryReport"]
    assert (report["totals"], report["warehouses"]) == (totals(0, 0, 0, 0, 0, 0, 0), [])


async def test_a_report_has_a_limit(ask: Ask) -> None:
    [error] = await ask(REPORT, READER, errors=True, of=[warehouse(1)] * 101)
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["warehouseIds"]}


async def test_one_level_and_one_reservation(db: Database, ask: Ask) -> None:
    await reservation_in(db, S.COMMITTED)
    document = """query ($level: ID!, $reservation: ID!) {
      stockLevel(id: $level) { available reserved quarantined damaged onHand reorderPoint low
        version variant { id availability { available } } warehouse { id } }
      reservation(id: $reservation) { status version order { id } allowedTransitions
        lines { variant { id } warehouse { id } committed } } }"""
    data = await ask(document, READER, level=level(1), reservation=ID_1)
    assert data["stockLevel"] == {
        "available": 10,
        "reserved": 5,
        "quarantined": 0,
        "damaged": 0,
        "onHand": 15,
        "reorderPoint": None,
        "low": False,
        "version": 1,
        "variant": {"id": variant(1), "availability": {"available": 10}},
        "warehouse": {"id": warehouse(1)},
    }
    assert data["reservation"] == {
        "status": "COMMITTED",
        "version": 1,
        "order": {"id": made_id("ord", 1)},
        "allowedTransitions": ["PARTIALLY_CONSUMED", "CONSUMED", "RELEASED"],
        "lines": [
            {"variant": {"id": variant(1)}, "warehouse": {"id": warehouse(1)}, "committed": 5}
        ],
    }


@pytest.mark.parametrize("id", ["", "stk_", "rsv_1", "x" * 1000, "💥"])
async def test_nothing_under_a_strange_id(ask: Ask, id: str) -> None:
    document = "query ($id: ID!) { stockLevel(id: $id) { id } reservation(id: $id) { id } }"
    assert await ask(document, READER, id=id) == {"stockLevel": None, "reservation": None}


async def test_no_null_character_reaches_the_database(ask: Ask) -> None:
    document = "query ($id: ID!) { stockLevel(id: $id) { id } }"
    [error] = await ask(document, READER, errors=True, id="\x00")
    assert error["extensions"] == {"code": "INVALID_INPUT"}


async def test_a_movement_says_what_happened(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 10))
    document = """{ stockMovements { edges { node { id kind bucket delta onHand reason actor
      levelVersion stockLevel { id } variant { id } warehouse { id } } } } }"""
    [edge] = (await ask(document, READER))["stockMovements"]["edges"]
    [row] = await db.rows(select(tables.stock_movement.c.id))
    assert edge["node"] == {
        "id": row.id,
        "kind": "RECEIPT",
        "bucket": "AVAILABLE",
        "delta": 10,
        "onHand": 10,
        "reason": None,
        "actor": "system",
        "levelVersion": 1,
        "stockLevel": {"id": level(1)},
        "variant": {"id": variant(1)},
        "warehouse": {"id": warehouse(1)},
    }
