"""placeOrder: success, and everything that stands against it."""

from typing import Any

import pytest
from sqlalchemy import delete, update

from models import order as tables
from models.customer import CustomerStatus
from models.tax import TaxClass
from subgraphs.kit import Principal
from subgraphs.order.settings import OrderSettings
from tests.callers import ADMIN, ANONYMOUS, reader, service, writer
from tests.order.desk import Desk, codes
from tests.order.shop import ANNA, DOLLARS, EXPRESS, OLD, Shop, as_anna, as_ben, var
from tests.platform import Platform

PARIS = {"name": "Zoé", "line1": "1 rue A", "postalCode": "75001", "city": "Paris", "country": "FR"}


async def test_everything_is_fixed_when_it_is_placed(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 3, 2: 1})
    await shop.price(1, 1200)
    placed = await desk.place(draft["id"])
    assert placed["errors"] == []
    order = placed["order"]
    assert (order["id"], order["number"]) == (draft["id"], draft["number"])
    assert (order["status"], order["version"]) == ("PLACED", 2)
    assert [line["id"] for line in order["lines"]] == [line["id"] for line in draft["lines"]]
    assert [line["unitPrice"]["amount"] for line in order["lines"]] == ["12.00", "20.00"]
    assert {part: money["amount"] for part, money in order["totals"].items()} == {
        "subtotal": "48.94",  # 36.00 / 1.19 + 20.00 / 1.07
        "shipping": "5.00",
        "tax": "8.01",  # 5.75 + 1.31 + 0.95
        "discount": "0.00",
        "total": "61.95",
    }
    row = await shop.row(order["id"])
    assert await shop.reserved(row.reservation_id) == {var(1): 3, var(2): 1}
    assert (await shop.free(1), await shop.free(2)) == (97, 99)
    assert await shop.facts() == [
        (
            "order.placed",
            order["id"],
            1,
            {
                "customer_id": ANNA,
                "reservation_id": row.reservation_id,
                "total": 6195,
                "currency": "EUR",
            },
        )
    ]


async def test_a_shop_whose_prices_are_before_tax(
    shop: Shop, desk: Desk, platform: Platform
) -> None:
    platform.settings = {OrderSettings: OrderSettings(prices_include_tax=False)}
    draft = await desk.draft({1: 3})
    order = (await desk.place(draft["id"]))["order"]
    assert order["totals"] == draft["totals"]
    assert {part: money["amount"] for part, money in order["totals"].items()} == {
        "subtotal": "30.00",
        "shipping": "5.95",
        "tax": "6.83",  # 5.70 + 1.13
        "discount": "0.00",
        "total": "42.78",
    }
    assert (await shop.row(order["id"])).prices_include_tax is False


async def test_later_prices_and_taxes_change_nothing(shop: Shop, desk: Desk) -> None:
    order = await desk.placed({1: 3})
    await shop.price(1, 9900)
    async with shop.db.unit_of_work() as work:
        await work.execute(update(tables.tax_rate).values(rate="0.5"))
        await work.execute(update(tables.shipping_method).values(price=1))
    again = await desk.ask(
        "query ($id: ID!) { order(id: $id) { totals { total { amount } tax { amount } }"
        " lines { taxRate net { amount } tax { amount } discount { amount } } } }",
        as_anna,
        id=order["id"],
    )
    assert again["order"] == {
        "totals": {"total": {"amount": "35.95"}, "tax": {"amount": "5.74"}},
        "lines": [
            {
                "taxRate": "0.19000",
                "net": {"amount": "25.21"},
                "tax": {"amount": "4.79"},
                "discount": {"amount": "0.00"},
            }
        ],
    }


async def test_each_shortage_is_named_and_the_draft_stays(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 101, 2: 100, 3: 1000})
    before = await shop.everything()
    refused = await desk.place(draft["id"])
    assert refused["order"] is None
    assert [
        (e["code"], e["variantId"], e["requested"], e["available"]) for e in refused["errors"]
    ] == [
        ("INSUFFICIENT_STOCK", var(1), 101, 100),
        ("INSUFFICIENT_STOCK", var(3), 1000, 100),
    ]
    assert await shop.everything() == before
    assert (await shop.row(draft["id"])).generation == 2
    assert await shop.reservations(draft["id"]) == []
    await desk.lines(draft["id"], {1: 100})
    assert (await desk.place(draft["id"]))["order"]["status"] == "PLACED"


async def _refused(shop: Shop, desk: Desk, order: Any, **more: Any) -> Any:
    """The errors, after a look at everything that must be as it was."""
    before = await shop.everything()
    refused = await desk.place(order["id"], **more)
    assert refused["order"] is None
    assert await shop.everything() == before
    assert await shop.reservations(order["id"]) == []
    assert (await shop.row(order["id"])).generation == 1
    return refused["errors"]


async def test_an_empty_order(shop: Shop, desk: Desk) -> None:
    [error] = await _refused(shop, desk, await desk.draft({}))
    assert error["code"] == "EMPTY_ORDER"


async def test_what_is_missing_is_named(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 1}, shippingAddress=None, shippingMethodId=None)
    [error] = await _refused(shop, desk, draft)
    assert (error["code"], error["missing"]) == (
        "ORDER_INCOMPLETE",
        ["shippingAddress", "shippingMethodId"],
    )


