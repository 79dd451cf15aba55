"""transferStock and receiveStock: new levels, movements, refusals; and dry runs of all four."""

from typing import Any

import pytest
from sqlalchemy import select

from models import inventory as tables
from models.database import Database
from models.platform import idempotency
from tests.conftest import Ask
from tests.inventory.commands import COMMANDS, Command, prepared
from tests.inventory.stock import (
    RECEIVE,
    TRANSFER,
    calls,
    check_books,
    everything,
    facts,
    level,
    levels,
    stock,
    variant,
    warehouse,
)


def transfer(quantity: int, **more: Any) -> dict[str, Any]:
    return {
        "variantId": variant(1),
        "fromWarehouseId": warehouse(1),
        "toWarehouseId": warehouse(2),
        "quantity": quantity,
        "idempotencyKey": f"{quantity}",
        **more,
    }


def receipt(*lines: tuple[int, int], **more: Any) -> dict[str, Any]:
    return {
        "warehouseId": warehouse(1),
        "lines": [{"variantId": variant(number), "quantity": many} for number, many in lines],
        "idempotencyKey": "receipt",
        **more,
    }


async def moved(db: Database) -> list[tuple[str, str, int, int, str | None]]:
    """Kind, bucket, delta and level of the movements with a reason, in order."""
    each = tables.stock_movement.c
    rows = await db.rows(select(tables.stock_movement).order_by(each.delta))
    return [
        (row.kind.name, row.bucket.name, row.delta, row.on_hand, row.reason)
        for row in rows
        if row.actor != "system"
    ]


@pytest.mark.parametrize("target_exists", [False, True])
async def test_transfer(db: Database, ask: Ask, target_exists: bool) -> None:
    await stock(db, (1, 1, 10), *([(1, 2, 5)] if target_exists else []))
    data = await ask(TRANSFER, input=transfer(4, reason="nearer"))
    assert data["transferStock"]["errors"] == []
    origin, target = data["transferStock"]["stockLevels"]
    assert (origin["id"], origin["available"], origin["version"]) == (level(1, 1), 6, 2)
    assert target["variant"] == {"id": variant(1)}
    assert target["warehouse"] == {"id": warehouse(2)}
    assert target["available"] == (9 if target_exists else 4)
    assert target["version"] == (2 if target_exists else 1)
    assert await moved(db) == [
        ("TRANSFER_OUT", "AVAILABLE", -4, 6, "nearer"),
        ("TRANSFER_IN", "AVAILABLE", 4, target["onHand"], "nearer"),
    ]
    assert sorted(await facts(db)) == sorted(
        ("stock.changed", each["id"], 1) for each in (origin, target)
    )
    await check_books(db)


@pytest.mark.parametrize(("number", "available"), [(1, 10), (2, 0)])
async def test_no_more_is_transferred_than_there_is(
    db: Database, ask: Ask, number: int, available: int
) -> None:
    await stock(db, (1, 1, 10), reserved=5)
    before = await everything(db)
    data = await ask(TRANSFER, input=transfer(11, variantId=variant(number)))
    assert data["transferStock"]["stockLevels"] is None
    [error] = data["transferStock"]["errors"]
    assert (error["code"], error["field"]) == ("INSUFFICIENT_STOCK", ["quantity"])
    assert (error["requested"], error["available"]) == (11, available)
    assert error["warehouseId"] == warehouse(1)
    assert await everything(db) == before


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        (transfer(0), "quantity", "Must be 1 to 1000000."),
        (transfer(-1), "quantity", "Must be 1 to 1000000."),
        (transfer(1, toWarehouseId=warehouse(1)), "toWarehouseId", "Must be another warehouse."),
        (transfer(1, toWarehouseId="x"), "toWarehouseId", "Must be an id that begins with whs_."),
        (transfer(1, variantId="x"), "variantId", "Must be an id that begins with var_."),
        (
            transfer(1, fromWarehouseId="x"),
            "fromWarehouseId",
            "Must be an id that begins with whs_.",
        ),
        (transfer(1, reason="\n"), "reason", "Must have 1 to 200 characters."),
        (transfer(1), "quantity", "A stock level holds at most 10000000 units."),
    ],
)
async def test_a_bad_transfer_changes_nothing(
    db: Database, ask: Ask, given: dict[str, Any], field: str, message: str
) -> None:
    await stock(db, (1, 1, 10), (1, 2, 10_000_000))
    before = await everything(db)
    data = await ask(TRANSFER, input=given)
    [error] = data["transferStock"]["errors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", [field])
    assert error["message"] == message
    assert await everything(db) == before


