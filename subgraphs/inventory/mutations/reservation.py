"""Keep units for an order, for longer, for good, or no more."""

from datetime import datetime

from subgraphs.inventory import adjusting, policy, reservations
from subgraphs.inventory.allocation import Wanted
from subgraphs.inventory.errors import InsufficientStockError
from subgraphs.inventory.mutations.checks import LARGEST_QUANTITY, check_id, check_quantity
from subgraphs.inventory.types import Reservation
from subgraphs.kit import (
    ID,
    Info,
    NotFoundError,
    Refused,
    UnitOfWork,
    input,
    invalid,
    mutation,
    prepared,
)
from subgraphs.kit.steps import made_by_step

MOST_LINES = 500


@input
class ReservationLineInput:
    """Without a warehouse the units come from wherever most are available."""

    variant_id: ID
    quantity: int
    warehouse_id: ID | None = None


@input
class CreateReservationInput:
    order_id: ID
    customer_id: ID
    lines: list[ReservationLineInput]
    idempotency_key: str


@mutation(policy.RESERVE, InsufficientStockError)
async def create_reservation(
    info: Info, work: UnitOfWork, input: CreateReservationInput
) -> Reservation:
    """Reserve every line or none. Lines of the same variant are added up."""
    check_id(input.order_id, "ord", "orderId")
    check_id(input.customer_id, "cus", "customerId")
    if info.scope.owner not in (None, input.customer_id):
        raise Refused(NotFoundError(field=["customerId"]))
    if not 1 <= len(input.lines) <= MOST_LINES:
        raise invalid(f"Must have 1 to {MOST_LINES} lines.", "lines")
    for index, line in enumerate(input.lines):
        check_id(line.variant_id, "var", "lines", index, "variantId")
        if line.warehouse_id is not None:
            check_id(line.warehouse_id, "whs", "lines", index, "warehouseId")
        check_quantity(1, line.quantity, LARGEST_QUANTITY, "lines", index, "quantity")
    basket = [Wanted(line.variant_id, line.warehouse_id, line.quantity) for line in input.lines]
    return await reservations.create(work, input.order_id, input.customer_id, basket)


@input
class ExtendReservationInput:
    """Without `until`: fifteen minutes from now."""

    reservation_id: ID
    until: datetime | None = None
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.RESERVE)
async def extend_reservation(
    info: Info, work: UnitOfWork, input: ExtendReservationInput
) -> Reservation:
    """Keep an ACTIVE reservation for longer, never for less long."""
    return await reservations.extend(
        work, input.reservation_id, info.scope, input.until, input.expected_version
    )


@input
class CommitReservationInput:
    reservation_id: ID
    expected_version: int | None = None
    idempotency_key: str


@mutation(policy.RESERVE)
async def commit_reservation(
    info: Info, work: UnitOfWork, input: CommitReservationInput
) -> Reservation:
    """The order is confirmed: the reservation no longer expires."""
    return await reservations.commit(work, input.reservation_id, info.scope, input.expected_version)


@input
class ReleaseReservationInput:
    """Either a reservation, or the key of the saga's step that made one: of that, nothing is left,
    even where its command comes later.
    """

    reservation_id: ID | None = None
    step: str | None = None
    expected_version: int | None = None
    idempotency_key: str | None = None


async def _named(info: Info, input: ReleaseReservationInput) -> ID:
    if (input.reservation_id is None) == (input.step is None):
        raise invalid("Either a reservation or a step.", "reservationId")
    if input.step is None:
        assert input.reservation_id is not None  # noqa: S101  # one of the two is given
        return input.reservation_id
    [made] = await made_by_step(info, create_reservation, input.step)
    return ID(made)


@prepared(policy.APPROVE, prepare=_named)
async def release_reservation(
    info: Info, work: UnitOfWork, input: ReleaseReservationInput, id: ID
) -> Reservation:
    """Let go of the units that are not consumed: they can be sold again.

    By its step, also one that has ended by itself: then nothing changes.
    """
    again = input.step is not None
    return await reservations.release(work, id, info.scope, input.expected_version, again)


@input
class ReservedChangeInput:
    """`by` units more, from wherever most are available, or fewer."""

    variant_id: ID
    by: int


@input
class AdjustReservationInput:
    """`step`: where that earlier step of the caller's adjusted it, this takes it back."""

    reservation_id: ID
    lines: list[ReservedChangeInput]
    step: str | None = None
    idempotency_key: str


async def _adjusted(info: Info, input: AdjustReservationInput) -> None:
    if input.step is not None:
        await made_by_step(info, adjust_reservation, input.step)


@prepared(policy.RESERVE, InsufficientStockError, prepare=_adjusted)
async def adjust_reservation(
    info: Info, work: UnitOfWork, input: AdjustReservationInput, _: None
) -> Reservation:
    """Keep more units of some variants, and give others back: all of it or nothing.

    Of a reservation that has ended nothing can be given back any more: then nothing changes.
    """
    if not 1 <= len(input.lines) <= MOST_LINES:
        raise invalid(f"Must have 1 to {MOST_LINES} lines.", "lines")
    changes: dict[ID, int] = {}
    for index, line in enumerate(input.lines):
        check_id(line.variant_id, "var", "lines", index, "variantId")
        check_quantity(1, abs(line.by), LARGEST_QUANTITY, "lines", index, "by")
        if line.variant_id in changes:
            raise invalid("A variant stands in one line only.", "lines", index, "variantId")
        changes[line.variant_id] = line.by
    return await adjusting.adjust(work, input.reservation_id, info.scope, changes)
