"""The only place where stock levels change: buckets, movements and events, together."""

from collections.abc import Sequence
from dataclasses import dataclass

from events.catalog.inventory import StockChanged, StockLow
from events.outbox import emit
from models.inventory import StockBucket, StockMovementKind
from subgraphs.inventory import repository
from subgraphs.inventory.types import StockLevel
from subgraphs.kit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Arrival:
    """`delta` units come into a bucket of a locked level from outside, or leave it."""

    level: StockLevel
    bucket: StockBucket
    delta: int
    kind: StockMovementKind
    reason: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """`quantity` units of a locked level go from available to reserved, or back if negative."""

    level: StockLevel
    quantity: int


async def book(work: UnitOfWork, arrivals: Sequence[Arrival]) -> list[StockLevel]:
    """What is on hand changes: each arrival, at most one for a level, is a movement."""
    changes = [
        repository.Change(arrival.level.id, **{arrival.bucket.value: arrival.delta})
        for arrival in arrivals
    ]
    after = await repository.change_levels(work, changes)
    now = {level.id: level for level in after}
    movements = [
        {
            "id": work.new_id("mov"),
            "stock_level_id": arrival.level.id,
            "level_version": now[arrival.level.id].version,
            "variant_id": arrival.level.variant_id,
            "warehouse_id": arrival.level.warehouse_id,
            "kind": arrival.kind,
            "bucket": arrival.bucket,
            "delta": arrival.delta,
            "on_hand": now[arrival.level.id].on_hand,
            "reason": arrival.reason,
            "actor": work.cause.actor,
            "at": work.now,
        }
        for arrival in arrivals
    ]
    await repository.add_movements(work, movements)
    announce(work, [arrival.level for arrival in arrivals], after)
    return [now[arrival.level.id] for arrival in arrivals]


async def claim(work: UnitOfWork, claims: Sequence[Claim]) -> None:
    """Units change hands inside the house: no movement, what is on hand stays."""
    changes = [
        repository.Change(claim.level.id, available=-claim.quantity, reserved=claim.quantity)
        for claim in claims
    ]
    after = await repository.change_levels(work, changes)
    announce(work, [claim.level for claim in claims], after)


def announce(work: UnitOfWork, before: Sequence[StockLevel], after: Sequence[StockLevel]) -> None:
    """Emit what others need to know of these levels, in the order of their ids."""
    was_low = {level.id: level.low for level in before}
    was = {level.id: buckets(level) for level in before}
    for level in sorted(after, key=lambda level: level.id):
        if buckets(level) != was[level.id]:
            emit(
                work,
                StockChanged(
                    aggregate_id=level.id,
                    variant_id=level.variant_id,
                    warehouse_id=level.warehouse_id,
                    available=level.available,
                    reserved=level.reserved,
                    quarantined=level.quarantined,
                    damaged=level.damaged,
                    on_hand=level.on_hand,
                ),
            )
        if level.low and not was_low[level.id]:
            emit(work, _low(level))


def buckets(level: StockLevel) -> tuple[int, int, int, int]:
    return level.available, level.reserved, level.quarantined, level.damaged


def _low(level: StockLevel) -> StockLow:
    assert level.reorder_point is not None  # noqa: S101  # `low` says so
    return StockLow(
        aggregate_id=level.id,
        variant_id=level.variant_id,
        warehouse_id=level.warehouse_id,
        available=level.available,
        reorder_point=level.reorder_point,
    )
