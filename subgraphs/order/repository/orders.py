"""Orders: found within the caller's scope, locked, written."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Text, func, insert, literal, select, true, update

from models import order as tables
from subgraphs.kit import ID, Connection, Reads, Scope, UnitOfWork, keyset, matching
from subgraphs.order.enums import OrderStatus
from subgraphs.order.filters import OrderSort, OrderWhere
from subgraphs.order.types import Order

ORDER = tables.orders.c
AMOUNTS = ("subtotal", "shipping", "shipping_tax", "tax", "discount", "total")
COLUMNS = [
    column.label(f"{column.name}_minor") if column.name in AMOUNTS else column for column in ORDER
]
ORDERS = select(*COLUMNS)


async def by_id(db: Reads, scope: Scope, ids: Sequence[ID]) -> dict[ID, Order]:
    rows = ORDERS.where(ORDER.id.in_(ids), scope.covers(ORDER.customer_id))
    return {order.id: order for order in await db.fetch(rows, Order)}


async def by_number(db: Reads, scope: Scope, numbers: Sequence[str]) -> dict[str, Order]:
    rows = ORDERS.where(ORDER.number.in_(numbers), scope.covers(ORDER.customer_id))
    return {order.number: order for order in await db.fetch(rows, Order)}


async def page(
    db: Reads,
    scope: Scope,
    where: OrderWhere | None,
    sort: OrderSort,
    first: int,
    after: str | None,
) -> Connection[Order]:
    return await keyset(
        db,
        ORDERS.where(*matching(where, tables.orders), scope.covers(ORDER.customer_id)),
        Order,
        by=ORDER[sort.field.value],
        tiebreak=ORDER.id,
        direction=sort.direction,
        first=first,
        after=after,
    )


async def of_customers(
    db: Reads, scope: Scope, customers: Sequence[ID], first: int
) -> dict[ID, list[Order]]:
    """The newest `first` of each customer, by one walk over the index for each."""
    wanted = func.unnest(literal([*customers], ARRAY(Text))).table_valued("id").render_derived()
    newest = (
        ORDERS.where(ORDER.customer_id == wanted.c.id, scope.covers(ORDER.customer_id))
        .order_by(ORDER.created_at.desc(), ORDER.id.desc())
        .limit(first)
        .lateral("newest")
    )
    rows = select(newest).select_from(wanted.join(newest, true()))
    found: dict[ID, list[Order]] = {customer: [] for customer in customers}
    for order in await db.fetch(rows, Order):
        found[order.customer_id].append(order)
    for orders in found.values():  # SQL promises no order across a join
        orders.sort(key=lambda order: (order.created_at, order.id), reverse=True)
    return found


async def under_way(
    db: Reads, customers: Sequence[str], ended: Collection[OrderStatus], first: int
) -> list[ID]:
    """The oldest `first` orders of these customers that are in none of the `ended` states."""
    theirs = ORDER.customer_id.in_(customers) & ORDER.status.not_in(ended)
    rows = select(ORDER.id).where(theirs).order_by(ORDER.created_at, ORDER.id).limit(first)
    return [row.id for row in await db.rows(rows)]


async def lock(work: UnitOfWork, scope: Scope, id: ID, *, shared: bool = False) -> Order | None:
    """`shared`: for reading only; whoever wants to write waits, other readers do not."""
    rows = ORDERS.where(ORDER.id == id, scope.covers(ORDER.customer_id))
    found = await work.fetch(rows.with_for_update(read=shared), Order)
    return found[0] if found else None


async def add(work: UnitOfWork, values: Mapping[str, Any]) -> Order:
    """`values` by column; the number comes from the database."""
    row = insert(tables.orders).values(created_at=work.now, updated_at=work.now, **values)
    [order] = await work.fetch(row.returning(*COLUMNS), Order)
    return order


async def save(work: UnitOfWork, order: Order, values: Mapping[str, Any]) -> Order:
    """The next version of a locked order, with `values` by column."""
    row = (
        update(tables.orders)
        .where(ORDER.id == order.id, ORDER.version == order.version)
        .values(version=order.version + 1, updated_at=work.now, **values)
    )
    [saved] = await work.fetch(row.returning(*COLUMNS), Order)
    return saved
