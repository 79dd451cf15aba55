"""holdOrder, releaseOrder, addOrderNote: what staff does to orders, and who sees it."""

from typing import Any

import pytest

from models.order import OrderStatus
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, approver, reader, service, writer
from tests.order.desk import Desk, codes
from tests.order.ledger import write
from tests.order.shop import ANNA, Shop, as_anna

S = OrderStatus
STAFF_ONLY = """query ($id: ID!) { order(id: $id) { id
  holds { reason note author } notes(first: 2) { text author } } }"""
APPROVER = approver("order")


async def test_holds_are_a_set(shop: Shop, desk: Desk) -> None:
    id = await write(shop, S.CONFIRMED)
    held = await desk.do("holdOrder", APPROVER, orderId=id, reason="PAYMENT", note=" No card. ")
    assert (held["order"]["status"], held["order"]["version"]) == ("ON_HOLD", 2)
    assert held["order"]["allowedTransitions"] == ["CONFIRMED", "CANCELED"]
    twice = await desk.do("holdOrder", APPROVER, orderId=id, reason="ADDRESS", expectedVersion=2)
    assert (twice["order"]["status"], twice["order"]["version"]) == ("ON_HOLD", 3)
    again = await desk.do("holdOrder", APPROVER, orderId=id, reason="ADDRESS", note="Other.")
    assert again["order"]["version"] == 3
    seen = await desk.ask(STAFF_ONLY, id=id)
    assert seen["order"]["holds"] == [
        {"reason": "PAYMENT", "note": "No card.", "author": "usr_STAFF"},
        {"reason": "ADDRESS", "note": None, "author": "usr_STAFF"},
    ]
    one = await desk.do("releaseOrder", APPROVER, orderId=id, reason="PAYMENT")
    assert (one["order"]["status"], one["order"]["version"]) == ("ON_HOLD", 4)
    last = await desk.do("releaseOrder", APPROVER, orderId=id, reason="ADDRESS")
    assert (last["order"]["status"], last["order"]["version"]) == ("CONFIRMED", 5)
    assert await shop.facts() == [
        ("order.held", id, 1, {"customer_id": ANNA, "reasons": ["PAYMENT"]}),
        ("order.held", id, 2, {"customer_id": ANNA, "reasons": ["ADDRESS", "PAYMENT"]}),
        ("order.held", id, 3, {"customer_id": ANNA, "reasons": ["ADDRESS"]}),
        ("order.released", id, 4, {"customer_id": ANNA, "status": "CONFIRMED"}),
    ]


async def test_all_holds_end_at_once(shop: Shop, desk: Desk) -> None:
    id = await write(shop, S.ON_HOLD, held_from=S.PLACED)
    await desk.do("holdOrder", APPROVER, orderId=id, reason="STOCK")
    released = await desk.do("releaseOrder", APPROVER, orderId=id)
    assert released["order"]["status"] == "PLACED"
    assert (await shop.everything())["order_hold"] == []
    assert [type for type, *_ in await shop.facts()] == ["order.held", "order.released"]


UNKNOWN = "ord_00000000000000000000000000"


@pytest.mark.parametrize(
    ("mutation", "input", "code", "field"),
    [
        ("releaseOrder", {"reason": "STOCK"}, "NOT_FOUND", ["reason"]),
        ("releaseOrder", {"orderId": UNKNOWN}, "NOT_FOUND", ["orderId"]),
        ("releaseOrder", {"expectedVersion": 9}, "STALE_VERSION", ["expectedVersion"]),
        ("holdOrder", {"orderId": UNKNOWN, "reason": "STOCK"}, "NOT_FOUND", ["orderId"]),
        ("holdOrder", {"reason": "STOCK", "note": " "}, "INVALID_INPUT", ["note"]),
        (
            "holdOrder",
            {"reason": "STOCK", "expectedVersion": 9},
            "STALE_VERSION",
            ["expectedVersion"],
        ),
        ("addOrderNote", {"orderId": UNKNOWN, "text": "Hm."}, "NOT_FOUND", ["orderId"]),
        ("addOrderNote", {"text": "x" * 2001}, "INVALID_INPUT", ["text"]),
        ("addOrderNote", {"text": "\u0000"}, "INVALID_INPUT", ["text"]),
        (
            "cancelOrder",
            {"expectedVersion": 9, "idempotencyKey": "k"},
            "STALE_VERSION",
            ["expectedVersion"],
        ),
    ],
)
async def test_refused(
    shop: Shop, desk: Desk, mutation: str, input: dict[str, Any], code: str, field: list[str]
) -> None:
    id = await write(shop, S.ON_HOLD, held_from=S.PLACED)
    before = await shop.everything()
    refused = await desk.do(mutation, ADMIN, **{"orderId": id} | input)
    assert [(e["code"], e["field"]) for e in refused["errors"]] == [(code, field)]
    assert await shop.everything() == before


