"""Stock for the tests, what they read back, and the documents that they send."""

from typing import Any

from sqlalchemy import insert, select

from models import inventory as tables
from models.database import Database
from models.ids import ulid
from models.platform import outbox, schedule
from subgraphs.kit import Document, Principal
from tests.callers import service

ERRORS = """errors { __typename code message field retryable
  ... on InsufficientStockError { variantId warehouseId requested available }
  ... on InvalidTransitionError { from to allowed }
  ... on StaleVersionError { expected actual }
  ... on QuantityChangedError { actual } }"""
LINES = "lines { variantId warehouseId reserved committed consumed released }"
RESERVATION = f"reservation {{ id status expiresAt version allowedTransitions {LINES} }} {ERRORS}"
LEVEL = "id available reserved quarantined damaged onHand reorderPoint low version"


def _mutation(name: str, held: str) -> str:
    kind = name[0].upper() + name[1:]
    return f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {held} }} }}"


RESERVE = _mutation("createReservation", RESERVATION)
EXTEND = _mutation("extendReservation", RESERVATION)
COMMIT = _mutation("commitReservation", RESERVATION)
RELEASE = _mutation("releaseReservation", RESERVATION)
ADJUST_RESERVATION = _mutation("adjustReservation", RESERVATION)
PLANNED = "events { type subject }"
ADJUST = _mutation("adjustStock", f"stockLevel {{ {LEVEL} }} {PLANNED} {ERRORS}")
SET = _mutation("setStock", f"stockLevel {{ {LEVEL} }} {PLANNED} {ERRORS}")
TRANSFER = _mutation(
    "transferStock",
    f"stockLevels {{ variant {{ id }} warehouse {{ id }} {LEVEL} }} {PLANNED} {ERRORS}",
)
RECEIVE = _mutation(
    "receiveStock",
    f"stockLevels {{ variant {{ id }} warehouse {{ id }} {LEVEL} }} {PLANNED} {ERRORS}",
)
REORDER = _mutation("setReorderPoint", f"stockLevel {{ {LEVEL} }} {ERRORS}")


def sender(document: str, on_behalf_of: str | None = None) -> Principal:
    """The order agent, if this document were among its own."""
    names = Document("inventory", "command", document).names
    return service("order", *names, on_behalf_of=on_behalf_of)


def calls(statements: list[str]) -> int:
    """How many of the statements are the agent's own: not those around a transaction."""
    return len([sql for sql in statements if not sql.startswith(("SAVEPOINT", "RELEASE", "SET"))])


def made_id(prefix: str, number: int) -> str:
    """The same for the same number: ids of different numbers sort like the numbers."""
    return ulid(prefix, number, 0)


def variant(number: int) -> str:
    return made_id("var", number)


def warehouse(number: int) -> str:
    return made_id("whs", number)


def level(variant: int, warehouse: int = 1) -> str:
    return made_id("stk", 100 * variant + warehouse)


async def stock(db: Database, *rows: tuple[int, int, int], **columns: Any) -> None:
    """`stock(db, (1, 2, 10))`: ten of variant 1 in warehouse 2, received just now."""
    async with db.unit_of_work() as work:
        times = {"created_at": work.now, "updated_at": work.now}
        levels = [
            {
                "id": level(number, place),
                "variant_id": variant(number),
                "warehouse_id": warehouse(place),
                "available": available,
                **times,
                **columns,
            }
            for number, place, available in rows
        ]
        await work.execute(insert(tables.stock_level), levels)
        received = [
            {
                "id": work.new_id("mov"),
                "stock_level_id": row["id"],
                "level_version": 1,
                "variant_id": row["variant_id"],
                "warehouse_id": row["warehouse_id"],
                "kind": tables.StockMovementKind.RECEIPT,
                "bucket": tables.StockBucket.AVAILABLE,
                "delta": on_hand,
                "on_hand": on_hand,
                "actor": "system",
                "at": work.now,
            }
            for row in levels
            if (on_hand := row["available"] + sum(_others(columns)))
        ]
        if received:
            await work.execute(insert(tables.stock_movement), received)


def _others(columns: dict[str, Any]) -> list[int]:
    return [columns.get(name, 0) for name in ("reserved", "quarantined", "damaged")]


async def levels(db: Database) -> dict[str, tuple[int, int]]:
    """Available and reserved by id of the level."""
    each = tables.stock_level.c
    rows = await db.rows(select(each.id, each.available, each.reserved))
    return {row.id: (row.available, row.reserved) for row in rows}


async def facts(db: Database) -> list[tuple[str, str, int]]:
    """What was published: type, subject and sequence, in order."""
    rows = await db.rows(select(outbox).order_by(outbox.c.ordinal))
    return [(row.type, row.aggregate_id, row.sequence) for row in rows]


async def data_of(db: Database, type: str) -> list[dict[str, Any]]:
    """What the events of a type say, in order."""
    rows = select(outbox.c.data).where(outbox.c.type == type).order_by(outbox.c.ordinal)
    return [row.data for row in await db.rows(rows)]


async def timers(db: Database) -> list[tuple[str, str]]:
    """What is due, and for what."""
    rows = await db.rows(select(schedule.c.timer, schedule.c.key).order_by(schedule.c.key))
    return [(row.timer, row.key) for row in rows]


async def everything(db: Database) -> dict[str, list[dict[str, Any]]]:
    """All rows that a refused mutation must leave as they are."""
    kept = [
        tables.stock_level,
        tables.stock_movement,
        tables.reservation,
        tables.reservation_line,
        outbox,
        schedule,
    ]
    found = {}
    for table in kept:
        rows = await db.rows(select(table).order_by(*table.primary_key))
        found[table.name] = [dict(row._mapping) for row in rows]
    return found


async def check_books(db: Database) -> None:
    """Movements add up to what is on hand, step by step; lines to what is reserved."""
    each = tables.stock_movement.c
    rows = await db.rows(select(tables.stock_movement).order_by(each.level_version))
    on_hand: dict[str, int] = {}
    for row in rows:
        on_hand[row.stock_level_id] = on_hand.get(row.stock_level_id, 0) + row.delta
        assert on_hand[row.stock_level_id] == row.on_hand
    held: dict[str, int] = {}
    for line in await db.rows(select(tables.reservation_line)):
        held.setdefault(line.stock_level_id, 0)
        held[line.stock_level_id] += line.reserved + line.committed
    for found in await db.rows(select(tables.stock_level)):
        assert found.on_hand == on_hand.get(found.id, 0)
        assert found.reserved == held.get(found.id, 0)
        assert min(found.available, found.reserved, found.quarantined, found.damaged) >= 0


WHOSE = {"order_id": made_id("ord", 1), "customer_id": made_id("cus", 1)}
"""What events say of the reservation of `basket`."""


def basket(key: str, *lines: tuple[int, int, int | None], order: int = 1) -> dict[str, Any]:
    """`basket("k", (1, 3, None))`: three of variant 1 from anywhere, for customer 1."""
    return {
        "orderId": made_id("ord", order),
        "customerId": made_id("cus", 1),
        "lines": [
            {
                "variantId": variant(number),
                "quantity": quantity,
                "warehouseId": None if place is None else warehouse(place),
            }
            for number, quantity, place in lines
        ],
        "idempotencyKey": key,
    }
