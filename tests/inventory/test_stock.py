"""adjustStock, setStock and setReorderPoint: successes, movements, events, refusals."""

from typing import Any

import pytest
from sqlalchemy import select

from models import inventory as tables
from models.database import Database
from tests.conftest import Ask
from tests.inventory.commands import COMMANDS, Command
from tests.inventory.stock import (
    ADJUST,
    REORDER,
    SET,
    check_books,
    data_of,
    everything,
    facts,
    level,
    made_id,
    stock,
    variant,
    warehouse,
)


def adjustment(delta: int, **more: Any) -> dict[str, Any]:
    return {
        "stockLevelId": level(1),
        "delta": delta,
        "reason": " fell off the shelf ",
        "idempotencyKey": f"{delta}",
        **more,
    }


def count(quantity: int, change_from: int | None, **more: Any) -> dict[str, Any]:
    return {
        "stockLevelId": level(1),
        "quantity": quantity,
        "changeFrom": change_from,
        "idempotencyKey": f"{quantity} {change_from}",
        **more,
    }


async def last_movement(db: Database) -> dict[str, Any]:
    each = tables.stock_movement.c
    names = (each.kind, each.bucket, each.delta, each.on_hand, each.reason, each.actor)
    rows = await db.rows(select(*names).order_by(each.level_version))
    return {**rows[-1]._mapping}


@pytest.mark.parametrize(
    ("bucket", "delta", "buckets"),
    [
        ("AVAILABLE", 5, (15, 1, 2)),
        ("AVAILABLE", -10, (0, 1, 2)),
        ("QUARANTINED", -1, (10, 0, 2)),
        ("DAMAGED", 4, (10, 1, 6)),
    ],
)
async def test_adjust(
    db: Database, ask: Ask, bucket: str, delta: int, buckets: tuple[int, int, int]
) -> None:
    await stock(db, (1, 1, 10), quarantined=1, damaged=2)
    data = await ask(ADJUST, input=adjustment(delta, bucket=bucket))
    assert data["adjustStock"]["errors"] == []
    found = data["adjustStock"]["stockLevel"]
    assert (found["available"], found["quarantined"], found["damaged"]) == buckets
    assert (found["onHand"], found["version"]) == (13 + delta, 2)
    movement = await last_movement(db)
    assert (movement["kind"].name, movement["bucket"].name) == ("ADJUSTMENT", bucket)
    assert (movement["delta"], movement["on_hand"]) == (delta, 13 + delta)
    assert (movement["reason"], movement["actor"]) == ("fell off the shelf", "usr_ADMIN")
    assert await facts(db) == [("stock.changed", level(1), 1)]
    await check_books(db)


async def test_no_more_is_taken_than_there_is(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 10), damaged=2)
    before = await everything(db)
    for bucket, there in (("AVAILABLE", 10), ("DAMAGED", 2)):
        given = adjustment(-11, bucket=bucket) | {"idempotencyKey": bucket}
        data = await ask(ADJUST, input=given)
        assert data["adjustStock"] == {
            "stockLevel": None,
            "events": [],
            "errors": [
                {
                    "__typename": "InsufficientStockError",
                    "code": "INSUFFICIENT_STOCK",
                    "message": "Fewer units are available than asked for.",
                    "field": ["delta"],
                    "retryable": False,
                    "variantId": variant(1),
                    "warehouseId": warehouse(1),
                    "requested": 11,
                    "available": there,
                }
            ],
        }
    assert await everything(db) == before


Bad = list[tuple[dict[str, Any], str, str]]
BAD_ADJUSTMENTS: Bad = [
    ({"delta": 0}, "delta", "Must not be 0."),
    ({"delta": 1_000_001}, "delta", "Must be -1000000 to 1000000."),
    ({"delta": -1_000_001}, "delta", "Must be -1000000 to 1000000."),
    ({"reason": " "}, "reason", "Must have 1 to 200 characters."),
    ({"reason": "x" * 201}, "reason", "Must have 1 to 200 characters."),
    ({"reason": "a\x00b"}, "reason", "Must not contain control characters."),
    ({"bucket": "RESERVED"}, "bucket", "Reservations alone change what is reserved."),
]
BAD_COUNTS: Bad = [
    ({"quantity": -1}, "quantity", "Must be 0 to 10000000."),
    ({"quantity": 10_000_001}, "quantity", "Must be 0 to 10000000."),
    ({"bucket": "RESERVED"}, "bucket", "Reservations alone change what is reserved."),
]


@pytest.mark.parametrize(
    ("document", "given", "field", "message"),
    [
        *((ADJUST, adjustment(1) | given, *said) for given, *said in BAD_ADJUSTMENTS),
        *((SET, count(1, None) | given, *said) for given, *said in BAD_COUNTS),
    ],
)
async def test_bad_input_changes_nothing(
    db: Database, ask: Ask, document: str, given: dict[str, Any], field: str, message: str
) -> None:
    await stock(db, (1, 1, 10))
    before = await everything(db)
    [payload] = (await ask(document, input=given)).values()
    [error] = payload["errors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", [field])
    assert error["message"] == message
    assert await everything(db) == before