async def test_notes_are_newest_first_and_change_nothing_else(shop: Shop, desk: Desk) -> None:
    id = await write(shop)
    for text in ("First.", "Second.\nWith a line.", " Third. "):
        noted = await desk.do("addOrderNote", writer("order"), orderId=id, text=text)
        assert (noted["errors"], noted["order"]["version"]) == ([], 1)
    seen = await desk.ask(STAFF_ONLY, reader("order"), id=id)
    assert seen["order"]["notes"] == [
        {"text": "Third.", "author": "usr_STAFF"},
        {"text": "Second.\nWith a line.", "author": "usr_STAFF"},
    ]
    assert await shop.facts() == []


async def test_what_is_staffs_is_not_the_customers(shop: Shop, desk: Desk) -> None:
    id = await write(shop, S.ON_HOLD, held_from=S.PLACED)
    await desk.do("addOrderNote", ADMIN, orderId=id, text="Careful.")
    platform = await desk.ask(STAFF_ONLY, as_anna, errors=True, id=id)
    assert [(error["path"], error["extensions"]["code"]) for error in platform] == [
        (["order", "holds"], "FORBIDDEN"),
        (["order", "notes"], "FORBIDDEN"),
    ]


async def test_a_discount_shows_its_amount_to_the_customer_only(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 1})
    given = {"amount": {"amount": "1.00", "currencyCode": "EUR"}, "reason": "He complained."}
    await desk.do("updateOrder", ADMIN, orderId=draft["id"], discounts=[given])
    document = "query ($id: ID!) { order(id: $id) { discounts { amount { amount } %s } } }"
    seen = await desk.ask(document % "", as_anna, id=draft["id"])
    assert seen["order"]["discounts"] == [{"amount": {"amount": "1.00"}}]
    full = await desk.ask(document % "reason author", reader("order"), id=draft["id"])
    assert full["order"]["discounts"] == [
        {"amount": {"amount": "1.00"}, "reason": "He complained.", "author": "usr_ADMIN"}
    ]
    errors = await desk.ask(document % "reason author", as_anna, errors=True, id=draft["id"])
    assert [error["extensions"]["code"] for error in errors] == ["FORBIDDEN", "FORBIDDEN"]


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [
        (ADMIN, {"holdOrder", "releaseOrder", "addOrderNote"}),
        (approver("order"), {"holdOrder", "releaseOrder"}),
        (writer("order"), {"addOrderNote"}),
        (reader("order"), set()),
        (approver("inventory"), set()),
        (as_anna, set()),
        (ANONYMOUS, set()),
        (service("fraud", "holdOrder"), {"holdOrder"}),
        (service("fraud", "order"), set()),
    ],
)
async def test_who_may(shop: Shop, desk: Desk, principal: Principal, allowed: set[str]) -> None:
    for number, (name, input) in enumerate(
        {
            "holdOrder": {"reason": "STOCK"},
            "releaseOrder": {},
            "addOrderNote": {"text": "Hm."},
        }.items()
    ):
        id = await write(shop, S.ON_HOLD, held_from=S.PLACED, number=number + 1)
        before = await shop.everything()
        kind = name[0].upper() + name[1:]
        data = await desk.ask(
            f"mutation ($input: {kind}Input!)"
            f" {{ {name}(input: $input) {{ order {{ id }} errors {{ code }} }} }}",
            principal,
            input={"orderId": id, **input},
        )
        assert codes(data[name]) == ([] if name in allowed else ["FORBIDDEN"])
        assert (await shop.everything() == before) is (name not in allowed)


@pytest.mark.parametrize(
    ("principal", "code"),
    [
        (as_anna, None),
        (Principal("cus_00000000000000000000000009", as_anna.kind), "NOT_FOUND"),
        (ADMIN, None),
        (writer("order"), None),
        (approver("order"), "FORBIDDEN"),
        (ANONYMOUS, "FORBIDDEN"),
        (service("marketplace", "cancelOrder"), None),
        (service("marketplace", "holdOrder"), "FORBIDDEN"),
    ],
)
async def test_who_may_cancel(
    shop: Shop, desk: Desk, principal: Principal, code: str | None
) -> None:
    id = await write(shop)
    before = await shop.everything()
    data = await desk.ask(
        "mutation ($input: CancelOrderInput!)"
        " { cancelOrder(input: $input) { order { id } errors { code } } }",
        principal,
        input={"orderId": id, "idempotencyKey": "k"},
    )
    assert codes(data["cancelOrder"]) == ([code] if code else [])
    assert (await shop.everything() == before) is (code is not None)
