"""Confirmation by a person, where the shop asks for it: the saga waits, and does the rest."""

from subgraphs.kit import EVERY_ROW, ID, UnitOfWork, sagas
from subgraphs.order.enums import OrderStatus
from subgraphs.order.saga import ORDER_TO_DELIVERY
from subgraphs.order.service.locking import at_version
from subgraphs.order.service.progress import too_late
from subgraphs.order.states import ORDER, SAGA
from subgraphs.order.types import Order


async def confirm(work: UnitOfWork, id: ID, expected: int | None) -> Order:
    """The order as it still is; in a moment it is confirmed. Refused unless this is waited for."""
    order = await at_version(work, EVERY_ROW, id, expected)
    ORDER.walk(order.status, OrderStatus.CONFIRMED, by="confirmOrder")
    if not await sagas.waits(work, ORDER_TO_DELIVERY, id, "confirmOrder"):
        raise too_late(order, OrderStatus.CONFIRMED)
    await sagas.tell(work, SAGA, id, "confirmOrder", {"by": work.cause.actor})
    return order
