"""Orders in any state, written past all rules, for customers, times and amounts of one's choice."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from models import order as tables
from models.address import PostalAddress
from models.ids import ulid
from models.order import HoldReason, OrderStatus
from models.tax import TaxClass
from subgraphs.kit import ID
from tests.order.shop import ANNA, BEGAN, DHL, Shop, var

S = OrderStatus
HELD_FROM = [S.PLACED, S.CONFIRMED, S.FULFILLING, S.PARTIALLY_SHIPPED]
SHIPPED = {S.PARTIALLY_SHIPPED: 1, S.SHIPPED: 3, S.DELIVERED: 3, S.COMPLETED: 3}
ADDRESS = PostalAddress(
    name="Anna", line1="Hauptstr. 1", postal_code="10115", city="Berlin", country="DE"
)


def ord_id(number: int) -> ID:
    return ID(ulid("ord", 0, number))


async def write(
    shop: Shop,
    status: OrderStatus = S.PLACED,
    *,
    number: int = 1,
    customer: ID = ANNA,
    at: datetime = BEGAN,
    held_from: OrderStatus | None = None,
    shipped: int | None = None,
    units: int = 3,
    currency: str = "EUR",
) -> ID:
    """Three units of variant 1 for 30.00 and 5.95 of shipping, unless told otherwise."""
    id = ord_id(number)
    net, tax = units * 1000 - units * 160, units * 160
    draft = status is S.DRAFT
    reached = held_from or status
    amounts: dict[str, Any] = {
        "placed_at": at + timedelta(minutes=1),
        "reservation_id": ulid("rsv", 0, number),
        "prices_include_tax": True,
        "subtotal": net,
        "shipping": 500,
        "shipping_tax": 95,
        "tax": tax + 95,
        "discount": 0,
        "total": units * 1000 + 595,
    }
    order = {
        "id": id,
        "customer_id": customer,
        "status": status,
        "held_from": held_from,
        "cancel_reason": tables.CancelReason.OTHER if status is S.CANCELED else None,
        "currency": currency,
        "address": vars(ADDRESS),
        "shipping_method_id": DHL,
        "created_at": at,
        "updated_at": at,
    }
    line = {
        "id": ulid("orl", 0, number),
        "order_id": id,
        "customer_id": customer,
        "position": 0,
        "variant_id": var(1),
        "sku": "THING-1",
        "name": "Thing 1",
        "tax_class": TaxClass.STANDARD,
        "quantity": units,
        "shipped": SHIPPED.get(reached, 0) if shipped is None else shipped,
        "canceled": units if status is S.CANCELED else 0,
        "unit_price": 1000,
        "created_at": at,
        "updated_at": at,
    }
    taxed = {"tax_rate": "0.19", "net": net, "discount": 0, "tax": tax}
    hold = {"order_id": id, "customer_id": customer, "author": "usr_1", "created_at": at}
    async with shop.db.unit_of_work() as work:
        await work.execute(insert(tables.orders).values(order | ({} if draft else amounts)))
        await work.execute(insert(tables.order_line).values(line | ({} if draft else taxed)))
        if held_from is not None:
            row = insert(tables.order_hold).values(**hold, reason=HoldReason.FRAUD_REVIEW)
            await work.execute(row)
    return id
