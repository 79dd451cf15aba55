"""salesReport: sums by day, week, month and status; who may see them, and how far back."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.order import OrderStatus
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, reader, service, writer
from tests.conftest import Ask
from tests.order.ledger import write
from tests.order.shop import Shop, as_anna

S = OrderStatus
REPORT = """query ($range: DateTimeRange!, $currency: CurrencyCode!, $groupBy: SalesGrouping!) {
  salesReport(range: $range, currency: $currency, groupBy: $groupBy) {
    currency groupBy buckets { start status orders units gross { amount } net { amount }
      tax { amount } discounts { amount currencyCode } } } }"""
YEAR = {"gte": "2026-01-01T00:00:00Z", "lt": "2027-01-01T00:00:00Z"}


@pytest.fixture
async def sold(shop: Shop) -> Shop:
    """Two on a Monday, one on the Sunday after it, one in February; and what does not count."""
    monday, sunday = datetime(2026, 1, 5, 9, tzinfo=UTC), datetime(2026, 1, 11, 23, tzinfo=UTC)
    february = datetime(2026, 2, 1, tzinfo=UTC)
    await write(shop, S.PLACED, number=1, at=monday, units=3)
    await write(shop, S.COMPLETED, number=2, at=monday, units=5)
    await write(shop, S.PLACED, number=3, at=sunday, units=10)
    await write(shop, S.SHIPPED, number=4, at=february, units=100)
    await write(shop, S.CANCELED, number=5, at=monday, units=7)
    await write(shop, S.DRAFT, number=6, at=monday, units=7)
    await write(shop, S.PLACED, number=7, at=monday, units=7, currency="USD")
    await write(shop, S.PLACED, number=8, at=datetime(2025, 12, 31, tzinfo=UTC), units=7)
    return shop


async def report(ask: Ask, by: str, range: Any = YEAR, **more: Any) -> list[tuple[Any, ...]]:
    """Start or status, orders, units, gross, net, tax."""
    data = await ask(REPORT, range=range, groupBy=by, **{"currency": "EUR"} | more)
    return [
        (
            bucket["start"] or bucket["status"],
            bucket["orders"],
            bucket["units"],
            *(bucket[name]["amount"] for name in ("gross", "net", "tax")),
        )
        for bucket in data["salesReport"]["buckets"]
    ]


async def test_by_day(sold: Shop, ask: Ask) -> None:
    assert await report(ask, "DAY") == [
        ("2026-01-05T00:00:00Z", 2, 8, "91.90", "77.20", "14.70"),
        ("2026-01-11T00:00:00Z", 1, 10, "105.95", "89.00", "16.95"),
        ("2026-02-01T00:00:00Z", 1, 100, "1005.95", "845.00", "160.95"),
    ]


async def test_by_week_from_monday(sold: Shop, ask: Ask) -> None:
    assert [bucket[:3] for bucket in await report(ask, "WEEK")] == [
        ("2026-01-05T00:00:00Z", 3, 18),
        ("2026-01-26T00:00:00Z", 1, 100),
    ]


async def test_by_month(sold: Shop, ask: Ask) -> None:
    assert [bucket[:3] for bucket in await report(ask, "MONTH")] == [
        ("2026-01-01T00:00:00Z", 3, 18),
        ("2026-02-01T00:00:00Z", 1, 100),
    ]


async def test_by_status_with_what_was_canceled(sold: Shop, ask: Ask) -> None:
    assert sorted(bucket[:4] for bucket in await report(ask, "STATUS")) == [
        ("CANCELED", 1, 0, "75.95"),
        ("COMPLETED", 1, 5, "55.95"),
        ("PLACED", 2, 13, "141.90"),
        ("SHIPPED", 1, 100, "1005.95"),
    ]


async def test_the_range_is_half_open_and_the_currency_one(sold: Shop, ask: Ask) -> None:
    begin, end = "2026-01-05T09:01:00Z", "2026-01-11T23:01:00Z"
    assert [b[1] for b in await report(ask, "MONTH", {"gte": begin, "lt": end})] == [2]
    assert [b[2] for b in await report(ask, "DAY", currency="USD")] == [7]
    assert await report(ask, "DAY", currency="CHF") == []


@pytest.mark.parametrize(
    "range",
    [
        {"gte": "2026-01-01T00:00:00Z"},
        {"lt": "2026-01-01T00:00:00Z"},
        {"gte": "2026-01-01T00:00:00Z", "lt": "2026-01-01T00:00:00Z"},
        {"gte": "2020-01-01T00:00:00Z", "lt": "2026-01-01T00:00:00Z"},
    ],
)
async def test_ranges_that_cannot_be(shop: Shop, ask: Ask, range: dict[str, str]) -> None:
    [error] = await ask(REPORT, errors=True, range=range, currency="EUR", groupBy="DAY")
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["range"]}


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [
        (ADMIN, True),
        (reader("order"), True),
        (writer("inventory"), False),
        (as_anna, False),
        (ANONYMOUS, False),
        (service("monitoring", "salesReport"), True),
        (service("monitoring", "orders"), False),
    ],
)
async def test_who_may(shop: Shop, ask: Ask, principal: Principal, allowed: bool) -> None:
    input = {"range": YEAR, "currency": "EUR", "groupBy": "STATUS"}
    if allowed:
        data = await ask(REPORT, principal, **input)
        assert data["salesReport"] == {"currency": "EUR", "groupBy": "STATUS", "buckets": []}
    else:
        [error] = await ask(REPORT, principal, errors=True, **input)
        assert error["extensions"]["code"] == "FORBIDDEN"


async def test_any_number_of_orders_is_one_statement(
    sold: Shop, ask: Ask, statements: list[str]
) -> None:
    before = len(statements)
    await report(ask, "DAY")
    assert len([sql for sql in statements[before:] if "order" in sql]) == 1