async def test_receive_makes_the_levels_that_are_missing(db: Database, ask: Ask) -> None:
    await stock(db, (2, 1, 10))
    data = await ask(RECEIVE, input=receipt((3, 4), (2, 5), reason="PO 7"))
    assert data["receiveStock"]["errors"] == []
    new, known = data["receiveStock"]["stockLevels"]
    assert (new["variant"], new["available"], new["version"]) == ({"id": variant(3)}, 4, 1)
    assert (known["id"], known["available"], known["version"]) == (level(2), 15, 2)
    assert await moved(db) == [
        ("RECEIPT", "AVAILABLE", 4, 4, "PO 7"),
        ("RECEIPT", "AVAILABLE", 5, 15, "PO 7"),
    ]
    assert await levels(db) == {level(2): (15, 0), new["id"]: (4, 0)}
    await check_books(db)


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        (receipt(), ["lines"], "Must have 1 to 100 lines."),
        (receipt(*((n, 1) for n in range(101))), ["lines"], "Must have 1 to 100 lines."),
        (receipt((3, 1), (2, 0)), ["lines", "1", "quantity"], "Must be 1 to 1000000."),
        (
            receipt((3, 1), (3, 2)),
            ["lines", "1", "variantId"],
            "This variant has a line already.",
        ),
        (
            receipt((3, 1), (2, 1)),
            ["lines", "1", "quantity"],
            "A stock level holds at most 10000000 units.",
        ),
        (
            receipt((3, 1), warehouseId="here"),
            ["warehouseId"],
            "Must be an id that begins with whs_.",
        ),
    ],
)
async def test_a_bad_receipt_changes_nothing(
    db: Database, ask: Ask, given: dict[str, Any], field: list[str], message: str
) -> None:
    await stock(db, (2, 1, 10_000_000))
    before = await everything(db)
    data = await ask(RECEIVE, input=given)
    [error] = data["receiveStock"]["errors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", field)
    assert error["message"] == message
    assert await everything(db) == before


async def test_statements_do_not_grow_with_the_receipt(
    db: Database, ask: Ask, statements: list[str]
) -> None:
    counts = []
    for size in (1, 100):
        before = len(statements)
        lines = ((number, 2) for number in range(size))
        given = receipt(*lines, idempotencyKey=f"{size}")
        data = await ask(RECEIVE, input=given)
        assert len(data["receiveStock"]["stockLevels"]) == size
        counts.append(calls(statements[before:]))
    assert counts == [8, 8]


DRY = [each for each in COMMANDS if "events {" in each.document]


def test_what_can_be_tried() -> None:
    assert [each.name for each in DRY] == [
        "adjustStock",
        "setStock",
        "transferStock",
        "receiveStock",
    ]


@pytest.mark.parametrize("command", DRY, ids=str)
async def test_a_dry_run_shows_what_would_be(db: Database, ask: Ask, command: Command) -> None:
    await prepared(db)
    before = await everything(db)
    tried = (await ask(command.document, input=command.input() | {"dryRun": True}))[command.name]
    assert await everything(db) == before
    assert await db.rows(select(idempotency)) == []
    assert tried["errors"] == []
    assert {event["type"] for event in tried["events"]} == {"stock.changed"}
    done = (await ask(command.document, input=command.input()))[command.name]
    assert _without_new_ids(done) == _without_new_ids(tried)
    assert done["events"] == []


def _without_new_ids(payload: dict[str, Any]) -> list[dict[str, Any]]:
    found = payload.get("stockLevels") or [payload["stockLevel"]]
    return [{**each, "id": None} for each in found]


@pytest.mark.parametrize("command", DRY, ids=str)
async def test_a_dry_run_is_refused_like_the_real_one(
    db: Database, ask: Ask, command: Command
) -> None:
    await stock(db, (1, 1, 9_999_999), (3, 1, 9_999_999))
    changed = {"adjustStock": {"delta": 2}, "setStock": {}, "receiveStock": {}}
    given = command.input() | changed.get(command.name, {"quantity": 1_000_001})
    before = await everything(db)
    tried = await ask(command.document, input=given | {"dryRun": True})
    assert len(tried[command.name]["errors"]) == 1
    assert await ask(command.document, input=given) == tried
    assert await everything(db) == before
