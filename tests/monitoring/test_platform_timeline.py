"""The timeline of the whole platform: what is filtered, what is refused, who sees which part."""

from typing import Any

import pytest

from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, customer, reader, staff
from tests.conftest import Ask
from tests.monitoring.happenings import (
    ANNA,
    BORIS,
    CLARA,
    ORDER,
    OTHER,
    history,
    made_id,
    take,
    types,
)
from tests.platform import Platform

DOCUMENT = """query ($where: PlatformTimelineWhere, $first: Int, $after: String) {
    platformTimeline(where: $where, first: $first, after: $after,
        orderBy: { direction: ASC }) { edges { node { type } } } }"""
ALL = [
    "customer.created",
    "reservation.created",
    "order.placed",
    "order.placed",
    "order.held",
    "customer.suspended",
    "fraud.review_requested",
    "order.confirmed",
]


async def found(ask: Ask, who: Principal = ADMIN, **where: Any) -> list[str]:
    return types((await ask(DOCUMENT, who, where=where, first=100))["platformTimeline"])


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, ALL),
        ({"types": ["order.placed", "order.held"]}, ["order.placed", "order.placed", "order.held"]),
        ({"types": []}, []),
        ({"subject": OTHER}, ["order.placed"]),
        ({"subject": made_id("ord", 9)}, []),
        ({"correlationId": "req_2"}, ["order.placed"]),
        ({"range": {"gte": "2026-03-01T12:03:00Z", "lt": "2026-03-01T12:05:00Z"}}, ALL[2:4]),
        ({"range": {"gte": "2026-03-01T12:08:00Z"}}, ALL[7:]),
        ({"range": {"lt": "2026-03-01T12:01:00Z"}}, []),
        ({"subject": ORDER, "types": ["order.held"], "correlationId": "req_1"}, ["order.held"]),
        ({"subject": ORDER, "types": ["order.held"], "correlationId": "req_2"}, []),
    ],
)
async def test_filters_hold_together(
    platform: Platform, ask: Ask, where: dict[str, Any], expected: list[str]
) -> None:
    await take(platform, history())
    assert await found(ask, **where) == expected


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (reader("monitoring"), ALL),
        (customer(ANNA), ["customer.created", "order.placed", "order.confirmed"]),
        (customer(BORIS), ["order.placed"]),
        (customer(CLARA), []),
    ],
)
async def test_who_sees_which_part(
    platform: Platform, ask: Ask, who: Principal, expected: list[str]
) -> None:
    await take(platform, history())
    assert await found(ask, who) == expected


async def test_no_filter_reaches_what_is_not_the_callers(platform: Platform, ask: Ask) -> None:
    await take(platform, history())
    for where in ({"subject": ORDER}, {"types": ["order.held"]}, {"correlationId": "req_2"}):
        assert await found(ask, customer(BORIS), **where) == []


@pytest.mark.parametrize("who", [ANONYMOUS, staff("order:read", "monitoring:write")])
async def test_who_may_not_ask(ask: Ask, who: Principal) -> None:
    [error] = await ask(DOCUMENT, who, errors=True)
    assert error["extensions"] == {"code": "FORBIDDEN"}


@pytest.mark.parametrize(
    ("variables", "message", "field"),
    [
        ({"first": 0}, "A page has 1 to 100 entries.", ["first"]),
        ({"first": 101}, "A page has 1 to 100 entries.", ["first"]),
        ({"after": "x"}, "Not a cursor of this list in this order.", ["after"]),
        (
            {"where": {"types": ["order.placed", "order.plaecd"]}},
            "There is no event type 'order.plaecd'.",
            ["where", "types", "1"],
        ),
        (
            {"where": {"types": ["order.placed"] * 101}},
            "At most 100 values.",
            ["where", "types"],
        ),
    ],
)
async def test_what_is_refused(
    ask: Ask, variables: dict[str, Any], message: str, field: list[str]
) -> None:
    [error] = await ask(DOCUMENT, errors=True, **{"first": 20, **variables})
    assert error["message"] == message
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": field}
