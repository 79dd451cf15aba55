"""Seeds what the order agent owns: shipping methods, tax rates, orders in every state."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import insert, text

from models.database import UnitOfWork
from models.order import (
    CancelReason,
    HoldReason,
    OrderStatus,
    order_hold,
    order_line,
    orders,
    shipping_method,
    tax_rate,
)
from models.tax import TaxClass
from souk.seed import sales
from souk.seed.chance import EPOCH, seed_id
from souk.seed.sales import OrderPlan
from subgraphs.order.totals import Charge, Totals, totals

FOUNDED = EPOCH - timedelta(days=400)
FIRST_NUMBER = 100_000

EURO = ["AT", "BE", "DE", "ES", "FR", "IE", "IT", "NL", "PT", "SE"]
METHODS = (
    ("EUR-STANDARD", "Standard, 3 to 5 days", 490, "EUR", EURO),
    ("EUR-EXPRESS", "Express, next working day", 1290, "EUR", EURO),
    ("GBP-STANDARD", "Standard, 3 to 5 days", 450, "GBP", ["GB"]),
    ("GBP-EXPRESS", "Express, next working day", 1150, "GBP", ["GB"]),
    ("USD-STANDARD", "Standard, 5 to 8 days", 890, "USD", ["US"]),
    ("USD-EXPRESS", "Express, 2 days", 2490, "USD", ["US"]),
)
RATES = {
    "AT": ("0.20", "0.10"),
    "BE": ("0.21", "0.06"),
    "DE": ("0.19", "0.07"),
    "ES": ("0.21", "0.10"),
    "FR": ("0.20", "0.055"),
    "GB": ("0.20", "0.05"),
    "IE": ("0.23", "0.09"),
    "IT": ("0.22", "0.10"),
    "NL": ("0.21", "0.09"),
    "PT": ("0.23", "0.06"),
    "SE": ("0.25", "0.12"),
    "US": ("0", "0"),
}
"""Standard and reduced, by destination; what is ZERO is untaxed everywhere."""

DELIVERED = {"DELIVERED", "COMPLETED"}


async def seed(work: UnitOfWork) -> str:
    """Write the shop's terms, then the orders."""
    times = {"created_at": FOUNDED, "updated_at": FOUNDED}
    await work.execute(
        insert(shipping_method),
        [
            {
                "id": seed_id("shm", number),
                "code": code,
                "name": name,
                "price": price,
                "currency": currency,
                "countries": countries,
                "active": True,
                **times,
            }
            for number, (code, name, price, currency, countries) in enumerate(METHODS)
        ],
    )
    rates = [
        {"id": seed_id("txr", number), "country": country, "tax_class": tax, "rate": rate, **times}
        for number, (country, tax, rate) in enumerate(_rates())
    ]
    await work.execute(insert(tax_rate), rates)
    await work.execute(insert(orders), [_order(plan) for plan in sales.orders()])
    await work.execute(insert(order_line), [row for p in sales.orders() for row in _lines(p)])
    await work.execute(insert(order_hold), [_hold(p) for p in sales.orders() if _held(p)])
    await work.rows(
        text("""SELECT setval(pg_get_serial_sequence('"order".orders', 'ordinal'),
                            (SELECT max(ordinal) FROM "order".orders))""")
    )
    return f"{len(sales.orders())} orders, {len(METHODS)} shipping methods, {len(rates)} tax rates"


def _rates() -> list[tuple[str, TaxClass, Decimal]]:
    return [
        (country, tax, Decimal(rate))
        for country, (standard, reduced) in RATES.items()
        for tax, rate in (
            (TaxClass.STANDARD, standard),
            (TaxClass.REDUCED, reduced),
            (TaxClass.ZERO, "0"),
        )
    ]


def _rate(country: str, tax_class: str) -> Decimal:
    standard, reduced = RATES[country]
    return Decimal({"STANDARD": standard, "REDUCED": reduced, "ZERO": "0"}[tax_class])


def _totals(plan: OrderPlan) -> Totals:
    country = plan.customer.addresses[0].country
    goods = [
        Charge(line.unit_price(plan.currency) * line.quantity, _rate(country, line.tax_class))
        for line in plan.lines
    ]
    shipping = Charge(_method(plan)[1], _rate(country, "STANDARD"))
    return totals(goods, shipping, discount=0, included=True)


def total_of(plan: OrderPlan) -> int:
    """What the order costs, in minor units."""
    return _totals(plan).total


def _method(plan: OrderPlan) -> tuple[str, int]:
    """The standard method of the order's currency: its id and its price."""
    [found] = [
        (seed_id("shm", number), price)
        for number, (code, _, price, currency, _) in enumerate(METHODS)
        if currency == plan.currency and code.endswith("STANDARD")
    ]
    return found


def _held(plan: OrderPlan) -> bool:
    return plan.status == "ON_HOLD"


def _hold(plan: OrderPlan) -> dict[str, object]:
    return {
        "order_id": plan.id,
        "reason": HoldReason.ADDRESS,
        "customer_id": plan.customer.id,
        "note": "The parcel service does not know the street.",
        "author": "seed",
        "created_at": plan.held_at,
    }


def _order(plan: OrderPlan) -> dict[str, object]:
    home = plan.customer.addresses[0]
    placed = plan.placed_at
    amounts = _totals(plan)
    row: dict[str, object] = {
        "id": plan.id,
        "ordinal": FIRST_NUMBER + plan.number,
        "customer_id": plan.customer.id,
        "status": OrderStatus[plan.status],
        "held_from": OrderStatus.CONFIRMED if _held(plan) else None,
        "cancel_reason": CancelReason.CUSTOMER_REQUEST if plan.status == "CANCELED" else None,
        "currency": plan.currency,
        "address": {
            "name": plan.customer.name,
            "line1": home.line1,
            "line2": None,
            "postal_code": home.postal_code,
            "city": home.city,
            "region": None,
            "country": home.country,
            "phone": None,
        },
        "shipping_method_id": _method(plan)[0],
        "reservation_id": plan.reservation_id if placed else None,
        "prices_include_tax": True if placed else None,
        "placed_at": placed,
        "created_at": plan.created_at,
        "updated_at": placed or plan.created_at,
    }
    for name in ("subtotal", "shipping", "shipping_tax", "tax", "discount", "total"):
        row[name] = getattr(amounts, name) if placed else None
    return row


def _lines(plan: OrderPlan) -> list[dict[str, object]]:
    country = plan.customer.addresses[0].country
    placed = plan.placed_at is not None
    return [
        {
            "id": line.id,
            "order_id": plan.id,
            "customer_id": plan.customer.id,
            "position": position,
            "variant_id": line.variant.id,
            "sku": line.variant.sku,
            "name": line.variant.name,
            "tax_class": TaxClass[line.tax_class],
            "quantity": line.quantity,
            "canceled": line.quantity if plan.status == "CANCELED" else 0,
            "shipped": line.shipped,
            "delivered": line.shipped if plan.status in DELIVERED else 0,
            "unit_price": line.unit_price(plan.currency),
            "tax_rate": _rate(country, line.tax_class) if placed else None,
            "net": amounts.net if placed else None,
            "discount": amounts.discount if placed else None,
            "tax": amounts.tax if placed else None,
            "created_at": plan.created_at,
            "updated_at": plan.created_at,
        }
        for position, (line, amounts) in enumerate(
            zip(plan.lines, _totals(plan).lines, strict=True)
        )
    ]
