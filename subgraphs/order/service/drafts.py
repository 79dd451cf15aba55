"""Drafts: made and edited freely, placed with exactly what was reserved for them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from events.catalog.order import OrderPlaced
from events.outbox import emit
from models.money import Money
from subgraphs.kit import (
    ID,
    PostalAddress,
    Refused,
    Scope,
    Superseded,
    UnitOfWork,
    check_version,
    owners,
)
from subgraphs.order import saga
from subgraphs.order.basket import Item
from subgraphs.order.enums import OrderStatus
from subgraphs.order.errors import DiscountTooLargeError, OrderCurrencyError, OrderNotEditableError
from subgraphs.order.placing import Placement, Placing
from subgraphs.order.quoting import Quote, Wish, check_discount, usable_method
from subgraphs.order.repository import lines, orders, placing
from subgraphs.order.service.locking import found
from subgraphs.order.types import Order

AGENT = "order"


async def add(work: UnitOfWork, wish: Wish, items: Sequence[Item]) -> Order:
    """A draft with these lines."""
    await owners.settled(work, AGENT, wish.customer_id)
    values = {"id": work.new_id("ord"), "status": OrderStatus.DRAFT, **_header(wish)}
    order = await orders.add(work, values)
    await lines.put(work, order, [item.row() for item in items])
    return order


async def add_placed(work: UnitOfWork, wish: Wish, prepared: Placement) -> Order:
    """Superseded where a twin has used, or given up, what was reserved."""
    if not await placing.end_placement(work, prepared.order_id):
        raise Superseded
    await owners.settled(work, AGENT, wish.customer_id)
    placed = _placed(work, prepared.reservation_id, prepared.quote)
    order = await orders.add(work, {"id": prepared.order_id, **_header(wish), **placed})
    await lines.put(work, order, prepared.quote.line_rows())
    await _begin(work, order)
    return order


async def place(
    work: UnitOfWork, scope: Scope, id: ID, expected: int | None, prepared: Placing
) -> Order:
    """Superseded where the draft is no longer what was reserved, and the caller did not insist."""
    order = await found(work, scope, id)
    draft = order.status is OrderStatus.DRAFT
    if not draft or (order.version, order.generation) != (prepared.version, prepared.generation):
        check_version(order.version, expected)
        raise Superseded
    await owners.settled(work, AGENT, order.customer_id)
    placed = _placed(work, prepared.reservation_id, prepared.quote)
    order = await orders.save(work, order, placed)
    await lines.put(work, order, prepared.quote.line_rows())
    await _begin(work, order)
    return order


async def set_lines(
    work: UnitOfWork, scope: Scope, id: ID, items: Sequence[Item], expected: int | None
) -> Order:
    """What was reserved for the lines before is never placed: they began a new generation."""
    order = await editable(work, scope, id, expected)
    discounts = (await lines.discounts(work, [id]))[id]
    check_discount(sum(each.amount_minor for each in discounts), items)
    await lines.put(work, order, [item.row() for item in items])
    return await orders.save(work, order, {"generation": order.generation + 1})


async def set_discounts(
    work: UnitOfWork, order: Order, discounts: Sequence[tuple[Money, str]]
) -> None:
    """Instead of those that there were; together at most what the goods are worth."""
    for index, (money, _) in enumerate(discounts):
        if money.currency_code != order.currency:
            path = ["discounts", str(index), "amount", "currencyCode"]
            raise Refused(
                OrderCurrencyError(
                    order_currency=order.currency, other_currency=money.currency_code, field=path
                )
            )
    goods = (await lines.of_orders(work, [order.id]))[order.id]
    worth = sum(line.unit_price_minor * line.quantity for line in goods)
    if sum(money.minor for money, _ in discounts) > worth:
        raise Refused(DiscountTooLargeError(field=["discounts"]))
    rows = [(money.minor, reason) for money, reason in discounts]
    await lines.set_discounts(work, order, rows)


async def set_delivery(work: UnitOfWork, order: Order, changes: dict[str, Any]) -> Order:
    """`changes`: `address` and `shipping_method_id`, where they change; the version rises."""
    if changes.get("shipping_method_id") is not None:
        await usable_method(work, changes["shipping_method_id"], order.currency)
    return await orders.save(work, order, changes)


async def editable(work: UnitOfWork, scope: Scope, id: ID, expected: int | None) -> Order:
    """The draft, locked, at the version that the caller expects."""
    order = await found(work, scope, id)
    check_editable(order)
    check_version(order.version, expected)
    return order


def check_editable(order: Order) -> None:
    if order.status is not OrderStatus.DRAFT:
        raise Refused(OrderNotEditableError(order_status=order.status.name))


def address_row(address: PostalAddress | None) -> dict[str, Any] | None:
    return None if address is None else asdict(address)


def _header(wish: Wish) -> dict[str, Any]:
    return {
        "customer_id": wish.customer_id,
        "currency": wish.currency,
        "address": address_row(wish.address),
        "shipping_method_id": wish.method_id,
    }


def _placed(work: UnitOfWork, reservation: ID, quote: Quote) -> dict[str, Any]:
    return {
        "status": OrderStatus.PLACED,
        "placed_at": work.now,
        "reservation_id": reservation,
        **quote.order_row(),
    }


async def _begin(work: UnitOfWork, order: Order) -> None:
    """From here on the saga leads the order."""
    await saga.begin(work, order)
    assert order.reservation_id is not None  # noqa: S101  # as CHECK orders_placed_whole holds
    assert order.total_minor is not None  # noqa: S101  # likewise
    emit(
        work,
        OrderPlaced(
            aggregate_id=order.id,
            customer_id=order.customer_id,
            reservation_id=order.reservation_id,
            total=order.total_minor,
            currency=order.currency,
        ),
    )
