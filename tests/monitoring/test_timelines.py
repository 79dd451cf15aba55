"""Timelines of orders and customers: what is on them, for whom, page by page."""

from typing import Any

import pytest

from events.catalog.inventory import StockChanged
from models.database import Database
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, customer, reader, service, staff
from tests.conftest import Ask
from tests.monitoring.happenings import (
    ANNA,
    BORIS,
    CLARA,
    ORDER,
    OTHER,
    RESERVATION,
    History,
    administrators,
    history,
    incarnation,
    made_id,
    take,
    types,
)
from tests.platform import Platform

OF_ORDERS = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Order {
    id timeline { totalCount edges { node { type } } } } } }"""
OF_CUSTOMERS = OF_ORDERS.replace("Order", "Customer")
WHOLE = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Order {
    timeline(orderBy: { direction: ASC }) { edges { node {
        id cursor type version subjectId subject { __typename ... on Order { id }
            ... on Reservation { id } } occurredAt actor { kind } data } } } } } }"""
FOR_STAFF = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Order {
    timeline(first: 1) { edges { node {
        correlationId causationId actor { kind id onBehalfOf } data } } } } } }"""


async def entities(
    platform: Platform, document: str, principal: Principal, kind: str, *ids: str
) -> Any:
    representations = [{"__typename": kind, "id": id} for id in ids]
    return await platform.ask("monitoring", document, principal, {"r": representations})


async def timeline(platform: Platform, principal: Principal, kind: str, id: str) -> list[str]:
    document = OF_ORDERS if kind == "Order" else OF_CUSTOMERS
    answer = await entities(platform, document, principal, kind, id)
    assert "errors" not in answer, answer
    return types(answer["data"]["_entities"][0]["timeline"])


CUSTOMERS = ["order.confirmed", "order.placed"]
STAFFS = [
    "order.confirmed",
    "fraud.review_requested",
    "order.held",
    "order.placed",
    "reservation.created",
]
"""A fraud review is no customer's business, nor are holds and reservations."""


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (customer(ANNA), CUSTOMERS),
        (customer(BORIS), []),
        (reader("monitoring"), STAFFS),
        (ADMIN, STAFFS),
        (service("other", "timeline", "Order", "data"), STAFFS),
        (service("other", "timeline", on_behalf_of=ANNA), CUSTOMERS),
        (service("other", "timeline", on_behalf_of=BORIS), []),
    ],
)
async def test_who_sees_what_of_an_order(
    platform: Platform, who: Principal, expected: list[str]
) -> None:
    await take(platform, history())
    assert await timeline(platform, who, "Order", ORDER) == expected


@pytest.mark.parametrize(
    "who", [ANONYMOUS, staff("order:read"), staff("monitoring:write"), service("other", "x")]
)
async def test_who_sees_nothing(platform: Platform, who: Principal) -> None:
    await take(platform, history())
    answer = await entities(platform, OF_ORDERS, who, "Order", ORDER)
    assert answer["data"] == {"_entities": [{"id": ORDER, "timeline": None}]}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]


async def test_a_foreign_order_answers_as_an_unknown_one(platform: Platform) -> None:
    await take(platform, history())
    foreign = await entities(platform, OF_ORDERS, customer(BORIS), "Order", ORDER)
    unknown = await entities(platform, OF_ORDERS, customer(BORIS), "Order", made_id("ord", 9))
    empty = {"totalCount": 0, "edges": []}
    assert foreign == {"data": {"_entities": [{"id": ORDER, "timeline": empty}]}}
    assert str(unknown) == str(foreign).replace(ORDER, made_id("ord", 9))


async def test_a_foreign_customer_answers_as_an_unknown_one(platform: Platform) -> None:
    await take(platform, history())
    foreign = await entities(platform, OF_CUSTOMERS, customer(BORIS), "Customer", ANNA)
    unknown = await entities(platform, OF_CUSTOMERS, customer(BORIS), "Customer", CLARA)
    empty = {"totalCount": 0, "edges": []}
    assert foreign == {"data": {"_entities": [{"id": ANNA, "timeline": empty}]}}
    assert str(unknown) == str(foreign).replace(ANNA, CLARA)


