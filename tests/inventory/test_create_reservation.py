"""createReservation: success, each refusal, and where the units come from."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.database import Database
from subgraphs.kit import Principal
from tests.callers import ANONYMOUS, approver, customer, reader, writer
from tests.conftest import Ask
from tests.inventory.stock import (
    RELEASE,
    RESERVE,
    basket,
    calls,
    check_books,
    data_of,
    everything,
    facts,
    level,
    levels,
    made_id,
    sender,
    stock,
    timers,
    variant,
    warehouse,
)

CUSTOMER = made_id("cus", 1)
ORDERING = sender(RESERVE, on_behalf_of=CUSTOMER)


def line(number: int, place: int, reserved: int) -> dict[str, Any]:
    return {
        "variantId": variant(number),
        "warehouseId": warehouse(place),
        "reserved": reserved,
        "committed": 0,
        "consumed": 0,
        "released": 0,
    }


def shortage(
    number: int, place: int | None, requested: int, available: int, of: int
) -> dict[str, Any]:
    return {
        "__typename": "InsufficientStockError",
        "code": "INSUFFICIENT_STOCK",
        "message": "Fewer units are available than asked for.",
        "field": ["lines", str(of), "quantity"],
        "retryable": False,
        "variantId": variant(number),
        "warehouseId": None if place is None else warehouse(place),
        "requested": requested,
        "available": available,
    }


@pytest.mark.parametrize("caller", [ORDERING, sender(RESERVE)], ids=["for her", "staff"])
async def test_reserves_all_lines_and_says_so(db: Database, ask: Ask, caller: Principal) -> None:
    await stock(db, (1, 1, 10), (2, 1, 5))
    data = await ask(RESERVE, caller, input=basket("k", (1, 3, 1), (2, 5, None)))
    made = data["createReservation"]["reservation"]
    assert data["createReservation"]["errors"] == []
    assert made["id"].startswith("rsv_")
    assert made["status"] == "ACTIVE"
    assert made["version"] == 1
    assert made["lines"] == [line(1, 1, 3), line(2, 1, 5)]
    assert made["allowedTransitions"] == ["COMMITTED", "RELEASED", "EXPIRED"]
    assert await levels(db) == {level(1): (7, 3), level(2): (0, 5)}
    assert await timers(db) == [("reservation_expiry", made["id"])]
    assert await facts(db) == [
        ("stock.changed", level(1), 1),
        ("stock.changed", level(2), 1),
        ("reservation.created", made["id"], 1),
    ]
    [first, _] = await data_of(db, "stock.changed")
    assert first == {
        "variant_id": variant(1),
        "warehouse_id": warehouse(1),
        "available": 7,
        "reserved": 3,
        "quarantined": 0,
        "damaged": 0,
        "on_hand": 10,
    }
    [created] = await data_of(db, "reservation.created")
    assert created == {
        "order_id": made_id("ord", 1),
        "customer_id": made_id("cus", 1),
        "expires_at": made["expiresAt"],
    }
    await check_books(db)


async def test_the_units_are_kept_for_fifteen_minutes(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 1))
    document = RESERVE.replace("expiresAt", "expiresAt createdAt")
    data = await ask(document, input=basket("k", (1, 1, None)))
    made = data["createReservation"]["reservation"]
    kept = datetime.fromisoformat(made["expiresAt"]) - datetime.fromisoformat(made["createdAt"])
    assert kept == timedelta(minutes=15)


async def test_most_available_first_and_split_where_one_does_not_suffice(
    db: Database, ask: Ask
) -> None:
    await stock(db, (1, 1, 4), (1, 2, 9), (1, 3, 6))
    data = await ask(RESERVE, input=basket("k", (1, 8, None)))
    assert data["createReservation"]["reservation"]["lines"] == [line(1, 2, 8)]
    data = await ask(RESERVE, input=basket("l", (1, 8, None)))
    assert data["createReservation"]["reservation"]["lines"] == [line(1, 1, 2), line(1, 3, 6)]
    assert await levels(db) == {level(1, 1): (2, 2), level(1, 2): (1, 8), level(1, 3): (0, 6)}


async def test_named_warehouses_are_served_before_the_rest(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 5), (1, 2, 4))
    data = await ask(RESERVE, input=basket("k", (1, 4, None), (1, 5, 1)))
    made = data["createReservation"]["reservation"]
    assert made["lines"] == [line(1, 1, 5), line(1, 2, 4)]


async def test_two_lines_of_one_variant_are_summed(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 5))
    before = await everything(db)
    data = await ask(RESERVE, input=basket("k", (1, 3, 1), (1, 3, 1)))
    assert data["createReservation"]["errors"] == [shortage(1, 1, 6, 5, of=0)]
    data = await ask(RESERVE, input=basket("l", (1, 3, None), (1, 3, None)))
    assert data["createReservation"]["errors"] == [shortage(1, None, 6, 5, of=0)]
    data = await ask(RESERVE, input=basket("m", (1, 3, 1), (1, 3, None)))
    assert data["createReservation"]["errors"] == [shortage(1, None, 3, 2, of=1)]
    assert await everything(db) == before
    data = await ask(RESERVE, input=basket("n", (1, 3, None), (1, 2, None)))
    assert data["createReservation"]["reservation"]["lines"] == [line(1, 1, 5)]


async def test_a_short_line_refuses_the_basket(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 10), (2, 1, 1), (2, 2, 2))
    before = await everything(db)
    wanted = basket("k", (1, 3, None), (2, 4, None), (3, 1, None), (2, 2, 1))
    data = await ask(RESERVE, ORDERING, input=wanted)
    assert data["createReservation"]["reservation"] is None
    assert data["createReservation"]["errors"] == [
        shortage(2, None, 4, 3, of=1),
        shortage(3, None, 1, 0, of=2),
        shortage(2, 1, 2, 1, of=3),
    ]
    assert await everything(db) == before


async def test_reserved_and_damaged_units_are_not_for_sale(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 1), quarantined=5, damaged=5)
    data = await ask(RESERVE, input=basket("k", (1, 2, None)))
    assert data["createReservation"]["errors"] == [shortage(1, None, 2, 1, of=0)]


BAD: list[tuple[dict[str, Any], list[str], str]] = [
    ({"lines": []}, ["lines"], "Must have 1 to 500 lines."),
    ({"orderId": "ord_1"}, ["orderId"], "Must be an id that begins with ord_."),
    ({"customerId": "nobody"}, ["customerId"], "Must be an id that begins with cus_."),
]
BAD_LINES: list[tuple[dict[str, Any], str, str]] = [
    ({"quantity": -1}, "quantity", "Must be 1 to 1000000."),
    ({"quantity": 0}, "quantity", "Must be 1 to 1000000."),
    ({"quantity": 1_000_001}, "quantity", "Must be 1 to 1000000."),
    ({"variantId": "\x00"}, "variantId", "Must be an id that begins with var_."),
    ({"warehouseId": "1"}, "warehouseId", "Must be an id that begins with whs_."),
]


@pytest.mark.parametrize(("change", "field", "message"), BAD)
async def test_bad_input_changes_nothing(
    db: Database, ask: Ask, change: dict[str, Any], field: list[str], message: str
) -> None:
    await stock(db, (1, 1, 10))
    before = await everything(db)
    data = await ask(RESERVE, input=basket("k", (1, 1, None)) | change)
    assert data["createReservation"]["reservation"] is None
    [error] = data["createReservation"]["errors"]
    assert (error["__typename"], error["code"]) == ("InvalidInputError", "INVALID_INPUT")
    assert (error["field"], error["message"]) == (field, message)
    assert await everything(db) == before


@pytest.mark.parametrize(("change", "field", "message"), BAD_LINES)
async def test_a_bad_line_is_named(
    db: Database, ask: Ask, change: dict[str, Any], field: str, message: str
) -> None:
    await stock(db, (1, 1, 10))
    before = await everything(db)
    input = basket("k", (1, 1, None), (1, 1, None))
    input["lines"][1] |= change
    data = await ask(RESERVE, input=input)
    [error] = data["createReservation"]["errors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["lines", "1", field])
    assert error["message"] == message
    assert await everything(db) == before


REFUSED = [
    ANONYMOUS,
    customer(CUSTOMER),
    reader("inventory"),
    writer("inventory"),
    approver("inventory"),
    sender(RELEASE),
]


@pytest.mark.parametrize(
    "caller", REFUSED, ids=lambda caller: f"{caller.kind} {sorted(caller.scopes)}"
)
async def test_only_services_with_the_command_and_admins_may(
    db: Database, ask: Ask, caller: Principal
) -> None:
    await stock(db, (1, 1, 10))
    before = await everything(db)
    data = await ask(RESERVE, caller, input=basket("k", (1, 1, None)))
    assert data["createReservation"]["reservation"] is None
    assert [e["code"] for e in data["createReservation"]["errors"]] == ["FORBIDDEN"]
    assert await everything(db) == before


async def test_a_service_reserves_for_the_customer_it_acts_for_only(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 10))
    before = await everything(db)
    for_another = sender(RESERVE, on_behalf_of=made_id("cus", 2))
    data = await ask(RESERVE, for_another, input=basket("k", (1, 1, None)))
    [error] = data["createReservation"]["errors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["customerId"])
    assert await everything(db) == before


async def test_statements_do_not_grow_with_the_basket(
    db: Database, ask: Ask, statements: list[str]
) -> None:
    await stock(db, *((number, 1, 9) for number in range(1, 41)))
    counts = []
    for size in (1, 40):
        before = len(statements)
        lines = [(number, 1, None) for number in range(1, size + 1)]
        data = await ask(RESERVE, input=basket(f"of {size}", *lines))
        assert len(data["createReservation"]["reservation"]["lines"]) == size
        counts.append(calls(statements[before:]))
    assert counts == [10, 10]
