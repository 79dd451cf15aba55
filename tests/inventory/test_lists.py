"""stockLevels, lowStock, stockMovements and reservations: pages, orders, conditions."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from models import inventory as tables
from models.database import Database
from models.inventory import ReservationStatus as S
from tests.callers import reader
from tests.conftest import Ask
from tests.inventory.stock import calls, level, made_id, stock, variant, warehouse

READER = reader("inventory")
BEGUN = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LISTS = {
    "stockLevels": ("StockLevel", "AVAILABLE"),
    "lowStock": ("StockLevel", "AVAILABLE"),
    "stockMovements": ("StockMovement", "AT"),
    "reservations": ("Reservation", "CREATED_AT"),
}
RENUMBER = text("""
    UPDATE inventory.stock_movement AS movement
    SET id = 'mov_' || number,
        at = CAST(:begun AS timestamptz) + least(number, 5) * interval '1 minute'
    FROM (
        SELECT id, row_number() OVER (ORDER BY stock_level_id) AS number
        FROM inventory.stock_movement
    ) AS numbered
    WHERE movement.id = numbered.id
""")
every_list = pytest.mark.parametrize("name", LISTS)


def document(name: str) -> str:
    kind, _ = LISTS[name]
    return f"""query (
        $where: {kind}Where, $orderBy: {kind}Sort, $first: Int = 100, $after: String
    ) {{
        {name}(where: $where, orderBy: $orderBy, first: $first, after: $after) {{
            totalCount edges {{ cursor node {{ id }} }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
        }}
    }}"""


async def filled(db: Database) -> None:
    """Seven low levels, movements and reservations each; three of them alike."""
    rows = [(number, number % 2 + 1, min(number, 5)) for number in range(1, 8)]
    await stock(db, *rows, reorder_point=9)
    async with db.unit_of_work() as work:
        for number in range(1, 8):
            row = {
                "id": made_id("rsv", number),
                "order_id": made_id("ord", number),
                "customer_id": made_id("cus", number % 2),
                "status": [*S][number % 6],
                "expires_at": BEGUN + number * MINUTE,
                "created_at": BEGUN + min(number, 5) * MINUTE,
                "updated_at": BEGUN,
            }
            await work.execute(insert(tables.reservation).values(row))
        await work.execute(RENUMBER, {"begun": BEGUN})


def id_of(name: str, number: int) -> str:
    return {
        "stockLevels": level(number, number % 2 + 1),
        "lowStock": level(number, number % 2 + 1),
        "stockMovements": f"mov_{number}",
        "reservations": made_id("rsv", number),
    }[name]


def numbers(name: str, data: dict[str, Any]) -> list[int]:
    by_id = {id_of(name, number): number for number in range(1, 8)}
    return [by_id[edge["node"]["id"]] for edge in data[name]["edges"]]


@every_list
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_pages_follow_one_another(
    db: Database, ask: Ask, name: str, direction: str, size: int
) -> None:
    await filled(db)
    order = {"field": LISTS[name][1], "direction": direction}
    after, seen = None, list[int]()
    while True:
        data = await ask(document(name), READER, orderBy=order, first=size, after=after)
        info = data[name]["pageInfo"]
        assert data[name]["totalCount"] == 7
        assert info["hasPreviousPage"] is (after is not None)
        seen += numbers(name, data)
        after = info["endCursor"]
        assert after == data[name]["edges"][-1]["cursor"]
        if not info["hasNextPage"]:
            break
        assert len(data[name]["edges"]) == size
    assert seen == sorted(range(1, 8), reverse=direction == "DESC")


@every_list
async def test_pages_that_are_refused(db: Database, ask: Ask, name: str) -> None:
    await filled(db)
    for size in (0, 101, -1):
        [error] = await ask(document(name), READER, errors=True, first=size)
        assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["first"]}
    other = base64.urlsafe_b64encode(b'["sku","x","y"]').decode()
    for cursor in (other, "nonsense", ""):
        [error] = await ask(document(name), READER, errors=True, after=cursor)
        assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["after"]}
    data = await ask(document(name), READER)
    assert len(data[name]["edges"]) == 7


async def test_a_cursor_of_another_order_is_refused(db: Database, ask: Ask) -> None:
    await filled(db)
    by_units = {"field": "AVAILABLE"}
    data = await ask(document("stockLevels"), READER, orderBy=by_units, first=1)
    cursor = data["stockLevels"]["pageInfo"]["endCursor"]
    by_time = {"field": "UPDATED_AT"}
    [error] = await ask(document("stockLevels"), READER, errors=True, orderBy=by_time, after=cursor)
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["after"]}


@pytest.mark.parametrize(
    ("name", "where", "found"),
    [
        ("stockLevels", {"variantId": {"in": [variant(1), variant(4)]}}, [1, 4]),
        ("stockLevels", {"warehouseId": {"eq": warehouse(2)}}, [1, 3, 5, 7]),
        ("stockLevels", {"id": {"eq": level(3, 2)}}, [3]),
        ("stockLevels", {"available": {"range": {"gte": 2, "lt": 4}}}, [2, 3]),
        ("stockLevels", {"onHand": {"eq": 4}}, [4]),
        ("stockLevels", {"low": {"eq": False}}, []),
        ("lowStock", {"low": {"eq": True}, "available": {"eq": 2}}, [2]),
        ("stockLevels", {"updatedAt": {"range": {"lt": "2020-01-01T00:00:00Z"}}}, []),
        ("stockLevels", {"or": [{"available": {"eq": 1}}, {"available": {"eq": 3}}]}, [1, 3]),
        (
            "stockLevels",
            {
                "and": [
                    {"warehouseId": {"eq": warehouse(2)}},
                    {"or": [{"available": {"eq": 1}}, {"available": {"eq": 2}}]},
                ]
            },
            [1],
        ),
        ("stockLevels", {"or": []}, []),
        ("stockMovements", {"stockLevelId": {"eq": level(2, 1)}}, [2]),
        ("stockMovements", {"variantId": {"eq": variant(5)}}, [5]),
        ("stockMovements", {"warehouseId": {"eq": warehouse(1)}}, [2, 4, 6]),
        ("stockMovements", {"kind": {"eq": "COUNT"}}, []),
        ("stockMovements", {"kind": {"in": ["COUNT", "RECEIPT"]}}, [1, 2, 3, 4, 5, 6, 7]),
        ("stockMovements", {"delta": {"eq": 3}}, [3]),
        ("stockMovements", {"at": {"range": {"lt": "2026-03-01T00:03:00Z"}}}, [1, 2]),
        ("stockMovements", {"and": [{"delta": {"eq": 3}}, {"delta": {"eq": 4}}]}, []),
        ("reservations", {"orderId": {"eq": made_id("ord", 4)}}, [4]),
        ("reservations", {"customerId": {"eq": made_id("cus", 0)}}, [2, 4, 6]),
        ("reservations", {"id": {"in": [made_id("rsv", 1)]}}, [1]),
        ("reservations", {"status": {"eq": "ACTIVE"}}, [6]),
        ("reservations", {"status": {"in": ["COMMITTED", "CONSUMED"]}}, [1, 3, 7]),
        ("reservations", {"expiresAt": {"range": {"gte": "2026-03-01T00:06:00Z"}}}, [6, 7]),
        ("reservations", {"createdAt": {"range": {"gte": "2026-03-01T00:05:00Z"}}}, [5, 6, 7]),
        ("reservations", {"or": [{"status": {"eq": "ACTIVE"}}]}, [6]),
    ],
)
async def test_where(
    db: Database, ask: Ask, name: str, where: dict[str, Any], found: list[int]
) -> None:
    await filled(db)
    data = await ask(document(name), READER, where=where)
    assert sorted(numbers(name, data)) == found
    assert data[name]["totalCount"] == len(found)


@every_list
async def test_conditions_nest_three_deep(db: Database, ask: Ask, name: str) -> None:
    await filled(db)
    nested: dict[str, Any] = {"and": [{"or": [{"and": [{"id": {"eq": "x"}}]}]}]}
    if name == "stockMovements":
        nested = {"and": [{"or": [{"and": [{"delta": {"eq": 1}}]}]}]}
    [error] = await ask(document(name), READER, errors=True, where=nested)
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["where"]}


async def test_only_what_is_low_is_low(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 5), reorder_point=5)
    await stock(db, (2, 1, 5), reorder_point=4)
    await stock(db, (3, 1, 0))
    await stock(db, (4, 1, 0), reorder_point=0)
    data = await ask(document("lowStock"), READER)
    found = [edge["node"]["id"] for edge in data["lowStock"]["edges"]]
    assert found == [level(4), level(1)]


async def test_statements_do_not_grow_with_the_page(
    db: Database, ask: Ask, statements: list[str]
) -> None:
    await stock(db, *((number, 1, 5) for number in range(1, 41)))
    query = """query ($first: Int!) { stockMovements(first: $first) { totalCount edges { node {
        kind bucket delta onHand reason actor at levelVersion
        stockLevel { id available } warehouse { id stockLevels(first: 3) { totalCount } }
        variant { id availability { available } stockLevels { id } } } } } }"""
    counts = []
    for size in (1, 40):
        before = len(statements)
        data = await ask(query, READER, first=size)
        assert len(data["stockMovements"]["edges"]) == size
        counts.append(calls(statements[before:]))
    assert counts == [7, 7]
