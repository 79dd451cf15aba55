"""An order, locked: what every change of one begins with."""

from subgraphs.kit import ID, NotFoundError, Refused, Scope, UnitOfWork, check_version
from subgraphs.order.repository import orders
from subgraphs.order.types import Order


async def found(work: UnitOfWork, scope: Scope, id: ID) -> Order:
    order = await orders.lock(work, scope, id)
    if order is None:
        raise Refused(NotFoundError(field=["orderId"]))
    return order


async def at_version(work: UnitOfWork, scope: Scope, id: ID, expected: int | None) -> Order:
    """As the caller has seen it, where it says what it has seen."""
    order = await found(work, scope, id)
    check_version(order.version, expected)
    return order
