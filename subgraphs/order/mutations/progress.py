"""Hold, release, confirm, cancel and annotate an order."""

from subgraphs.kit import ID, Info, UnitOfWork, input, length, mutation
from subgraphs.order import policy
from subgraphs.order.enums import CancelReason, HoldReason
from subgraphs.order.service import confirmation, progress
from subgraphs.order.settings import OrderSettings
from subgraphs.order.types import Order

LONGEST_NOTE = 2000


@input
class HoldOrderInput:
    """`note` is for staff."""

    order_id: ID
    reason: HoldReason
    note: str | None = None
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.APPROVE)
async def hold_order(info: Info, work: UnitOfWork, input: HoldOrderInput) -> Order:
    """Stop an order for a reason; it goes on when every reason is gone."""
    note = None if input.note is None else length(input.note, LONGEST_NOTE, "note")
    review = info.settings(OrderSettings).review
    return await progress.hold(
        work, input.order_id, input.reason, note, input.expected_version, review
    )


@input
class ReleaseOrderInput:
    """Without `reason`, all holds end."""

    order_id: ID
    reason: HoldReason | None = None
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.APPROVE)
async def release_order(info: Info, work: UnitOfWork, input: ReleaseOrderInput) -> Order:
    """End one hold, or all; after the last one the order is where it was before them."""
    return await progress.release(work, input.order_id, input.reason, input.expected_version)


@input
class ConfirmOrderInput:
    order_id: ID
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.APPROVE)
async def confirm_order(info: Info, work: UnitOfWork, input: ConfirmOrderInput) -> Order:
    """Let a PLACED order go on, where orders are confirmed by hand; it is CONFIRMED soon after."""
    return await confirmation.confirm(work, input.order_id, input.expected_version)


@input
class CancelOrderInput:
    order_id: ID
    reason: CancelReason = CancelReason.CUSTOMER_REQUEST
    expected_version: int | None = None
    idempotency_key: str


@mutation(policy.WRITE)
async def cancel_order(info: Info, work: UnitOfWork, input: CancelOrderInput) -> Order:
    """End an order of which nothing was shipped; its customer may until it is being packed."""
    return await progress.cancel(
        work, info.scope, input.order_id, input.reason, input.expected_version
    )


@input
class AddOrderNoteInput:
    order_id: ID
    text: str
    idempotency_key: str | None = None


@mutation(policy.WRITE_ANY)
async def add_order_note(info: Info, work: UnitOfWork, input: AddOrderNoteInput) -> Order:
    """Write something about an order that only staff reads."""
    text = length(input.text, LONGEST_NOTE, "text")
    return await progress.add_note(work, input.order_id, text)
