"""Batched: entities by key, and fields that need the database or a rule of their own."""

from collections.abc import Sequence

from subgraphs.kit import ID, Info, field, guarded, page_size, resolver
from subgraphs.order import policy, previews
from subgraphs.order.repository import lines as line_rows
from subgraphs.order.repository import orders as order_rows
from subgraphs.order.repository import rates
from subgraphs.order.types import (
    Customer,
    Order,
    OrderDiscount,
    OrderHold,
    OrderLine,
    OrderNote,
    OrderTotals,
    ShippingMethod,
    TaxRate,
)


@resolver(Order, "id", policy.READ)
async def orders_by_id(ids: Sequence[ID], info: Info) -> list[Order | None]:
    """The order, if it is the caller's to see."""
    found = await order_rows.by_id(info.db, info.scope, ids)
    return [found.get(id) for id in ids]


@resolver(Order, "number", policy.READ)
async def orders_by_number(numbers: Sequence[str], info: Info) -> list[Order | None]:
    """The order with the number that people use."""
    found = await order_rows.by_number(info.db, info.scope, numbers)
    return [found.get(number) for number in numbers]


@resolver(OrderLine, "id", policy.READ)
async def lines_by_id(ids: Sequence[ID], info: Info) -> list[OrderLine | None]:
    found = await line_rows.by_id(info.db, info.scope, ids)
    return [found.get(id) for id in ids]


@resolver(ShippingMethod, "id", policy.SHIPPING_METHOD)
async def methods_by_id(ids: Sequence[ID], info: Info) -> list[ShippingMethod | None]:
    found = await rates.methods(info.db, ids)
    return [found.get(id) for id in ids]


@resolver(TaxRate, "id", policy.READ_ALL)
async def rates_by_id(ids: Sequence[ID], info: Info) -> list[TaxRate | None]:
    found = await rates.rates_by_id(info.db, ids)
    return [found.get(id) for id in ids]


@field(Customer, policy.READ)
async def orders(parents: Sequence[Customer], info: Info, *, first: int = 20) -> list[list[Order]]:
    """The newest orders, newest first; at most 100."""
    found = await order_rows.of_customers(
        info.db, info.scope, [parent.id for parent in parents], page_size(first)
    )
    return [found[parent.id] for parent in parents]


@field(Order, policy.READ)
async def lines(parents: Sequence[Order], info: Info) -> list[list[OrderLine]]:
    """At most 100."""
    found = await line_rows.of_orders(info.db, [parent.id for parent in parents])
    return [found[parent.id] for parent in parents]


@field(Order, policy.READ)
async def shipping_method(parents: Sequence[Order], info: Info) -> list[ShippingMethod | None]:
    ids = {parent.shipping_method_id for parent in parents} - {None}
    found = await rates.methods(info.db, [id for id in ids if id is not None]) if ids else {}
    return [found.get(parent.shipping_method_id or ID("")) for parent in parents]


@field(Order, policy.READ)
async def totals(parents: Sequence[Order], info: Info) -> list[OrderTotals | None]:
    """What it costs: fixed when it was placed; for a draft, what it would cost now.

    Null while a draft has no lines, no address, no shipping method, or no known tax rate.
    """
    drafts = [parent for parent in parents if parent.placed_at is None]
    would_be = await previews.previews(info, drafts) if drafts else {}
    return [previews.fixed(each) or would_be.get(each.id) for each in parents]


@field(Order, policy.READ)
async def discounts(parents: Sequence[Order], info: Info) -> list[list[OrderDiscount]]:
    found = await line_rows.discounts(info.db, [parent.id for parent in parents])
    return [found[parent.id] for parent in parents]


@guarded(OrderDiscount, policy.READ_ALL, name="reason")
def discount_reason(parent: OrderDiscount, info: Info) -> str:
    """For staff."""
    return parent.reason


@guarded(OrderDiscount, policy.READ_ALL, name="author")
def discount_author(parent: OrderDiscount, info: Info) -> str:
    """Who gave it; for staff."""
    return parent.author


@field(Order, policy.READ_ALL)
async def holds(parents: Sequence[Order], info: Info) -> list[list[OrderHold]]:
    """Why it does not go on, oldest first; for staff."""
    found = await line_rows.holds(info.db, [parent.id for parent in parents])
    return [found[parent.id] for parent in parents]


@field(Order, policy.READ_ALL)
async def notes(parents: Sequence[Order], info: Info, *, first: int = 20) -> list[list[OrderNote]]:
    """The newest notes, newest first, at most 100; for staff."""
    ids = [parent.id for parent in parents]
    found = await line_rows.notes(info.db, ids, page_size(first))
    return [found[id] for id in ids]
