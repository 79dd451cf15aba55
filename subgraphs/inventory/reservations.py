"""The rules of reservations: claims of orders on stock, which end by use, release or time.

Locks are taken in one order everywhere: the schedule's row, the reservation, stock levels by id.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from events.catalog.inventory import (
    ReservationCommitted,
    ReservationCreated,
    ReservationExpired,
    ReservationReleased,
)
from events.outbox import emit
from models.inventory import ReservationStatus
from subgraphs.inventory import repository
from subgraphs.inventory import reservation_repository as store
from subgraphs.inventory.allocation import Wanted, allocate
from subgraphs.inventory.ledger import Claim, claim
from subgraphs.inventory.states import HOLDING, RESERVATION, derived_status
from subgraphs.inventory.types import Reservation, ReservationLine
from subgraphs.kit import (
    EVERY_ROW,
    ID,
    NotFoundError,
    Refused,
    Scope,
    UnitOfWork,
    check_version,
    invalid,
    schedule,
)
from subgraphs.kit.scalars import print_time

EXPIRY = "reservation_expiry"
TTL = timedelta(minutes=15)
LONGEST_HOLD = timedelta(days=30)


async def create(
    work: UnitOfWork, order_id: ID, customer_id: ID, basket: Sequence[Wanted]
) -> Reservation:
    """Keep all of the basket for the order, or nothing."""
    variants = sorted({line.variant_id for line in basket})
    levels = {level.id: level for level in await repository.lock_variants(work, variants)}
    taken = allocate(basket, levels.values())
    made = Reservation(
        id=ID(work.new_id("rsv")),
        order_id=order_id,
        customer_id=customer_id,
        status=ReservationStatus.ACTIVE,
        expires_at=work.now + TTL,
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )
    await store.add(work, made, taken, levels)
    await claim(work, [Claim(levels[id], quantity) for id, quantity in taken.items()])
    await schedule.at(work, EXPIRY, made.id, made.expires_at)
    emit(
        work,
        ReservationCreated(
            aggregate_id=made.id,
            order_id=order_id,
            customer_id=customer_id,
            expires_at=print_time(made.expires_at),
        ),
    )
    return made


async def extend(
    work: UnitOfWork, id: ID, scope: Scope, until: datetime | None, expected: int | None
) -> Reservation:
    """Keep the units until then, or for another TTL; never for less long than before."""
    found = await _held(work, id, scope, expected)
    if found.status is not ReservationStatus.ACTIVE:
        raise RESERVATION.refusal(found.status, ReservationStatus.ACTIVE)
    if until is not None and not work.now < until <= work.now + LONGEST_HOLD:
        raise invalid(f"Must be within the next {LONGEST_HOLD.days} days.", "until")
    expires_at = max(found.expires_at, until or work.now + TTL)
    await schedule.at(work, EXPIRY, id, expires_at)
    return await _save(work, replace(found, expires_at=expires_at))


async def commit(work: UnitOfWork, id: ID, scope: Scope, expected: int | None) -> Reservation:
    """The units are sold: they stay reserved, without a time limit, until they leave the house."""
    found = await _held(work, id, scope, expected)
    to = ReservationStatus.COMMITTED
    status = RESERVATION.walk(found.status, to, by="commitReservation")
    lines = (await store.lines(work, [id]))[id]
    sold = [replace(line, committed=line.committed + line.reserved, reserved=0) for line in lines]
    await store.save_lines(work, id, sold)
    emit(work, ReservationCommitted(**_whose(found)))
    return await _save(work, replace(found, status=status))


async def release(
    work: UnitOfWork, id: ID, scope: Scope, expected: int | None, again: bool = False
) -> Reservation:
    """Give back what is not consumed; `again`: or find that it has been given back already."""
    found = await _held(work, id, scope, expected)
    if again and found.status not in HOLDING:
        return found
    return await _end(work, found, by="releaseReservation")


async def release_rest(work: UnitOfWork, order_id: ID) -> None:
    """The order is canceled: whatever is still held for it, by whichever reservation, goes back."""
    for id in await store.held_for(work, order_id):
        await schedule.cancel(work, EXPIRY, id)
        found = await store.lock_reservation(work, id, EVERY_ROW)
        if found is not None and found.status in HOLDING:
            await _end(work, found, by="order.canceled")


async def expire(work: UnitOfWork, id: ID) -> None:
    """The time is up; the schedule, which calls this, holds the timer's row."""
    found = await store.lock_reservation(work, id, EVERY_ROW)
    if found is None or found.status is not ReservationStatus.ACTIVE:
        return
    lines = (await store.lines(work, [id]))[id]
    after = _given_back(lines)
    to = derived_status(after, given_back=ReservationStatus.EXPIRED)
    status = RESERVATION.walk(found.status, to, by=f"timer {EXPIRY}")
    await _give_back(work, id, lines, after)
    emit(work, ReservationExpired(**_whose(found)))
    await _save(work, replace(found, status=status))


async def _end(work: UnitOfWork, found: Reservation, by: str) -> Reservation:
    """What the locked reservation holds goes back."""
    lines = (await store.lines(work, [found.id]))[found.id]
    after = _given_back(lines)
    to = derived_status(after)
    status = RESERVATION.walk(found.status, to, by=by)
    await _give_back(work, found.id, lines, after)
    emit(work, ReservationReleased(**_whose(found)))
    return await _save(work, replace(found, status=status))


async def _held(work: UnitOfWork, id: ID, scope: Scope, expected: int | None) -> Reservation:
    """The locked reservation, its timer stopped; a refusal undoes that, too."""
    await schedule.cancel(work, EXPIRY, id)
    found = await store.lock_reservation(work, id, scope)
    if found is None:
        raise Refused(NotFoundError(field=["reservationId"]))
    check_version(found.version, expected)
    return found


def _given_back(lines: Sequence[ReservationLine]) -> list[ReservationLine]:
    return [
        replace(line, reserved=0, committed=0, released=line.released + line.held) for line in lines
    ]


async def _give_back(
    work: UnitOfWork, id: ID, before: Sequence[ReservationLine], after: Sequence[ReservationLine]
) -> None:
    held = {line.stock_level_id: line.held for line in before if line.held}
    levels = await repository.lock_levels(work, list(held))
    await store.save_lines(work, id, after)
    await claim(work, [Claim(level, -held[level.id]) for level in levels.values()])


def _whose(reservation: Reservation) -> dict[str, str]:
    """What every fact about a reservation says."""
    return {
        "aggregate_id": reservation.id,
        "order_id": reservation.order_id,
        "customer_id": reservation.customer_id,
    }


async def _save(work: UnitOfWork, changed: Reservation) -> Reservation:
    saved = replace(changed, version=changed.version + 1, updated_at=work.now)
    await store.save(work, saved)
    return saved
