"""createOrder: drafts, and orders placed at once."""

from typing import Any

import pytest

from models.customer import CustomerStatus
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, reader, service, writer
from tests.order.desk import Desk, basket, codes
from tests.order.shop import (
    ADDRESS,
    ANNA,
    BEN,
    DOLLARS,
    EXPRESS,
    OLD,
    Shop,
    as_anna,
    cus,
    method,
    var,
)

PARIS = ADDRESS | {"postalCode": "75001", "city": "Paris", "country": "FR"}


async def test_a_draft_has_the_prices_of_the_moment(shop: Shop, desk: Desk) -> None:
    made = await desk.create({2: 1, 1: 3})
    assert made["errors"] == []
    order = made["order"]
    assert order["number"].startswith("SO-1")
    assert (order["status"], order["version"]) == ("DRAFT", 1)
    assert order["allowedTransitions"] == ["PLACED", "CANCELED"]
    assert [
        (line["sku"], line["name"], line["quantity"], line["unitPrice"]["amount"])
        for line in order["lines"]
    ] == [("THING-2", "Thing 2", 1, "20.00"), ("THING-1", "Thing 1", 3, "10.00")]
    assert [line["variant"]["id"] for line in order["lines"]] == [var(2), var(1)]
    assert await shop.facts() == []
    assert await shop.free(1) == 100
    row = await shop.row(order["id"])
    assert (row.customer_id, row.generation, row.reservation_id) == (ANNA, 1, None)


async def test_a_draft_shows_what_it_would_cost(shop: Shop, desk: Desk) -> None:
    order = (await desk.create({1: 3, 2: 1}))["order"]
    # 30.00 at 19 %, 20.00 at 7 %, and 5.95 for shipping, all with their taxes in them
    assert {part: money["amount"] for part, money in order["totals"].items()} == {
        "subtotal": "43.90",
        "shipping": "5.00",
        "tax": "7.05",
        "discount": "0.00",
        "total": "55.95",
    }


@pytest.mark.parametrize(
    "more",
    [
        {"shippingAddress": None},
        {"shippingMethodId": None},
        {"lines": []},
        {"lines": basket({2: 1}), "shippingAddress": {"country": "FR"}},
    ],
    ids=["address", "method", "lines", "rate"],
)
async def test_what_is_not_known_has_no_total(shop: Shop, desk: Desk, more: dict[str, Any]) -> None:
    if address := more.get("shippingAddress"):
        more["shippingAddress"] = {
            "name": "Zoé",
            "line1": "1 rue A",
            "postalCode": "75001",
            "city": "Paris",
            **address,
        }
    made = await desk.create({1: 1}, **more)
    assert made["errors"] == []
    assert made["order"]["totals"] is None


async def test_the_same_variant_twice_is_one_line(shop: Shop, desk: Desk) -> None:
    lines = basket({1: 2}) + basket({2: 1}) + basket({1: 5})
    order = await desk.draft(lines=lines)
    assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [
        ("THING-1", 7),
        ("THING-2", 1),
    ]


async def test_placed_at_once(shop: Shop, desk: Desk) -> None:
    made = await desk.create({1: 3}, place=True)
    assert made["errors"] == []
    order = made["order"]
    assert (order["status"], order["totals"]["total"]["amount"]) == ("PLACED", "35.95")
    row = await shop.row(order["id"])
    assert await shop.reserved(row.reservation_id) == {var(1): 3}
    assert await shop.facts() == [
        (
            "order.placed",
            order["id"],
            1,
            {
                "customer_id": ANNA,
                "reservation_id": row.reservation_id,
                "total": 3595,
                "currency": "EUR",
            },
        )
    ]
    assert (await shop.everything())["placement"] == []


async def test_what_cannot_be_placed_at_once_is_not_made(shop: Shop, desk: Desk) -> None:
    before = await shop.everything()
    made = await desk.create({1: 101, 2: 1}, place=True)
    assert made["order"] is None
    [error] = made["errors"]
    assert (error["code"], error["variantId"], error["warehouseId"]) == (
        "INSUFFICIENT_STOCK",
        var(1),
        None,
    )
    assert (error["requested"], error["available"]) == (101, 100)
    assert await shop.everything() == before
    assert (await shop.free(1), await shop.free(2)) == (100, 100)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"lines": []}, "EMPTY_ORDER"),
        ({"shippingAddress": None}, "ORDER_INCOMPLETE"),
        ({"shippingMethodId": None}, "ORDER_INCOMPLETE"),
        ({"shippingMethodId": DOLLARS}, "CURRENCY_MISMATCH"),
        ({"shippingMethodId": OLD}, "SHIPPING_UNAVAILABLE"),
        ({"lines": basket({9: 1})}, "VARIANT_UNAVAILABLE"),
        ({"lines": basket({2: 1}), "shippingAddress": PARIS}, "TAX_RATE_MISSING"),
        ({"currency": "CHF", "shippingMethodId": DOLLARS}, "CURRENCY_MISMATCH"),
    ],
)
async def test_placing_at_once_refuses_like_placing(
    shop: Shop, desk: Desk, more: dict[str, Any], code: str
) -> None:
    before = await shop.everything()
    made = await desk.create({1: 1}, place=True, **more)
    assert (made["order"], codes(made)) == (None, [code])
    assert await shop.everything() == before
    assert await shop.free(1) == 100


