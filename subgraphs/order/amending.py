"""Other lines for an order that is placed: between two steps of its saga, all of it or nothing.

What the order needs more is added to its reservation first, outside any transaction, as an aside
of the saga; then the lines are written; then what is not needed any more is given back. Refused, or
cut short at any moment, the first is undone by the saga, and the order is as it was.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from events.catalog.order import OrderLinesChanged
from events.outbox import emit
from subgraphs.kit import ID, Info, Refused, Scope, UnitOfWork, check_version
from subgraphs.kit.graph import GraphRefused
from subgraphs.kit.saga_visits import RefusedAside, SagaBusy, Visit, enter, finish, leave, send
from subgraphs.order import neighbours
from subgraphs.order.basket import Item
from subgraphs.order.enums import OrderStatus
from subgraphs.order.errors import OrderBusyError, OrderNotEditableError
from subgraphs.order.placing import read
from subgraphs.order.quoting import Quote, quote
from subgraphs.order.repository import lines, orders
from subgraphs.order.reservation_intents import give_back
from subgraphs.order.saga import AMEND, ORDER_TO_DELIVERY
from subgraphs.order.service.locking import at_version
from subgraphs.order.types import Order, OrderLine

TRIES = 5
PAUSE = 0.05
"""Seconds between two tries to come in: a runner that only looks has gone by then."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """A placed order as it was read, held between two steps; what it will be, and give back."""

    visit: Visit
    version: int
    quote: Quote
    surplus: Mapping[ID, int]


async def prepare(info: Info, id: ID, demand: Mapping[ID, int], expected: int | None) -> Amendment:
    """Refused with ORDER_BUSY while a step is in flight, and as placing would be."""
    visit = await _enter(info, id)
    try:
        order, wish, before = await read(info, id)
        _check(order)
        check_version(order.version, expected)
        kept = {line.variant_id: _item(line) for line in before}
        stays = {
            variant: replace(kept[variant], quantity=units)
            for variant, units in demand.items()
            if variant in kept and units <= kept[variant].quantity
        }
        quoted = await quote(info, replace(wish, demand=demand), stays)
        change = {
            variant: demand.get(variant, 0) - wish.demand.get(variant, 0)
            for variant in {*demand, *wish.demand}
        }
        if visit.run.done("reserve") is None:  # it has expired: reserved is when it is needed again
            return Amendment(visit, order.version, quoted, {})
        visit = await _reserve(info, visit, order, change)
    except RefusedAside as refused:
        raise _refusal(refused.errors) from refused
    except BaseException:
        await leave(info, visit)
        raise
    surplus = {variant: -by for variant, by in change.items() if by < 0}
    return Amendment(visit, order.version, quoted, surplus)


async def write(work: UnitOfWork, scope: Scope, id: ID, amendment: Amendment) -> Order:
    """Lines and totals as they are from now on."""
    order = await at_version(work, scope, id, None)
    _check(order)
    if order.version != amendment.version:
        raise Refused(OrderBusyError())
    await lines.put(work, order, amendment.quote.line_rows())
    order = await orders.save(work, order, amendment.quote.order_row())
    assert order.total_minor is not None  # noqa: S101  # as CHECK orders_placed_whole holds
    fact = OrderLinesChanged(
        aggregate_id=id,
        customer_id=order.customer_id,
        total=order.total_minor,
        currency=order.currency,
    )
    emit(work, fact)
    if amendment.surplus:
        await give_back(work, order, amendment.surplus)
    try:
        await finish(work, amendment.visit)
    except SagaBusy:
        raise Refused(OrderBusyError()) from None
    return order


async def abandon(info: Info, amendment: Amendment) -> None:
    """Nothing was written: the saga undoes what was reserved, and goes on."""
    await leave(info, amendment.visit)


async def _enter(info: Info, id: ID) -> Visit:
    for last in [False] * (TRIES - 1) + [True]:
        try:
            visit = await enter(info, ORDER_TO_DELIVERY, id)
        except SagaBusy:
            if last:
                raise Refused(OrderBusyError()) from None
            await asyncio.sleep(PAUSE)
        else:
            if visit is None:
                raise Refused(OrderNotEditableError(order_status=OrderStatus.PLACED.name))
            return visit
    raise AssertionError("the last try returns or raises")


async def _reserve(info: Info, visit: Visit, order: Order, change: Mapping[ID, int]) -> Visit:
    more = [{"variantId": id, "by": by} for id, by in sorted(change.items()) if by > 0]
    if not more:
        return visit
    input = {"reservationId": order.reservation_id, "lines": more}
    return await send(info, visit, AMEND, input)


def _check(order: Order) -> None:
    if order.status is not OrderStatus.PLACED:
        raise Refused(OrderNotEditableError(order_status=order.status.name))


def _refusal(errors: Sequence[Mapping[str, Any]]) -> Exception:
    codes = {error["code"] for error in errors}
    if codes == {"INSUFFICIENT_STOCK"}:
        return neighbours.refusal(errors)
    if codes == {"INVALID_TRANSITION"}:  # it expired just now: the saga has not heard of it yet
        return Refused(OrderBusyError())
    return GraphRefused(f"inventory would not adjust the reservation: {errors}")


def _item(line: OrderLine) -> Item:
    return Item(
        variant_id=line.variant_id,
        sku=line.sku,
        name=line.name,
        tax_class=line.tax_class,
        quantity=line.quantity,
        unit_price=line.unit_price_minor,
    )
