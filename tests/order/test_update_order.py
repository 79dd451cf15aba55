"""updateOrder and updateOrderLines: drafts change freely, what is placed does not."""

from typing import Any

import pytest
from sqlalchemy import select

from models import order as tables
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, reader, service, writer
from tests.order.desk import Desk, basket, codes
from tests.order.shop import ADDRESS, DOLLARS, EXPRESS, OLD, Shop, as_anna, as_ben, method, var
from tests.order.wire import cut, wire
from tests.platform import Platform

UNKNOWN = "ord_00000000000000000000000000"


def off(amount: str, currency: str = "EUR", reason: str = "Late parcel.") -> dict[str, Any]:
    return {"amount": {"amount": amount, "currencyCode": currency}, "reason": reason}


async def test_the_list_is_the_whole_basket(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 3, 2: 1})
    kept = draft["lines"][1]["id"]
    await shop.price(2, 2100)
    order = (await desk.lines(draft["id"], {3: 2, 2: 4}))["order"]
    assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [
        ("THING-3", 2),
        ("THING-2", 4),
    ]
    assert order["lines"][1]["id"] == kept
    assert order["lines"][1]["unitPrice"]["amount"] == "21.00"
    assert order["version"] == 2
    assert (await shop.row(draft["id"])).generation == 2
    empty = (await desk.lines(draft["id"], {}))["order"]
    assert (empty["lines"], empty["version"]) == ([], 3)
    assert await shop.facts() == []


async def _lines_refused(shop: Shop, desk: Desk, id: str, units: Any, **more: Any) -> Any:
    before = await shop.everything()
    refused = await desk.lines(id, units, **more)
    assert refused["order"] is None
    assert await shop.everything() == before
    return refused["errors"]


async def test_lines_that_cannot_be(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 3})
    await shop.withdraw(2)
    await shop.price(3, None)
    errors = await _lines_refused(shop, desk, draft["id"], {2: 1, 3: 1})
    assert [(e["code"], e["variantId"]) for e in errors] == [
        ("VARIANT_UNAVAILABLE", var(2)),
        ("PRICE_UNAVAILABLE", var(3)),
    ]
    [error] = await _lines_refused(shop, desk, draft["id"], {1: 0})
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["lines", "0", "quantity"])
    [error] = await _lines_refused(shop, desk, draft["id"], {1: 1}, expectedVersion=3)
    assert (error["code"], error["expected"], error["actual"]) == ("STALE_VERSION", 3, 1)
    [error] = await _lines_refused(shop, desk, UNKNOWN, {1: 1})
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["orderId"])


async def test_lines_below_the_discounts(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 3})
    await desk.do("updateOrder", ADMIN, orderId=draft["id"], discounts=[off("20.00"), off("5.00")])
    [error] = await _lines_refused(shop, desk, draft["id"], {1: 2})
    assert error["code"] == "DISCOUNT_TOO_LARGE"
    assert (await desk.lines(draft["id"], {2: 1, 1: 1}))["errors"] == []


async def test_lines_while_the_catalogue_is_away(
    shop: Shop, desk: Desk, platform: Platform
) -> None:
    draft = await desk.draft({1: 3})
    wire(platform).before = cut("variants")
    [error] = await _lines_refused(shop, desk, draft["id"], {1: 2})
    assert (error["code"], error["retryable"]) == ("UNAVAILABLE", True)


