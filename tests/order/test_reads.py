"""Reading orders: by key, in pages, through `_entities` and through their customers."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models import order as tables
from models.ids import ulid
from models.order import OrderStatus
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, reader, service, writer
from tests.order.desk import Desk
from tests.order.ledger import ord_id, write
from tests.order.shop import ANNA, BEGAN, BEN, DHL, OLD, Shop, as_anna, as_ben, cus
from tests.platform import Platform

S = OrderStatus
HOUR = timedelta(hours=1)
ORDER = "query ($id: ID!) { order(id: $id) { id customer { id } shippingAddress { city } } }"
NUMBER = "query ($number: String!) { orderByNumber(number: $number) { id number } }"
PAGE = """query ($where: OrderWhere, $orderBy: OrderSort, $first: Int, $after: String) {
  orders(where: $where, orderBy: $orderBy, first: $first, after: $after) {
    edges { cursor node { id } } totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
ENTITIES = """query ($reps: [_Any!]!) { _entities(representations: $reps) {
  ... on Order { id number } ... on OrderLine { id sku } ... on ShippingMethod { id code }
  ... on TaxRate { id country } ... on Customer { orders(first: 2) { id } } } }"""


def ids(page: Any) -> list[str]:
    return [edge["node"]["id"] for edge in page["orders"]["edges"]]


async def test_an_order_by_id_and_by_number(shop: Shop, desk: Desk) -> None:
    id = await write(shop)
    found = await desk.ask(ORDER, as_anna, id=id)
    assert found["order"] == {
        "id": id,
        "customer": {"id": ANNA},
        "shippingAddress": {"city": "Berlin"},
    }
    number = (await shop.row(id)).number
    found = await desk.ask(NUMBER, as_anna, number=number)
    assert found["orderByNumber"] == {"id": id, "number": number}


async def test_foreign_and_unknown_are_the_same(shop: Shop, desk: Desk, platform: Platform) -> None:
    id = await write(shop)
    number = (await shop.row(id)).number
    line = ulid("orl", 0, 1)
    for foreign, unknown in (((ORDER, "id", id), ord_id(9)), ((NUMBER, "number", number), "SO-1")):
        document, name, value = foreign
        answers = [
            await platform.ask("order", document, as_ben, {name: each}) for each in (value, unknown)
        ]
        assert answers[0] == answers[1]
        assert list(answers[0]["data"].values()) == [None]
    for typename, mine, other in (
        ("Order", id, ord_id(9)),
        ("OrderLine", line, ulid("orl", 0, 9)),
        ("Customer", ANNA, cus(9)),
    ):
        answers = [
            await platform.ask(
                "order", ENTITIES, as_ben, {"reps": [{"__typename": typename, "id": each}]}
            )
            for each in (mine, other)
        ]
        assert answers[0] == answers[1]
        empty: Any = {"orders": []} if typename == "Customer" else None
        assert answers[0] == {"data": {"_entities": [empty]}}


async def test_entities_come_in_the_order_in_which_they_are_asked_for(
    shop: Shop, platform: Platform, statements: list[str]
) -> None:
    first, second = await write(shop), await write(shop, number=2, customer=BEN)
    number = (await shop.row(first)).number
    reps = [
        {"__typename": "OrderLine", "id": ulid("orl", 0, 1)},
        {"__typename": "Order", "id": second},
        {"__typename": "ShippingMethod", "id": DHL},
        {"__typename": "Order", "number": number},
        {"__typename": "Order", "id": ord_id(9)},
        {"__typename": "Customer", "id": BEN},
        {"__typename": "Order", "id": first},
        {"__typename": "TaxRate", "id": ulid("txr", 0, 0)},
        {"__typename": "Order", "id": second},
    ]
    before = len(statements)
    answer = await platform.ask("order", ENTITIES, ADMIN, {"reps": reps})
    asked = [sql for sql in statements[before:] if sql.startswith("SELECT")]
    assert len(asked) == 6  # one for each key of each type
    assert answer["data"]["_entities"] == [
        {"id": ulid("orl", 0, 1), "sku": "THING-1"},
        {"id": second, "number": (await shop.row(second)).number},
        {"id": DHL, "code": "dhl"},
        {"id": first, "number": number},
        None,
        {"orders": [{"id": second}]},
        {"id": first, "number": number},
        {"id": ulid("txr", 0, 0), "country": "DE"},
        {"id": second, "number": (await shop.row(second)).number},
    ]


async def test_pages_by_keyset(shop: Shop, desk: Desk) -> None:
    """Four of one moment, one earlier: ties are broken by id, in both directions."""
    made = [await write(shop, number=number, at=BEGAN) for number in (1, 2, 3, 4)]
    early = await write(shop, number=5, at=BEGAN - HOUR)
    for direction, expected in (("ASC", [early, *made]), ("DESC", [*reversed(made), early])):
        sort = {"field": "CREATED_AT", "direction": direction}
        seen: list[str] = []
        after: str | None = None
        for size in (2, 2, 1):
            page = await desk.ask(PAGE, orderBy=sort, first=2, after=after)
            assert len(ids(page)) == size
            seen += ids(page)
            info = page["orders"]["pageInfo"]
            assert info["hasNextPage"] is (size == 2)
            assert info["hasPreviousPage"] is (after is not None)
            assert page["orders"]["totalCount"] == 5
            after = info["endCursor"]
        assert seen == expected


async def test_newest_first_unless_told_otherwise(shop: Shop, desk: Desk) -> None:
    made = [await write(shop, number=n, at=BEGAN + n * HOUR) for n in (1, 2, 3)]
    assert ids(await desk.ask(PAGE)) == made[::-1]
    by_number = {"field": "NUMBER", "direction": "ASC"}
    assert ids(await desk.ask(PAGE, orderBy=by_number)) == made
    page = await desk.ask(PAGE, orderBy=by_number, first=1)
    cursor = page["orders"]["pageInfo"]["endCursor"]
    assert ids(await desk.ask(PAGE, orderBy=by_number, after=cursor)) == made[1:]
    [error] = await desk.ask(PAGE, errors=True, after=cursor)
    assert (error["extensions"]["code"], error["extensions"]["field"]) == (
        "INVALID_INPUT",
        ["after"],
    )


@pytest.mark.parametrize("first", [0, 101, -1])
async def test_pages_have_a_size(shop: Shop, desk: Desk, platform: Platform, first: int) -> None:
    [error] = await desk.ask(PAGE, errors=True, first=first)
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["first"]}
    reps = [{"__typename": "Customer", "id": ANNA}]
    document = ENTITIES.replace("first: 2", f"first: {first}")
    [error] = (await platform.ask("order", document, ADMIN, {"reps": reps}))["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["first"]}


async def test_filters(shop: Shop, desk: Desk) -> None:
    placed = await write(shop, number=1, at=BEGAN)
    held = await write(shop, S.ON_HOLD, number=2, at=BEGAN + HOUR, held_from=S.PLACED)
    draft = await write(shop, S.DRAFT, number=3, at=BEGAN + 2 * HOUR, customer=BEN)
    later = (BEGAN + HOUR).isoformat()
    for where, expected in (
        ({"status": {"eq": "PLACED"}}, [placed]),
        ({"status": {"in": ["DRAFT", "ON_HOLD"]}}, [draft, held]),
        ({"customerId": {"eq": BEN}}, [draft]),
        ({"number": {"eq": (await shop.row(held)).number}}, [held]),
        ({"createdAt": {"range": {"gte": later}}}, [draft, held]),
        ({"placedAt": {"range": {"lt": later}}}, [placed]),
        ({"currency": {"eq": "USD"}}, []),
        ({"or": [{"status": {"eq": "DRAFT"}}, {"id": {"in": [placed]}}]}, [draft, placed]),
        ({"and": [{"customerId": {"eq": ANNA}}, {"status": {"eq": "DRAFT"}}]}, []),
    ):
        assert ids(await desk.ask(PAGE, where=where)) == expected, where


async def test_customers_see_their_own(shop: Shop, desk: Desk) -> None:
    mine = await write(shop, number=1)
    await write(shop, number=2, customer=BEN)
    page = await desk.ask(PAGE, as_anna)
    assert (ids(page), page["orders"]["totalCount"]) == ([mine], 1)
    assert ids(await desk.ask(PAGE, as_anna, where={"customerId": {"eq": BEN}})) == []
    behalf = service("aftersales", "orders", on_behalf_of=ANNA)
    assert ids(await desk.ask(PAGE, behalf)) == [mine]


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [
        (ADMIN, True),
        (reader("order"), True),
        (writer("product"), False),
        (ANONYMOUS, False),
        (service("payment", "order", "orders", "Order", "orderByNumber"), True),
        (service("payment", "payments"), False),
    ],
)
async def test_who_reads(
    shop: Shop, platform: Platform, principal: Principal, allowed: bool
) -> None:
    id = await write(shop)
    number = (await shop.row(id)).number
    for document, variables in (
        (ORDER, {"id": id}),
        (NUMBER, {"number": number}),
        (PAGE, {}),
        (ENTITIES, {"reps": [{"__typename": "Order", "id": id}]}),
    ):
        answer = await platform.ask("order", document, principal, variables)
        denied = [error["extensions"]["code"] for error in answer.get("errors", [])]
        assert denied == ([] if allowed else ["FORBIDDEN"])


async def test_the_orders_of_many_customers_are_one_statement(
    shop: Shop, platform: Platform, statements: list[str]
) -> None:
    made = {
        cus(number): [
            await write(shop, number=number * 10 + n, customer=cus(number), at=BEGAN + n * HOUR)
            for n in range(3)
        ]
        for number in range(1, 6)
    }
    counts = []
    for size in (1, 5):
        customers = [*made][:size]
        reps = [{"__typename": "Customer", "id": id} for id in [*customers, cus(77)]]
        before = len(statements)
        answer = await platform.ask("order", ENTITIES, ADMIN, {"reps": reps})
        assert answer["data"]["_entities"] == [
            *({"orders": [{"id": id} for id in made[customer][:0:-1]]} for customer in customers),
            {"orders": []},
        ]
        counts.append(len(statements) - before)
    assert counts[0] == counts[1] <= 2


async def test_statements_do_not_grow_with_the_list(
    shop: Shop, desk: Desk, statements: list[str]
) -> None:
    document = """query ($first: Int!) { orders(first: $first) { edges { node { id
      totals { total { amount } } lines { sku } shippingMethod { name } discounts { position: amount
      { amount } } holds { reason } notes { text } } } } }"""
    for number in range(1, 9):
        await write(shop, [S.PLACED, S.DRAFT][number % 2], number=number)
    counts = []
    for first in (2, 8):
        before = len(statements)
        page = await desk.ask(document, first=first)
        assert len(ids(page)) == first
        ours = [sql for sql in statements[before:] if sql.startswith("SELECT")]
        counts.append(len(ours))
    assert counts == [10, 10]


async def test_an_order_shows_a_method_that_is_no_longer_offered(
    shop: Shop, desk: Desk, platform: Platform
) -> None:
    id = await write(shop)
    async with shop.db.unit_of_work() as work:
        await work.execute(update(tables.orders).values(shipping_method_id=OLD))
    document = "query ($id: ID!) { order(id: $id) { shippingMethod { code active } } }"
    found = await desk.ask(document, as_anna, id=id)
    assert found["order"]["shippingMethod"] == {"code": "old", "active": False}
    reps = [
        {"__typename": "ShippingMethod", "id": OLD},
        {"__typename": "ShippingMethod", "id": "x"},
    ]
    answer = await platform.ask("order", ENTITIES, ANONYMOUS, {"reps": reps})
    assert answer["data"]["_entities"] == [{"id": OLD, "code": "old"}, None]
