"""Reserve first, place afterwards: what happens outside the transaction that places an order.

A reservation is made under the key `saga:reserve:<order>:<generation>`. Inventory answers a key
alike for ever, so a generation is ended, for good, before its reservation is given up or tried
again under another key; and only what is at the generation that was reserved is placed.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

from subgraphs.kit import ID, Info, NotFoundError, Refused, UnavailableError, check_version
from subgraphs.kit.graph import GraphUnavailable
from subgraphs.order import neighbours
from subgraphs.order.enums import OrderStatus
from subgraphs.order.neighbours import Spent
from subgraphs.order.quoting import Quote, Wish, quote
from subgraphs.order.repository import lines, orders, placing
from subgraphs.order.states import ORDER
from subgraphs.order.types import Order, OrderLine

TRIES = 3
"""Generations that one call goes through before it leaves the rest to a later call."""


@dataclass(frozen=True, slots=True)
class Placing:
    """A draft as it was when all of it was reserved, and what it costs."""

    version: int
    generation: int
    reservation_id: ID
    quote: Quote


@dataclass(frozen=True, slots=True)
class Placement:
    """The order that a call is about to make: its id, what is reserved for it, what it costs."""

    order_id: ID
    reservation_id: ID
    quote: Quote


async def reserve_draft(info: Info, id: ID, expected: int | None) -> Placing:
    """Refused where the draft cannot be placed; for want of stock its generation ends, too."""
    for _ in range(TRIES):
        order, wish, _ = await read(info, id)
        ORDER.walk(order.status, OrderStatus.PLACED, by="placeOrder")
        check_version(order.version, expected)
        quoted = await quote(info, wish)
        try:
            reservation = await neighbours.reserve(
                info, id, order.generation, wish.customer_id, wish.demand
            )
        except Spent:
            await _end_generation(info, id, order.generation)
        except Refused:
            await _end_generation(info, id, order.generation)
            raise
        else:
            return Placing(order.version, order.generation, reservation, quoted)
    raise Refused(UnavailableError())


async def release_draft(info: Info, id: ID, prepared: Placing) -> None:
    """Unless the order was placed: by a concurrent call, perhaps with this very reservation."""
    if await _end_generation(info, id, prepared.generation):
        await _release(info, prepared.reservation_id, id, prepared.generation)


async def reserve_new(info: Info, wish: Wish, key: str) -> Placement:
    """The same for an order that is not there yet. A repeat of `key` comes to the same id.

    Such an order has one generation; where that ends, the next try is for another order.
    """
    quoted = await quote(info, wish)
    for _ in range(TRIES):
        order = await _begin(info, wish, key)
        try:
            reservation = await neighbours.reserve(info, order, 1, wish.customer_id, wish.demand)
        except Spent:
            await _end_placement(info, order)
        except Refused:
            await _end_placement(info, order)
            raise
        else:
            return Placement(order, reservation, quoted)
    raise Refused(UnavailableError())


async def release_new(info: Info, prepared: Placement) -> None:
    """Unless a concurrent twin made the order."""
    if await _end_placement(info, prepared.order_id):
        await _release(info, prepared.reservation_id, prepared.order_id, 1)


async def read(info: Info, id: ID) -> tuple[Order, Wish, list[OrderLine]]:
    """The order and its lines as of one moment: a shared lock keeps editors out meanwhile."""
    async with info.database.unit_of_work(info.cause) as work:
        order = await orders.lock(work, info.scope, id, shared=True)
        if order is None:
            raise Refused(NotFoundError(field=["orderId"]))
        found = (await lines.of_orders(work, [id]))[id]
        discounts = (await lines.discounts(work, [id]))[id]
    wish = Wish(
        customer_id=order.customer_id,
        currency=order.currency,
        address=order.destination,
        method_id=order.shipping_method_id,
        demand={line.variant_id: line.quantity for line in found},
        discount=sum(discount.amount_minor for discount in discounts),
    )
    return order, wish, found


async def _end_generation(info: Info, id: ID, generation: int) -> bool:
    async with info.database.unit_of_work(info.cause) as work:
        return await placing.end_generation(work, id, generation)


async def _begin(info: Info, wish: Wish, key: str) -> ID:
    async with info.database.unit_of_work(info.cause) as work:
        return await placing.begin_placement(
            work, info.principal.id, key, wish.customer_id, _digest(wish.demand)
        )


async def _end_placement(info: Info, order: ID) -> bool:
    async with info.database.unit_of_work(info.cause) as work:
        return await placing.end_placement(work, order)


async def _release(info: Info, reservation: ID, order: ID, generation: int) -> None:
    with suppress(GraphUnavailable):  # then it expires: its generation has ended
        await neighbours.release(info, reservation, order, generation)


def _digest(demand: Mapping[ID, int]) -> str:
    return sha256(json.dumps(demand, sort_keys=True).encode()).hexdigest()
