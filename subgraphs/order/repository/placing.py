"""Generations: which reservation an order may be placed with, and which never again.

Nothing here changes what a caller sees, so no version rises.
"""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models import order as tables
from subgraphs.kit import ID, UnitOfWork

ORDER = tables.orders.c
PLACEMENT = tables.placement.c


async def end_generation(work: UnitOfWork, order: ID, generation: int) -> bool:
    """Nothing will ever be placed with the reservation of `generation`: True makes it an orphan.

    False where the order has been placed, perhaps with this very reservation. An order that was
    edited meanwhile is past that generation already, one that was canceled needs none.
    """
    ended = (
        update(tables.orders)
        .where(ORDER.id == order, ORDER.placed_at.is_(None))
        .values(generation=func.greatest(ORDER.generation, generation + 1))
    )
    return await work.execute(ended) == 1


async def reserve_anew(work: UnitOfWork, order: ID, reservation: ID, generation: int) -> None:
    """A placed order whose reservation has expired is sold with another."""
    row = update(tables.orders).where(ORDER.id == order)
    await work.execute(row.values(reservation_id=reservation, generation=generation))


async def begin_placement(
    work: UnitOfWork, principal: str, key: str, customer: ID, demand: str
) -> ID:
    """The id of the order that this call is to make: that of an earlier try that was cut short.

    `demand` is a digest of what is to be reserved. Where it is another one, the key has expired
    since and serves another order.
    """
    row = upsert(tables.placement).values(
        principal=principal,
        key=key,
        order_id=work.new_id("ord"),
        demand=demand,
        customer_id=customer,
        created_at=work.now,
    )
    new = row.excluded
    row = row.on_conflict_do_update(
        index_elements=["principal", "key"],
        set_={
            "order_id": new.order_id,
            "demand": new.demand,
            "customer_id": new.customer_id,
            "created_at": new.created_at,
        },
        where=(PLACEMENT.demand != new.demand) | (PLACEMENT.customer_id != new.customer_id),
    )
    await work.execute(row)
    mine = select(PLACEMENT.order_id).where(PLACEMENT.principal == principal, PLACEMENT.key == key)
    [(order,)] = await work.rows(mine)
    return ID(order)


async def end_placement(work: UnitOfWork, order: ID) -> bool:
    """Whoever gets True decides what becomes of the reservation: placed with, or released."""
    return await work.execute(delete(tables.placement).where(PLACEMENT.order_id == order)) == 1


async def prune_placements(work: UnitOfWork, before: datetime) -> int:
    """Forget the tries that nobody took up again; their reservations have expired."""
    return await work.execute(delete(tables.placement).where(PLACEMENT.created_at < before))
