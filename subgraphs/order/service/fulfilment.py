"""What the steps of an order's saga mean for the order: each is called with the order locked."""

from events.catalog.order import OrderConfirmed
from events.outbox import emit
from subgraphs.kit import EVERY_ROW, ID, UnitOfWork
from subgraphs.order.enums import CancelReason, HoldReason, OrderStatus
from subgraphs.order.repository import orders, placing
from subgraphs.order.service import progress
from subgraphs.order.service.locking import found
from subgraphs.order.states import ORDER

CONFIRMED, HELD = OrderStatus.CONFIRMED, OrderStatus.ON_HOLD


async def held(work: UnitOfWork, id: ID) -> bool:
    """Whether anybody has stopped the order; it is locked from here on."""
    return (await found(work, EVERY_ROW, id)).status is HELD


async def reserved(work: UnitOfWork, id: ID, reservation: ID, generation: int) -> None:
    """What was reserved before has expired; this is what the order will be sold with."""
    await placing.reserve_anew(work, id, reservation, generation)


async def out_of_stock(work: UnitOfWork, id: ID) -> None:
    """Somebody has to decide: to wait for goods, to change the order, or to cancel it."""
    order = await found(work, EVERY_ROW, id)
    if order.status is not HELD:
        await progress.stop(work, order, HoldReason.STOCK, None, by="saga reserve")


async def confirmed(work: UnitOfWork, id: ID) -> None:
    """The units are sold. An order that was held meanwhile is confirmed, and stays held."""
    order = await found(work, EVERY_ROW, id)
    ORDER.walk(order.held_from or order.status, CONFIRMED, by="saga confirm")
    column = "status" if order.held_from is None else "held_from"
    order = await orders.save(work, order, {column: CONFIRMED})
    assert order.reservation_id is not None  # noqa: S101  # as CHECK orders_placed_whole holds
    fact = OrderConfirmed(
        aggregate_id=id, customer_id=order.customer_id, reservation_id=order.reservation_id
    )
    emit(work, fact)


async def canceled(work: UnitOfWork, id: ID, reason: CancelReason) -> None:
    """The saga has decided to undo everything."""
    order = await found(work, EVERY_ROW, id)
    if order.status is not OrderStatus.CANCELED:
        await progress.end(work, order, reason, by="saga cancel")