@pytest.mark.parametrize(
    ("units", "field"),
    [
        (basket({1: 0}), ["lines", "0", "quantity"]),
        (basket({2: 1, 1: -1}), ["lines", "1", "quantity"]),
        (basket({1: 1001}), ["lines", "0", "quantity"]),
        (basket({1: 600}) + basket({1: 401}), ["lines", "1", "quantity"]),
        (basket(dict.fromkeys(range(101), 1)), ["lines"]),
        ([{"variantId": "\u0000", "quantity": 1}], ["lines", "0", "variantId"]),
    ],
)
async def test_quantities_have_limits(
    shop: Shop, desk: Desk, units: list[object], field: list[str]
) -> None:
    before = await shop.everything()
    made = await desk.create({}, lines=units)
    assert [(e["code"], e["field"]) for e in made["errors"]] == [("INVALID_INPUT", field)]
    assert await shop.everything() == before


async def test_what_is_not_sold_is_named(shop: Shop, desk: Desk) -> None:
    await shop.withdraw(2)
    await shop.price(3, None)
    made = await desk.create({1: 1, 2: 1, 3: 1, 9: 1})
    assert [(e["code"], e["variantId"]) for e in made["errors"]] == [
        ("VARIANT_UNAVAILABLE", var(2)),
        ("PRICE_UNAVAILABLE", var(3)),
        ("VARIANT_UNAVAILABLE", var(9)),
    ]


@pytest.mark.parametrize(
    ("id", "code"),
    [(method("none"), "NOT_FOUND"), (DOLLARS, "CURRENCY_MISMATCH"), (OLD, "SHIPPING_UNAVAILABLE")],
)
async def test_a_shipping_method_must_fit(shop: Shop, desk: Desk, id: str, code: str) -> None:
    made = await desk.create({1: 1}, shippingMethodId=id)
    assert [(e["code"], e["field"]) for e in made["errors"]] == [(code, ["shippingMethodId"])]
    fits = await desk.create({1: 1}, shippingMethodId=EXPRESS)
    assert fits["errors"] == []


async def test_an_address_is_checked(shop: Shop, desk: Desk) -> None:
    bad = {"name": "A", "line1": "B", "postalCode": "1", "city": "C", "country": "XX"}
    made = await desk.create({1: 1}, shippingAddress=bad)
    assert [(e["code"], e["field"]) for e in made["errors"]] == [
        ("INVALID_INPUT", ["shippingAddress", "country"])
    ]


@pytest.mark.parametrize("place", [False, True])
@pytest.mark.parametrize("status", ["SUSPENDED", "GUEST"])
async def test_only_active_customers_and_guests_buy(
    shop: Shop, desk: Desk, status: str, place: bool
) -> None:
    await shop.set_status(BEN, CustomerStatus[status])
    made = await desk.create({1: 1}, ADMIN, customerId=BEN, place=place)
    assert codes(made) == ([] if status == "GUEST" else ["CUSTOMER_NOT_ACTIVE"])


@pytest.mark.parametrize(
    ("principal", "customer", "code"),
    [
        (as_anna, ANNA, None),
        (as_anna, BEN, "NOT_FOUND"),
        (as_anna, cus(99), "NOT_FOUND"),
        (ADMIN, ANNA, None),
        (ADMIN, cus(99), "NOT_FOUND"),
        (ADMIN, None, "INVALID_INPUT"),
        (ADMIN, "\u0000", "NOT_FOUND"),
        (writer("order"), ANNA, None),
        (reader("order"), ANNA, "FORBIDDEN"),
        (ANONYMOUS, ANNA, "FORBIDDEN"),
        (service("marketplace", "createOrder"), ANNA, None),
        (service("marketplace", "createOrder", on_behalf_of=BEN), ANNA, "NOT_FOUND"),
        (service("marketplace", "placeOrder"), ANNA, "FORBIDDEN"),
    ],
)
async def test_who_may(
    shop: Shop, desk: Desk, principal: Principal, customer: str | None, code: str | None
) -> None:
    before = await shop.everything()
    input = {"customerId": customer, "currency": "EUR", "lines": basket({1: 1})}
    data = await desk.ask(
        "mutation ($input: CreateOrderInput!) { createOrder(input: $input)"
        " { order { customer { id } } errors { code } } }",
        principal,
        input={**input, "idempotencyKey": "k"},
    )
    made = data["createOrder"]
    assert codes(made) == ([code] if code else [])
    if code is None:
        assert made["order"] == {"customer": {"id": ANNA}}
    else:
        assert await shop.everything() == before


async def test_another_customer_is_no_customer(shop: Shop, desk: Desk) -> None:
    foreign = await desk.create({1: 1}, as_anna, customerId=BEN)
    unknown = await desk.create({1: 1}, as_anna, customerId=cus(99))
    from_staff = await desk.create({1: 1}, ADMIN, customerId=cus(99))
    assert foreign == unknown == from_staff
    assert [(e["code"], e["field"]) for e in foreign["errors"]] == [("NOT_FOUND", ["customerId"])]
