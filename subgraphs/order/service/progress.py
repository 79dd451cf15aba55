"""How an order goes on, or does not: holds, releases, cancellation, notes."""

from events.catalog.order import OrderCanceled, OrderHeld, OrderReleased
from events.outbox import emit
from subgraphs.kit import (
    ID,
    InvalidTransitionError,
    NotFoundError,
    Refused,
    Scope,
    UnitOfWork,
    check_version,
)
from subgraphs.order.enums import CancelReason, HoldReason, OrderStatus
from subgraphs.order.repository import lines, orders
from subgraphs.order.service.drafts import found
from subgraphs.order.states import BEFORE_FULFILLING, ORDER
from subgraphs.order.types import Order

HELD, CANCELED = OrderStatus.ON_HOLD, OrderStatus.CANCELED


async def hold(
    work: UnitOfWork, id: ID, reason: HoldReason, note: str | None, expected: int | None
) -> Order:
    """One more reason not to go on; one that is there already changes nothing."""
    order = await _at_version(work, Scope(), id, expected)
    changes: dict[str, OrderStatus] = {}
    if order.status is not HELD:
        held = ORDER.walk(order.status, HELD, by="holdOrder")
        changes = {"status": held, "held_from": order.status}
    reasons = await _reasons(work, id)
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
    order = await _at_version(work, Scope(), id, expected)
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
    return order


async def cancel(
    work: UnitOfWork, scope: Scope, id: ID, reason: CancelReason, expected: int | None
) -> Order:
    """Only what has not been shipped; by its customer only before it is being packed."""
    order = await _at_version(work, scope, id, expected)
    ORDER.walk(order.status, CANCELED, by="cancelOrder")
    reached = order.held_from or order.status
    shipped = any(line.shipped for line in (await lines.of_orders(work, [id]))[id])
    if shipped or (scope.owner is not None and reached not in BEFORE_FULFILLING):
        raise _too_late(order)
    await lines.cancel_rest(work, id)
    await lines.remove_holds(work, id, None)
    changes = {"status": CANCELED, "held_from": None, "cancel_reason": reason}
    order = await orders.save(work, order, changes)
    emit(
        work,
        OrderCanceled(
            aggregate_id=id,
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


async def _at_version(work: UnitOfWork, scope: Scope, id: ID, expected: int | None) -> Order:
    order = await found(work, scope, id)
    check_version(order.version, expected)
    return order


async def _reasons(work: UnitOfWork, id: ID) -> set[HoldReason]:
    return {hold.reason for hold in (await lines.holds(work, [id]))[id]}


def _announce_held(work: UnitOfWork, order: Order, reasons: set[HoldReason]) -> None:
    names = sorted(reason.name for reason in reasons)
    emit(work, OrderHeld(aggregate_id=order.id, customer_id=order.customer_id, reasons=names))


def _too_late(order: Order) -> Refused:
    """The edge is there, but not for this caller, or not any more."""
    allowed = [to.name for to in order.allowed_transitions() if to is not CANCELED]
    return Refused(
        InvalidTransitionError(from_=order.status.name, to=CANCELED.name, allowed=allowed)
    )