async def test_null_takes_away_and_omitted_stays(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 1})
    id = draft["id"]
    paris = {**ADDRESS, "country": "FR", "city": "Paris"}
    changed = await desk.do("updateOrder", orderId=id, shippingAddress=paris, expectedVersion=1)
    assert changed["order"]["version"] == 2
    row = await shop.row(id)
    assert (row.address["city"], row.shipping_method_id is None) == ("Paris", False)
    await desk.do("updateOrder", orderId=id, shippingMethodId=None)
    row = await shop.row(id)
    assert (row.address["city"], row.shipping_method_id) == ("Paris", None)
    await desk.do("updateOrder", orderId=id, shippingAddress=None, shippingMethodId=EXPRESS)
    row = await shop.row(id)
    assert (row.address, row.shipping_method_id, row.generation) == (None, EXPRESS, 1)
    nothing = await desk.do("updateOrder", orderId=id)
    assert nothing["order"]["version"] == 4


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"shippingMethodId": DOLLARS}, "CURRENCY_MISMATCH", ["shippingMethodId"]),
        ({"shippingMethodId": OLD}, "SHIPPING_UNAVAILABLE", ["shippingMethodId"]),
        ({"shippingMethodId": method("no")}, "NOT_FOUND", ["shippingMethodId"]),
        (
            {"shippingAddress": {**ADDRESS, "country": "DX"}},
            "INVALID_INPUT",
            ["shippingAddress", "country"],
        ),
        (
            {"shippingAddress": {**ADDRESS, "name": "A\u0007"}},
            "INVALID_INPUT",
            ["shippingAddress", "name"],
        ),
        ({"discounts": [off("30.01")]}, "DISCOUNT_TOO_LARGE", ["discounts"]),
        ({"discounts": [off("20.00"), off("10.01")]}, "DISCOUNT_TOO_LARGE", ["discounts"]),
        (
            {"discounts": [off("1.00"), off("1.00", "USD")]},
            "CURRENCY_MISMATCH",
            ["discounts", "1", "amount", "currencyCode"],
        ),
        ({"discounts": [off("-1.00")]}, "INVALID_INPUT", ["discounts", "0", "amount", "amount"]),
        ({"discounts": [off("0.001")]}, "INVALID_INPUT", ["discounts", "0", "amount", "amount"]),
        ({"discounts": [off("0.00")]}, "INVALID_INPUT", ["discounts", "0", "amount"]),
        ({"discounts": [off("1.00", reason=" ")]}, "INVALID_INPUT", ["discounts", "0", "reason"]),
        ({"discounts": [off("0.01")] * 21}, "INVALID_INPUT", ["discounts"]),
        ({"expectedVersion": 5, "shippingAddress": None}, "STALE_VERSION", ["expectedVersion"]),
        ({"orderId": UNKNOWN, "shippingAddress": None}, "NOT_FOUND", ["orderId"]),
    ],
)
async def test_refused(
    shop: Shop, desk: Desk, change: dict[str, Any], code: str, field: list[str]
) -> None:
    draft = await desk.draft({1: 3})
    before = await shop.everything()
    refused = await desk.do("updateOrder", ADMIN, **{"orderId": draft["id"]} | change)
    assert [(e["code"], e["field"]) for e in refused["errors"]] == [(code, field)]
    assert await shop.everything() == before


async def test_discounts_are_replaced_and_lower_the_total(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 3})
    await desk.do("updateOrder", ADMIN, orderId=draft["id"], discounts=[off("1.00"), off("2.00")])
    given = await desk.do("updateOrder", ADMIN, orderId=draft["id"], discounts=[off("30.00")])
    assert given["order"]["totals"]["total"]["amount"] == "5.95"
    rows = await shop.db.rows(select(tables.order_discount))
    assert [(row.amount, row.reason, row.author) for row in rows] == [
        (3000, "Late parcel.", "usr_ADMIN")
    ]
    gone = await desk.do("updateOrder", ADMIN, orderId=draft["id"], discounts=None)
    assert gone["order"]["totals"]["total"]["amount"] == "35.95"


async def test_customers_give_themselves_no_discount(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 3})
    before = await shop.everything()
    refused = await desk.do("updateOrder", orderId=draft["id"], discounts=[off("1.00")])
    assert [(e["code"], e["field"]) for e in refused["errors"]] == [("FORBIDDEN", ["discounts"])]
    assert await shop.everything() == before


async def test_what_is_placed_is_not_edited(shop: Shop, desk: Desk) -> None:
    order = await desk.placed()
    before = await shop.everything()
    changes: list[dict[str, Any]] = [
        {"shippingAddress": None},
        {"discounts": []},
        {"shippingMethodId": EXPRESS},
    ]
    for change in changes:
        refused = await desk.do("updateOrder", ADMIN, orderId=order["id"], **change)
        assert codes(refused) == ["ORDER_NOT_EDITABLE"]
    assert await shop.everything() == before


@pytest.mark.parametrize(
    ("principal", "code"),
    [
        (as_anna, None),
        (as_ben, "NOT_FOUND"),
        (ADMIN, None),
        (writer("order"), None),
        (reader("order"), "FORBIDDEN"),
        (ANONYMOUS, "FORBIDDEN"),
        (service("marketplace", "updateOrder", "updateOrderLines"), None),
        (service("marketplace", "placeOrder"), "FORBIDDEN"),
    ],
)
async def test_who_may(shop: Shop, desk: Desk, principal: Principal, code: str | None) -> None:
    draft = await desk.draft()
    before = await shop.everything()
    for name, change in (
        ("updateOrder", {"shippingAddress": None}),
        ("updateOrderLines", {"lines": basket({1: 1})}),
    ):
        kind = name[0].upper() + name[1:]
        data = await desk.ask(
            f"mutation ($input: {kind}Input!)"
            f" {{ {name}(input: $input) {{ order {{ id }} errors {{ code }} }} }}",
            principal,
            input={"orderId": draft["id"], **change},
        )
        assert codes(data[name]) == ([code] if code else [])
    assert (await shop.everything() == before) is (code is not None)
