"""All SQL of stock levels and movements. Stock has no owner: a policy grants every row or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Text,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from models import inventory as tables
from subgraphs.inventory.types import (
    Availability,
    StockLevel,
    StockLevelSort,
    StockLevelWhere,
    StockMovement,
    StockMovementSort,
    StockMovementWhere,
)
from subgraphs.kit import (
    ID,
    Connection,
    Direction,
    Reads,
    UnitOfWork,
    keyset,
    keyset_of_each,
    matching,
)

LEVEL = tables.stock_level.c
MOVEMENT = tables.stock_movement.c
LEVELS = select(tables.stock_level)
MOVEMENTS = select(tables.stock_movement)
LOCKED_LEVELS = LEVELS.order_by(LEVEL.id).with_for_update()  # in key order: nobody deadlocks
PLACE = tuple_(LEVEL.variant_id, LEVEL.warehouse_id)
LARGEST_INT = 2**31 - 1
"""Of GraphQL: sums go no further."""

Place = tuple[ID, ID]
"""Where stock lies: variant and warehouse."""


@dataclass(frozen=True, slots=True)
class Change:
    """Units to add to the buckets of one level."""

    id: ID
    available: int = 0
    reserved: int = 0
    quarantined: int = 0
    damaged: int = 0


async def levels(db: Reads, ids: Sequence[ID]) -> dict[ID, StockLevel]:
    found = await db.fetch(LEVELS.where(LEVEL.id.in_(ids)), StockLevel)
    return {level.id: level for level in found}


async def levels_of_variants(
    db: Reads, variants: Sequence[ID], first: int
) -> dict[ID, list[StockLevel]]:
    """At most `first` for each, by warehouse."""
    rows = LEVELS.where(LEVEL.variant_id.in_(variants))
    capped = first_of_each(rows, LEVEL.variant_id, LEVEL.warehouse_id, first)
    found: dict[ID, list[StockLevel]] = {id: [] for id in variants}
    for level in await db.fetch(capped, StockLevel):
        found[level.variant_id].append(level)
    return found


async def levels_of_warehouses(
    db: Reads, warehouses: Sequence[ID], first: int, after: str | None
) -> list[Connection[StockLevel]]:
    """A page for each, the oldest levels first."""
    return await keyset_of_each(
        db,
        LEVELS,
        StockLevel,
        parent=LEVEL.warehouse_id,
        parents=warehouses,
        by=LEVEL.created_at,
        tiebreak=LEVEL.id,
        direction=Direction.ASC,
        first=first,
        after=after,
    )


async def levels_page(
    db: Reads,
    where: StockLevelWhere | None,
    order: StockLevelSort,
    first: int,
    after: str | None,
    only_low: bool = False,
) -> Connection[StockLevel]:
    conditions = [*matching(where, tables.stock_level), *([LEVEL.low] if only_low else [])]
    return await keyset(
        db,
        LEVELS.where(*conditions),
        StockLevel,
        by=LEVEL[order.field.value],
        tiebreak=LEVEL.id,
        direction=order.direction,
        first=first,
        after=after,
    )


async def movements(db: Reads, ids: Sequence[ID]) -> dict[ID, StockMovement]:
    found = await db.fetch(MOVEMENTS.where(MOVEMENT.id.in_(ids)), StockMovement)
    return {movement.id: movement for movement in found}


async def movements_page(
    db: Reads,
    where: StockMovementWhere | None,
    order: StockMovementSort,
    first: int,
    after: str | None,
) -> Connection[StockMovement]:
    return await keyset(
        db,
        MOVEMENTS.where(*matching(where, tables.stock_movement)),
        StockMovement,
        by=MOVEMENT[order.field.value],
        tiebreak=MOVEMENT.id,
        direction=order.direction,
        first=first,
        after=after,
    )


async def availability(db: Reads, variants: Sequence[ID]) -> dict[ID, Availability]:
    total = func.least(func.sum(LEVEL.available), LARGEST_INT).label("available")
    rows = select(LEVEL.variant_id, total).where(LEVEL.variant_id.in_(variants))
    found = await db.fetch(rows.group_by(LEVEL.variant_id), Availability)
    return {each.variant_id: each for each in found}


async def totals(db: Reads, warehouses: Sequence[ID] | None) -> list[Mapping[str, Any]]:
    """Sums by warehouse, in the order of their ids."""
    names = ("available", "reserved", "quarantined", "damaged", "on_hand")
    rows = select(
        LEVEL.warehouse_id,
        func.count().label("levels"),
        func.count().filter(LEVEL.low).label("low_levels"),
        *(func.sum(LEVEL[name]).label(name) for name in names),
    )
    if warehouses is not None:
        rows = rows.where(LEVEL.warehouse_id.in_(warehouses))
    grouped = rows.group_by(LEVEL.warehouse_id).order_by(LEVEL.warehouse_id)
    return [dict(row._mapping) for row in await db.rows(grouped)]


async def lock_levels(work: UnitOfWork, ids: Sequence[ID]) -> dict[ID, StockLevel]:
    found = await work.fetch(LOCKED_LEVELS.where(LEVEL.id.in_(ids)), StockLevel)
    return {level.id: level for level in found}


async def lock_variants(work: UnitOfWork, variants: Sequence[ID]) -> list[StockLevel]:
    return await work.fetch(LOCKED_LEVELS.where(LEVEL.variant_id.in_(variants)), StockLevel)


async def lock_places(work: UnitOfWork, places: Sequence[Place]) -> dict[Place, StockLevel]:
    found = await work.fetch(LOCKED_LEVELS.where(PLACE.in_(places)), StockLevel)
    return {(level.variant_id, level.warehouse_id): level for level in found}


async def begin_levels(work: UnitOfWork, places: Sequence[Place]) -> None:
    """Empty levels where there are none yet; always before any level is locked.

    Whoever waits here holds no row that another's lock could wait for, and new rows come in the
    order of their places: so this cannot deadlock, neither with itself nor with the locks.
    """
    rows = [
        {
            "id": work.new_id("stk"),
            "variant_id": variant,
            "warehouse_id": warehouse,
            "version": 0,
            "created_at": work.now,
            "updated_at": work.now,
        }
        for variant, warehouse in sorted(places)
    ]
    await work.execute(upsert(tables.stock_level).on_conflict_do_nothing(), rows)


async def change_levels(work: UnitOfWork, changes: Sequence[Change]) -> list[StockLevel]:
    """Add to the buckets of locked levels, in one statement."""
    names = ("available", "reserved", "quarantined", "damaged")
    given: list[ColumnElement[Any]] = [literal([each.id for each in changes], ARRAY(Text))]
    for name in names:
        given.append(literal([getattr(each, name) for each in changes], ARRAY(Integer)))
    moved = func.unnest(*given).table_valued("id", *names).render_derived("moved")
    return await work.fetch(
        update(tables.stock_level)
        .where(LEVEL.id == moved.c.id)
        .values(
            **{name: LEVEL[name] + moved.c[name] for name in names},
            version=LEVEL.version + 1,
            updated_at=work.now,
        )
        .returning(*LEVEL),
        StockLevel,
    )


async def set_reorder_point(
    work: UnitOfWork, level: StockLevel, reorder_point: int | None
) -> StockLevel:
    changed = (
        update(tables.stock_level)
        .where(LEVEL.id == level.id, LEVEL.version == level.version)
        .values(reorder_point=reorder_point, version=level.version + 1, updated_at=work.now)
        .returning(*LEVEL)
    )
    [saved] = await work.fetch(changed, StockLevel)
    return saved


async def add_movements(work: UnitOfWork, rows: Sequence[Mapping[str, Any]]) -> None:
    await work.execute(insert(tables.stock_movement), rows)


def first_of_each(
    rows: Select[Any], parent: ColumnElement[Any], by: ColumnElement[Any], first: int
) -> Select[Any]:
    """The `first` rows for each value of `parent`, in the order of `by`, in one statement."""
    rank = func.row_number().over(partition_by=parent, order_by=by).label("rank")
    ranked = rows.add_columns(rank).subquery()
    own = [column for column in ranked.c if column.key != "rank"]
    return select(*own).where(ranked.c.rank <= first).order_by(ranked.c.rank)
