"""Batched: entities by key, and fields that need the database."""

from collections.abc import Sequence

from subgraphs.inventory import policy, repository
from subgraphs.inventory import reservation_repository as store
from subgraphs.inventory.types import (
    Availability,
    Order,
    ProductVariant,
    Reservation,
    ReservationLine,
    StockLevel,
    StockMovement,
    Warehouse,
)
from subgraphs.kit import ID, Connection, Info, field, page_size, resolver


@resolver(StockLevel, "id", policy.READ)
async def levels_by_id(ids: Sequence[ID], info: Info) -> list[StockLevel | None]:
    found = await repository.levels(info.db, ids)
    return [found.get(id) for id in ids]


@resolver(StockMovement, "id", policy.READ)
async def movements_by_id(ids: Sequence[ID], info: Info) -> list[StockMovement | None]:
    found = await repository.movements(info.db, ids)
    return [found.get(id) for id in ids]


@resolver(Reservation, "id", policy.READ)
async def reservations_by_id(ids: Sequence[ID], info: Info) -> list[Reservation | None]:
    found = await store.reservations(info.db, ids, info.scope)
    return [found.get(id) for id in ids]


@field(StockMovement, policy.READ, name="stock_level")
async def movement_level(parents: Sequence[StockMovement], info: Info) -> list[StockLevel]:
    found = await repository.levels(info.db, [parent.stock_level_id for parent in parents])
    return [found[parent.stock_level_id] for parent in parents]


@field(Reservation, policy.READ)
async def lines(parents: Sequence[Reservation], info: Info) -> list[list[ReservationLine]]:
    """One for each stock level that gives units."""
    found = await store.lines(info.db, [parent.id for parent in parents])
    return [found[parent.id] for parent in parents]


@field(ProductVariant, policy.AVAILABILITY, name="availability")
async def variant_availability(parents: Sequence[ProductVariant], info: Info) -> list[Availability]:
    return await availability_of(info, [parent.id for parent in parents])


@field(ProductVariant, policy.READ, name="stock_levels")
async def variant_levels(
    parents: Sequence[ProductVariant], info: Info, *, first: int = 100
) -> list[list[StockLevel]]:
    """At most 100, by warehouse."""
    ids = [parent.id for parent in parents]
    found = await repository.levels_of_variants(info.db, ids, page_size(first))
    return [found[id] for id in ids]


@field(Warehouse, policy.READ, name="stock_levels")
async def warehouse_levels(
    parents: Sequence[Warehouse], info: Info, *, first: int = 20, after: str | None = None
) -> list[Connection[StockLevel]]:
    ids = [parent.id for parent in parents]
    return await repository.levels_of_warehouses(info.db, ids, first, after)


@field(Order, policy.READ, name="reservations")
async def order_reservations(
    parents: Sequence[Order], info: Info, *, first: int = 100
) -> list[list[Reservation]]:
    """At most 100, the newest first."""
    ids = [parent.id for parent in parents]
    found = await store.reservations_of_orders(info.db, ids, info.scope, page_size(first))
    return [found[id] for id in ids]


async def availability_of(info: Info, variants: Sequence[ID]) -> list[Availability]:
    found = await repository.availability(info.db, variants)
    return [found.get(id) or Availability(variant_id=id, available=0) for id in variants]
