"""How an order goes on, or does not: holds, releases, cancellation, notes."""

from datetime import timedelta

from events.catalog.order import OrderCanceled, OrderHeld, OrderReleased
from events.outbox import emit
from subgraphs.kit import (
    ID,
    InvalidTransitionError,
    NotFoundError,
    Refused,
    Scope,
    UnitOfWork,
    sagas,
)
from subgraphs.order.enums import CancelReason, HoldReason, OrderStatus
from subgraphs.order.repository import lines, orders
from subgraphs.order.reservation_intents import keep
from subgraphs.order.service.locking import at_version, found
from subgraphs.order.states import BEFORE_FULFILLING, ORDER, SAGA
from subgraphs.order.types import Order

HELD, CANCELED = OrderStatus.ON_HOLD, OrderStatus.CANCELED


async def hold(
    work: UnitOfWork,
    id: ID,
    reason: HoldReason,
    note: str | None,
    expected: int | None,
    review: timedelta,
) -> Order:
    """One more reason not to go on; one that is there already changes nothing.

    The units of an order that is not sold yet are kept for the time of `review`.
    """
    order = await at_version(work, Scope(), id, expected)
    if order.status is OrderStatus.PLACED:
        await keep(work, order, work.now + review)
    return await stop(work, order, reason, note, by="holdOrder")


async def stop(
    work: UnitOfWork, order: Order, reason: HoldReason, note: str | None, by: str
) -> Order:
    """The same for a locked order, by whoever walks there."""
    changes: dict[str, OrderStatus] = {}
    if order.status is not HELD:
        held = ORDER.walk(order.status, HELD, by=by)
        changes = {"status": held, "held_from": order.status}
    reasons = await _reasons(work, order.id)
    if reason in reasons:
        return order
    await lines.add_hold(work, order, reason, note)
    order = await orders.save(work, order, changes)
    _announce_held(work, order, {*reasons, reason})
    return order


async def release(
    work: UnitOfWork, id: ID, reason: HoldReason | None, expected: int | None
) -> Order:
    """Without `reason`, all holds end; with the last one, the order is where it was before."""
    order = await at_version(work, Scope(), id, expected)
    before = order.held_from
    if before is None:
        raise ORDER.refusal(order.status, order.status)
    reasons = await _reasons(work, id)
    if reason is not None and reason not in reasons:
        raise Refused(NotFoundError(field=["reason"]))
    await lines.remove_holds(work, id, reason)
    left = set() if reason is None else reasons - {reason}
    if left:
        order = await orders.save(work, order, {})
        _announce_held(work, order, left)
        return order
    back = ORDER.walk(HELD, before, by="releaseOrder")
    order = await orders.save(work, order, {"status": back, "held_from": None})
    released = OrderReleased(aggregate_id=id, customer_id=order.customer_id, status=back.name)
    emit(work, released)
    await sagas.wake(work, SAGA, id)
    return order


async def cancel(
    work: UnitOfWork, scope: Scope, id: ID, reason: CancelReason, expected: int | None
) -> Order:
    """Only what has not been shipped; by its customer only before it is being packed."""
    order = await at_version(work, scope, id, expected)
    ORDER.walk(order.status, CANCELED, by="cancelOrder")
    reached = order.held_from or order.status
    shipped = any(line.shipped for line in (await lines.of_orders(work, [id]))[id])
    if shipped or (scope.owner is not None and reached not in BEFORE_FULFILLING):
        raise too_late(order)
    order = await end(work, order, reason, by="cancelOrder")
    await sagas.cancel(work, SAGA, id)
    return order


async def end(work: UnitOfWork, order: Order, reason: CancelReason, by: str) -> Order:
    """Nothing of a locked order is left to be done."""
    status = ORDER.walk(order.status, CANCELED, by=by)
    await lines.cancel_rest(work, order.id)
    await lines.remove_holds(work, order.id, None)
    changes = {"status": status, "held_from": None, "cancel_reason": reason}
    order = await orders.save(work, order, changes)
    emit(
        work,
        OrderCanceled(
            aggregate_id=order.id,
            customer_id=order.customer_id,
            reservation_id=order.reservation_id,
            reason=reason.name,
        ),
    )
    return order


async def add_note(work: UnitOfWork, id: ID, text: str) -> Order:
    """A note says something about the order and changes nothing of it: no version rises."""
    order = await found(work, Scope(), id)
    await lines.add_note(work, order, text)
    return order


async def _reasons(work: UnitOfWork, id: ID) -> set[HoldReason]:
    return {hold.reason for hold in (await lines.holds(work, [id]))[id]}


def _announce_held(work: UnitOfWork, order: Order, reasons: set[HoldReason]) -> None:
    names = sorted(reason.name for reason in reasons)
    emit(work, OrderHeld(aggregate_id=order.id, customer_id=order.customer_id, reasons=names))


def too_late(order: Order, target: OrderStatus = CANCELED) -> Refused:
    """The edge is there, but not for this caller, or not now."""
    allowed = [to.name for to in order.allowed_transitions() if to is not target]
    return Refused(InvalidTransitionError(from_=order.status.name, to=target.name, allowed=allowed))