async def test_a_customers_timeline_has_their_orders_in_it(platform: Platform) -> None:
    await take(platform, history())
    mine = await timeline(platform, customer(ANNA), "Customer", ANNA)
    assert mine == [*CUSTOMERS, "customer.created"]
    assert await timeline(platform, reader("monitoring"), "Customer", ANNA) == [
        *STAFFS,
        "customer.created",
    ]
    assert await timeline(platform, reader("monitoring"), "Customer", BORIS) == [
        "customer.suspended",
        "order.placed",
    ]


async def test_several_at_once_each_get_their_own(platform: Platform) -> None:
    await take(platform, history())
    orders = [OTHER, made_id("ord", 9), ORDER, OTHER]
    answer = await entities(platform, OF_ORDERS, ADMIN, "Order", *orders)
    found = [types(each["timeline"]) for each in answer["data"]["_entities"]]
    assert found == [["order.placed"], [], STAFFS, ["order.placed"]]


async def test_all_of_an_event_that_a_customer_is_told(platform: Platform, db: Database) -> None:
    await take(platform, history())
    answer = await entities(platform, WHOLE, customer(ANNA), "Order", ORDER)
    assert "errors" not in answer
    first, second = [edge["node"] for edge in answer["data"]["_entities"][0]["timeline"]["edges"]]
    assert first == {
        "id": made_id("evt", 3),
        "cursor": f"{await incarnation(db)}:3",
        "type": "order.placed",
        "version": 1,
        "subjectId": ORDER,
        "subject": {"__typename": "Order", "id": ORDER},
        "occurredAt": "2026-03-01T12:03:00Z",
        "actor": {"kind": "CUSTOMER"},
        "data": {"customerId": ANNA, "total": 4200, "currency": "EUR"},
    }
    assert second["actor"] == {"kind": "SERVICE"}
    assert second["data"] == {"customerId": ANNA}


async def test_what_of_an_event_is_for_staff(platform: Platform) -> None:
    await take(platform, history())
    answer = await entities(platform, FOR_STAFF, reader("monitoring"), "Order", ORDER)
    assert "errors" not in answer
    [edge] = answer["data"]["_entities"][0]["timeline"]["edges"]
    assert edge["node"] == {
        "correlationId": "req_1",
        "causationId": made_id("evt", 3),
        "actor": {"kind": "SERVICE", "id": "agent:order", "onBehalfOf": None},
        "data": {"customerId": ANNA, "reservationId": RESERVATION},
    }
    denied = await entities(platform, FOR_STAFF, customer(ANNA), "Order", ORDER)
    [edge] = denied["data"]["_entities"][0]["timeline"]["edges"]
    assert edge["node"] == {
        "correlationId": None,
        "causationId": None,
        "actor": {"kind": "SERVICE", "id": None, "onBehalfOf": None},
        "data": {"customerId": ANNA},
    }
    assert {error["extensions"]["code"] for error in denied["errors"]} == {"FORBIDDEN"}
    assert len(denied["errors"]) == 4


async def test_what_is_for_administrators_staff_do_not_read(platform: Platform, ask: Ask) -> None:
    await take(platform, [*history(), administrators(20)])
    document = '{ platformTimeline(where: { types: ["error.captured"] }) { totalCount } }'
    assert (await ask(document, ADMIN))["platformTimeline"] == {"totalCount": 1}
    assert (await ask(document, reader("monitoring")))["platformTimeline"] == {"totalCount": 0}


async def test_pages_follow_one_another_without_gap_or_double(platform: Platform, ask: Ask) -> None:
    then = History().happened
    many = [
        then(
            StockChanged(
                aggregate_id=made_id("stk", number % 3),
                variant_id=made_id("var", 1),
                warehouse_id=made_id("whs", 1),
                available=number,
                reserved=0,
                quarantined=0,
                damaged=0,
                on_hand=number,
            )
        )
        for number in range(25)
    ]
    await take(platform, reversed(many))
    document = """query ($after: String, $direction: Direction!) {
        platformTimeline(first: 10, after: $after, orderBy: { direction: $direction }) {
            totalCount pageInfo { hasNextPage endCursor } edges { node { data } } } }"""
    for direction, expected in (("ASC", list(range(25))), ("DESC", list(range(24, -1, -1)))):
        found: list[int] = []
        after, more, pages = None, True, 0
        while more:
            page = (await ask(document, ADMIN, after=after, direction=direction))[
                "platformTimeline"
            ]
            found += [edge["node"]["data"]["onHand"] for edge in page["edges"]]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
            assert page["totalCount"] == 25
            pages += 1
        assert (found, pages) == (expected, 3)