async def test_the_method_must_ship_there(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 1}, shippingMethodId=EXPRESS, shippingAddress=PARIS)
    [error] = await _refused(shop, desk, draft)
    assert (error["code"], error["shippingMethodId"], error["destination"]) == (
        "SHIPPING_UNAVAILABLE",
        EXPRESS,
        "FR",
    )


@pytest.mark.parametrize(
    ("id", "code"), [(OLD, "SHIPPING_UNAVAILABLE"), (DOLLARS, "CURRENCY_MISMATCH")]
)
async def test_the_method_must_still_be_offered(shop: Shop, desk: Desk, id: str, code: str) -> None:
    draft = await desk.draft({1: 1})
    async with shop.db.unit_of_work() as work:
        await work.execute(update(tables.orders).values(shipping_method_id=id))
    assert [error["code"] for error in await _refused(shop, desk, draft)] == [code]


async def test_a_missing_rate_is_not_zero(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 1, 2: 1}, shippingAddress=PARIS)
    [error] = await _refused(shop, desk, draft)
    assert (error["code"], error["country"], error["taxClass"]) == (
        "TAX_RATE_MISSING",
        "FR",
        "REDUCED",
    )


async def test_shipping_is_taxed_at_the_standard_rate(shop: Shop, desk: Desk) -> None:
    async with shop.db.unit_of_work() as work:
        standard = tables.tax_rate.c.tax_class == TaxClass.STANDARD
        await work.execute(delete(tables.tax_rate).where(standard))
    [error] = await _refused(shop, desk, await desk.draft({2: 1}))
    assert (error["code"], error["taxClass"]) == ("TAX_RATE_MISSING", "STANDARD")


@pytest.mark.parametrize("status", ["SUSPENDED", "GUEST"])
async def test_the_customer_must_be_active_or_a_guest(shop: Shop, desk: Desk, status: str) -> None:
    draft = await desk.draft()
    await shop.set_status(ANNA, CustomerStatus[status])
    if status == "GUEST":
        assert codes(await desk.place(draft["id"])) == []
    else:
        [error] = await _refused(shop, desk, draft)
        assert error["code"] == "CUSTOMER_NOT_ACTIVE"


async def test_what_is_no_longer_sold_is_named(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 1, 2: 1, 3: 1})
    await shop.withdraw(1)
    await shop.price(3, None)
    errors = await _refused(shop, desk, draft)
    assert [(e["code"], e["variantId"]) for e in errors] == [
        ("VARIANT_UNAVAILABLE", var(1)),
        ("PRICE_UNAVAILABLE", var(3)),
    ]


async def test_discounts_worth_more_than_the_goods(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 1})
    discount = {"amount": {"amount": "10.00", "currencyCode": "EUR"}, "reason": "late"}
    given = await desk.do("updateOrder", ADMIN, orderId=draft["id"], discounts=[discount])
    assert given["errors"] == []
    await shop.price(1, 999)
    [error] = await _refused(shop, desk, draft)
    assert error["code"] == "DISCOUNT_TOO_LARGE"
    await shop.price(1, 1000)
    order = (await desk.place(draft["id"]))["order"]
    assert order["totals"]["total"]["amount"] == "5.95"
    assert order["totals"]["discount"]["amount"] == "8.40"


async def test_only_the_version_that_was_seen(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft()
    [error] = await _refused(shop, desk, draft, expectedVersion=7)
    assert (error["code"], error["expected"], error["actual"]) == ("STALE_VERSION", 7, 1)
    assert codes(await desk.place(draft["id"], expectedVersion=1)) == []


async def test_not_twice(shop: Shop, desk: Desk) -> None:
    order = await desk.placed()
    before = await shop.everything()
    [error] = (await desk.place(order["id"]))["errors"]
    assert (error["code"], error["from"], error["to"]) == (
        "INVALID_TRANSITION",
        "PLACED",
        "PLACED",
    )
    assert error["allowed"] == ["CONFIRMED", "ON_HOLD", "CANCELED"]
    assert await shop.everything() == before
    assert len(await shop.reservations(order["id"])) == 1


@pytest.mark.parametrize(
    ("principal", "code"),
    [
        (as_anna, None),
        (as_ben, "NOT_FOUND"),
        (ADMIN, None),
        (writer("order"), None),
        (reader("order"), "FORBIDDEN"),
        (ANONYMOUS, "FORBIDDEN"),
        (service("marketplace", "placeOrder"), None),
        (service("marketplace", "createOrder"), "FORBIDDEN"),
    ],
)
async def test_who_may(shop: Shop, desk: Desk, principal: Principal, code: str | None) -> None:
    draft = await desk.draft()
    before = await shop.everything()
    data = await desk.ask(
        "mutation ($input: PlaceOrderInput!)"
        " { placeOrder(input: $input) { order { id } errors { code field } } }",
        principal,
        input={"orderId": draft["id"], "idempotencyKey": "k"},
    )
    if code is None:
        assert data["placeOrder"] == {"order": {"id": draft["id"]}, "errors": []}
    else:
        assert codes(data["placeOrder"]) == [code]
        assert await shop.everything() == before


async def test_a_foreign_order_is_no_order(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft()
    foreign = await desk.place(draft["id"], as_ben)
    unknown = await desk.place("ord_00000000000000000000000000", as_ben)
    assert foreign == unknown
    assert [(e["code"], e["field"]) for e in foreign["errors"]] == [("NOT_FOUND", ["orderId"])]