async def test_a_level_does_not_overflow(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 9_999_999), damaged=1)
    before = await everything(db)
    data = await ask(ADJUST, input=adjustment(1))
    [error] = data["adjustStock"]["errors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["delta"])
    assert error["message"] == "A stock level holds at most 10000000 units."
    data = await ask(SET, input=count(10_000_000, None))
    [error] = data["setStock"]["errors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["quantity"])
    assert await everything(db) == before


@pytest.mark.parametrize("change_from", [10, None])
async def test_set_what_was_counted(db: Database, ask: Ask, change_from: int | None) -> None:
    await stock(db, (1, 1, 10), reserved=3)
    data = await ask(SET, input=count(7, change_from, reason="yearly count"))
    assert data["setStock"]["errors"] == []
    found = data["setStock"]["stockLevel"]
    assert (found["available"], found["reserved"], found["onHand"]) == (7, 3, 10)
    assert found["version"] == 2
    movement = await last_movement(db)
    assert (movement["kind"].name, movement["delta"]) == ("COUNT", -3)
    assert movement["reason"] == "yearly count"
    assert await facts(db) == [("stock.changed", level(1), 1)]


async def test_a_count_of_what_changed_meanwhile_is_refused(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 10), damaged=2)
    before = await everything(db)
    data = await ask(SET, input=count(7, 9))
    [error] = data["setStock"]["errors"]
    assert error["__typename"] == "QuantityChangedError"
    assert (error["code"], error["actual"]) == ("QUANTITY_CHANGED", 10)
    assert error["field"] == ["changeFrom"]
    data = await ask(SET, input=count(7, 10, bucket="DAMAGED"))
    assert [error["actual"] for error in data["setStock"]["errors"]] == [2]
    assert await everything(db) == before


async def test_to_overwrite_takes_an_explicit_null(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 10))
    before = await everything(db)
    given = count(7, None)
    del given["changeFrom"]
    data = await ask(SET, input=given)
    [error] = data["setStock"]["errors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["changeFrom"])
    assert await everything(db) == before


async def test_a_count_that_finds_what_was_known_changes_nothing(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 10))
    before = await everything(db)
    data = await ask(SET, input=count(10, 10))
    assert data["setStock"]["errors"] == []
    assert data["setStock"]["stockLevel"]["version"] == 1
    assert await everything(db) == before


UPDATES = [each for each in COMMANDS if "stockLevelId" in each.body]


@pytest.mark.parametrize("command", UPDATES, ids=str)
async def test_a_stale_version_and_an_unknown_level(
    db: Database, ask: Ask, command: Command
) -> None:
    await stock(db, (1, 1, 10))
    before = await everything(db)
    stale = command.input("stale") | {"expectedVersion": 2}
    [error] = (await ask(command.document, input=stale))[command.name]["errors"]
    assert (error["code"], error["expected"], error["actual"]) == ("STALE_VERSION", 2, 1)
    unknown = command.input("unknown") | {"stockLevelId": made_id("stk", 7)}
    [error] = (await ask(command.document, input=unknown))[command.name]["errors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["stockLevelId"])
    assert await everything(db) == before
    fresh = command.input("fresh") | {"expectedVersion": 1}
    assert (await ask(command.document, input=fresh))[command.name]["errors"] == []


async def test_low_once_when_the_reorder_point_is_crossed(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 10), reorder_point=5)
    low: list[bool] = []
    for delta in (-4, -1, -1, 4, -3, -2):
        given = adjustment(delta) | {"idempotencyKey": f"{len(low)}"}
        low.append((await ask(ADJUST, input=given))["adjustStock"]["stockLevel"]["low"])
    assert low == [False, True, True, False, True, True]
    said = {"variant_id": variant(1), "warehouse_id": warehouse(1), "reorder_point": 5}
    assert await data_of(db, "stock.low") == [said | {"available": 5}, said | {"available": 5}]


async def test_a_reorder_point_comes_and_goes(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 10))
    answers = []
    for point in (9, 10, 11, None):
        given = {"stockLevelId": level(1), "reorderPoint": point}
        found = (await ask(REORDER, input=given))["setReorderPoint"]["stockLevel"]
        answers.append((found["reorderPoint"], found["low"], found["version"]))
    assert answers == [(9, False, 2), (10, True, 3), (11, True, 4), (None, False, 5)]
    assert [type for type, _, _ in await facts(db)] == ["stock.low"]


@pytest.mark.parametrize("point", [{"reorderPoint": -1}, {"reorderPoint": 10_000_001}, {}])
async def test_no_reorder_point_at_all(db: Database, ask: Ask, point: dict[str, int]) -> None:
    await stock(db, (1, 1, 10))
    before = await everything(db)
    data = await ask(REORDER, input={"stockLevelId": level(1)} | point)
    [error] = data["setReorderPoint"]["errors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["reorderPoint"])
    assert await everything(db) == before
