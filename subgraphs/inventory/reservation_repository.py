"""All SQL of reservations: each statement carries the scope of who asks."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ARRAY, Integer, Text, func, insert, literal, select, update

from models import inventory as tables
from subgraphs.inventory.repository import first_of_each
from subgraphs.inventory.states import HOLDING
from subgraphs.inventory.types import (
    Reservation,
    ReservationLine,
    ReservationSort,
    ReservationWhere,
    StockLevel,
)
from subgraphs.kit import ID, Connection, Reads, Scope, UnitOfWork, keyset, matching

LINE = tables.reservation_line.c
RESERVATION = tables.reservation.c
LINES = select(tables.reservation_line).order_by(LINE.stock_level_id)
RESERVATIONS = select(tables.reservation)


async def reservations(db: Reads, ids: Sequence[ID], scope: Scope) -> dict[ID, Reservation]:
    rows = RESERVATIONS.where(RESERVATION.id.in_(ids), scope.covers(RESERVATION.customer_id))
    return {each.id: each for each in await db.fetch(rows, Reservation)}


async def reservations_of_orders(
    db: Reads, orders: Sequence[ID], scope: Scope, first: int
) -> dict[ID, list[Reservation]]:
    """At most `first` for each, the newest first."""
    mine = scope.covers(RESERVATION.customer_id)
    rows = RESERVATIONS.where(RESERVATION.order_id.in_(orders), mine)
    found: dict[ID, list[Reservation]] = {id: [] for id in orders}
    capped = first_of_each(rows, RESERVATION.order_id, RESERVATION.id.desc(), first)
    for each in await db.fetch(capped, Reservation):
        found[each.order_id].append(each)
    return found


async def reservations_page(
    db: Reads,
    scope: Scope,
    where: ReservationWhere | None,
    order: ReservationSort,
    first: int,
    after: str | None,
) -> Connection[Reservation]:
    mine = scope.covers(RESERVATION.customer_id)
    return await keyset(
        db,
        RESERVATIONS.where(mine, *matching(where, tables.reservation)),
        Reservation,
        by=RESERVATION[order.field.value],
        tiebreak=RESERVATION.id,
        direction=order.direction,
        first=first,
        after=after,
    )


async def lines(db: Reads, ids: Sequence[ID]) -> dict[ID, list[ReservationLine]]:
    """Of reservations that the caller was given."""
    found: dict[ID, list[ReservationLine]] = {id: [] for id in ids}
    for line in await db.fetch(LINES.where(LINE.reservation_id.in_(ids)), ReservationLine):
        found[line.reservation_id].append(line)
    return found


async def lock_reservation(work: UnitOfWork, id: ID, scope: Scope) -> Reservation | None:
    mine = scope.covers(RESERVATION.customer_id)
    found = await work.fetch(
        RESERVATIONS.where(RESERVATION.id == id, mine).with_for_update(), Reservation
    )
    return found[0] if found else None


async def held_for(work: UnitOfWork, order_id: ID) -> list[ID]:
    """The reservations that keep units for the order, in the order in which they are locked."""
    rows = select(RESERVATION.id).where(
        RESERVATION.order_id == order_id, RESERVATION.status.in_(HOLDING)
    )
    return [ID(row.id) for row in await work.rows(rows.order_by(RESERVATION.id))]


async def add(
    work: UnitOfWork, made: Reservation, taken: Mapping[ID, int], levels: Mapping[ID, StockLevel]
) -> None:
    """The reservation with one line for each level that gives units."""
    await work.execute(
        insert(tables.reservation).values(
            id=made.id,
            order_id=made.order_id,
            customer_id=made.customer_id,
            status=made.status,
            expires_at=made.expires_at,
            version=made.version,
            created_at=made.created_at,
            updated_at=made.updated_at,
        )
    )
    await add_lines(work, made.id, taken, levels, "reserved")


async def add_lines(
    work: UnitOfWork,
    reservation: ID,
    taken: Mapping[ID, int],
    levels: Mapping[ID, StockLevel],
    column: str,
) -> None:
    """One line for each level that gives units; `column` says how they are held."""
    rows = [
        {
            "reservation_id": reservation,
            "stock_level_id": id,
            "variant_id": levels[id].variant_id,
            "warehouse_id": levels[id].warehouse_id,
            column: quantity,
        }
        for id, quantity in taken.items()
    ]
    if rows:
        await work.execute(insert(tables.reservation_line), rows)


async def save(work: UnitOfWork, changed: Reservation) -> None:
    """`changed` carries the next version; the row must still hold the one before."""
    [_] = await work.rows(
        update(tables.reservation)
        .where(RESERVATION.id == changed.id, RESERVATION.version == changed.version - 1)
        .values(
            status=changed.status,
            expires_at=changed.expires_at,
            version=changed.version,
            updated_at=changed.updated_at,
        )
        .returning(RESERVATION.id)
    )


async def save_lines(work: UnitOfWork, reservation: ID, lines: Sequence[ReservationLine]) -> None:
    """The quantities of all lines of a locked reservation, in one statement."""
    names = ("reserved", "committed", "consumed", "released")
    now = func.unnest(
        literal([line.stock_level_id for line in lines], ARRAY(Text)),
        *(literal([getattr(line, name) for line in lines], ARRAY(Integer)) for name in names),
    ).table_valued("level", *names)
    given = now.render_derived("given")
    await work.execute(
        update(tables.reservation_line)
        .where(LINE.reservation_id == reservation, LINE.stock_level_id == given.c.level)
        .values(**{name: given.c[name] for name in names})
    )
