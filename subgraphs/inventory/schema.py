"""What the inventory agent offers."""

from subgraphs.inventory import policy, report, repository
from subgraphs.inventory import reservation_repository as store
from subgraphs.inventory.handlers import HANDLERS
from subgraphs.inventory.loaders import (
    availability_of,
    levels_by_id,
    lines,
    movement_level,
    movements_by_id,
    order_reservations,
    reservations_by_id,
    variant_availability,
    variant_levels,
    warehouse_levels,
)
from subgraphs.inventory.mutations.reservation import (
    adjust_reservation,
    commit_reservation,
    create_reservation,
    extend_reservation,
    release_reservation,
)
from subgraphs.inventory.mutations.stock import (
    adjust_stock,
    receive_stock,
    set_reorder_point,
    set_stock,
    transfer_stock,
)
from subgraphs.inventory.subscriptions import stock_changed
from subgraphs.inventory.timers import TIMERS
from subgraphs.inventory.types import (
    Availability,
    InventoryReport,
    Reservation,
    ReservationSort,
    ReservationWhere,
    StockLevel,
    StockLevelSort,
    StockLevelSortField,
    StockLevelWhere,
    StockMovement,
    StockMovementSort,
    StockMovementWhere,
)
from subgraphs.kit import ID, Connection, Direction, Info, invalid, lookup, query, subgraph

LARGEST_BATCH = 100


@query(policy.READ)
async def stock_levels(
    info: Info,
    where: StockLevelWhere | None = None,
    order_by: StockLevelSort | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[StockLevel]:
    return await repository.levels_page(info.db, where, order_by or StockLevelSort(), first, after)


@query(policy.READ)
async def low_stock(
    info: Info,
    where: StockLevelWhere | None = None,
    order_by: StockLevelSort | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[StockLevel]:
    """Levels with no more available than their reorder point says; the scarcest first."""
    scarcest = StockLevelSort(field=StockLevelSortField.AVAILABLE, direction=Direction.ASC)
    order = order_by or scarcest
    return await repository.levels_page(info.db, where, order, first, after, only_low=True)


@query(policy.READ)
async def stock_movements(
    info: Info,
    where: StockMovementWhere | None = None,
    order_by: StockMovementSort | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[StockMovement]:
    order = order_by or StockMovementSort()
    return await repository.movements_page(info.db, where, order, first, after)


@query(policy.READ)
async def reservations(
    info: Info,
    where: ReservationWhere | None = None,
    order_by: ReservationSort | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[Reservation]:
    order = order_by or ReservationSort()
    return await store.reservations_page(info.db, info.scope, where, order, first, after)


@query(policy.READ)
async def inventory_report(info: Info, warehouse_ids: list[ID] | None = None) -> InventoryReport:
    """All stock, or that of some warehouses."""
    if warehouse_ids is not None and len(warehouse_ids) > LARGEST_BATCH:
        raise invalid(f"At most {LARGEST_BATCH} warehouses.", "warehouseIds")
    return report.inventory_report(info.now, await repository.totals(info.db, warehouse_ids))


@query(policy.AVAILABILITY)
async def availability(info: Info, variant_id: ID) -> Availability:
    """What can be sold of a variant now; none of one that is unknown."""
    [found] = await availability_of(info, [variant_id])
    return found


@query(policy.AVAILABILITY)
async def availability_batch(info: Info, variant_ids: list[ID]) -> list[Availability]:
    """For at most 100 variants, in their order."""
    if len(variant_ids) > LARGEST_BATCH:
        raise invalid(f"At most {LARGEST_BATCH} variants.", "variantIds")
    return await availability_of(info, variant_ids)


schema = subgraph(
    "inventory",
    queries=[
        lookup(levels_by_id),
        stock_levels,
        availability,
        availability_batch,
        lookup(reservations_by_id),
        reservations,
        stock_movements,
        low_stock,
        inventory_report,
    ],
    mutations=[
        adjust_stock,
        set_stock,
        transfer_stock,
        receive_stock,
        create_reservation,
        extend_reservation,
        commit_reservation,
        release_reservation,
        adjust_reservation,
        set_reorder_point,
    ],
    subscriptions=[stock_changed],
    resolvers=[levels_by_id, movements_by_id, reservations_by_id],
    fields=[
        lines,
        movement_level,
        variant_availability,
        variant_levels,
        warehouse_levels,
        order_reservations,
    ],
    timers=TIMERS,
    handlers=HANDLERS,
)
