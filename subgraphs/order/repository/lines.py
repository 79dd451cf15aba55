"""What hangs on an order: its lines, discounts, holds and notes. Whoever has the order has these.

Scopes are checked where the order is looked for; only lines have a key of their own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models import order as tables
from subgraphs.kit import ID, Reads, Scope, UnitOfWork
from subgraphs.order.enums import HoldReason
from subgraphs.order.types import Order, OrderDiscount, OrderHold, OrderLine, OrderNote

ORDER = tables.orders.c
LINE = tables.order_line.c
DISCOUNT = tables.order_discount.c
HOLD = tables.order_hold.c
NOTE = tables.order_note.c

AMOUNTS = ("unit_price", "net", "discount", "tax")
LINE_COLUMNS = [
    column.label(f"{column.name}_minor") if column.name in AMOUNTS else column for column in LINE
]
LINES = select(*LINE_COLUMNS, ORDER.currency).join_from(
    tables.order_line, tables.orders, LINE.order_id == ORDER.id
)
DISCOUNTS = select(
    DISCOUNT.order_id,
    DISCOUNT.position,
    DISCOUNT.amount.label("amount_minor"),
    DISCOUNT.reason,
    DISCOUNT.author,
    DISCOUNT.created_at,
    ORDER.currency,
).join_from(tables.order_discount, tables.orders, DISCOUNT.order_id == ORDER.id)
HOLDS = select(HOLD.order_id, HOLD.reason, HOLD.note, HOLD.author, HOLD.created_at)


async def by_id(db: Reads, scope: Scope, ids: Sequence[ID]) -> dict[ID, OrderLine]:
    rows = LINES.where(LINE.id.in_(ids), scope.covers(LINE.customer_id))
    return {line.id: line for line in await db.fetch(rows, OrderLine)}


async def of_orders(db: Reads, orders: Sequence[ID]) -> dict[ID, list[OrderLine]]:
    rows = LINES.where(LINE.order_id.in_(orders))
    found: dict[ID, list[OrderLine]] = {order: [] for order in orders}
    for line in await db.fetch(rows.order_by(LINE.position), OrderLine):
        found[line.order_id].append(line)
    return found


async def discounts(db: Reads, orders: Sequence[ID]) -> dict[ID, list[OrderDiscount]]:
    rows = DISCOUNTS.where(DISCOUNT.order_id.in_(orders)).order_by(DISCOUNT.position)
    found: dict[ID, list[OrderDiscount]] = {order: [] for order in orders}
    for discount in await db.fetch(rows, OrderDiscount):
        found[discount.order_id].append(discount)
    return found


async def holds(db: Reads, orders: Sequence[ID]) -> dict[ID, list[OrderHold]]:
    """Oldest first."""
    rows = HOLDS.where(HOLD.order_id.in_(orders)).order_by(HOLD.created_at, HOLD.reason)
    found: dict[ID, list[OrderHold]] = {order: [] for order in orders}
    for hold in await db.fetch(rows, OrderHold):
        found[hold.order_id].append(hold)
    return found


async def notes(db: Reads, orders: Sequence[ID], first: int) -> dict[ID, list[OrderNote]]:
    """The newest `first` of each order, newest first."""
    number = func.row_number().over(partition_by=NOTE.order_id, order_by=NOTE.ordinal.desc())
    ranked = select(tables.order_note, number.label("number")).where(NOTE.order_id.in_(orders))
    note = ranked.subquery().c
    rows = (
        select(note.order_id, note.text, note.author, note.created_at)
        .where(note.number <= first)
        .order_by(note.number)
    )
    found: dict[ID, list[OrderNote]] = {order: [] for order in orders}
    for each in await db.fetch(rows, OrderNote):
        found[each.order_id].append(each)
    return found


async def put(work: UnitOfWork, order: Order, lines: Sequence[Mapping[str, Any]]) -> None:
    """Make these the lines of a locked order, in this order. A variant keeps its line's id.

    `lines` are by column, all with the same ones, without what they have from their order.
    """
    variants = [line["variant_id"] for line in lines]
    gone = delete(tables.order_line).where(LINE.order_id == order.id)
    await work.execute(gone.where(LINE.variant_id.not_in(variants)))
    rows = [
        {
            "id": work.new_id("orl"),
            "order_id": order.id,
            "customer_id": order.customer_id,
            "position": position,
            "created_at": work.now,
            "updated_at": work.now,
            **line,
        }
        for position, line in enumerate(lines)
    ]
    if rows:
        kept = {"id", "order_id", "customer_id", "created_at"}
        row = upsert(tables.order_line)
        changed = {name: row.excluded[name] for name in rows[0].keys() - kept}
        row = row.on_conflict_do_update(
            index_elements=["order_id", "variant_id"],
            set_={**changed, "version": LINE.version + 1},
        )
        await work.execute(row, rows)


async def cancel_rest(work: UnitOfWork, order: ID) -> None:
    """What has not been shipped never will be."""
    rest = update(tables.order_line).where(LINE.order_id == order)
    await work.execute(
        rest.values(
            canceled=LINE.quantity - LINE.shipped, version=LINE.version + 1, updated_at=work.now
        )
    )


async def set_discounts(work: UnitOfWork, order: Order, amounts: Sequence[tuple[int, str]]) -> None:
    """Instead of those that there were: amount in minor units, and reason."""
    await work.execute(delete(tables.order_discount).where(DISCOUNT.order_id == order.id))
    rows = [
        {
            "order_id": order.id,
            "position": position,
            "customer_id": order.customer_id,
            "amount": amount,
            "reason": reason,
            "author": work.cause.actor,
            "created_at": work.now,
        }
        for position, (amount, reason) in enumerate(amounts)
    ]
    if rows:
        await work.execute(insert(tables.order_discount), rows)


async def add_hold(work: UnitOfWork, order: Order, reason: HoldReason, note: str | None) -> None:
    await work.execute(
        insert(tables.order_hold).values(
            order_id=order.id,
            customer_id=order.customer_id,
            reason=reason,
            note=note,
            author=work.cause.actor,
            created_at=work.now,
        )
    )


async def remove_holds(work: UnitOfWork, order: ID, reason: HoldReason | None) -> None:
    """The one with this reason, or all of them."""
    gone = delete(tables.order_hold).where(HOLD.order_id == order)
    await work.execute(gone if reason is None else gone.where(HOLD.reason == reason))


async def add_note(work: UnitOfWork, order: Order, text: str) -> None:
    await work.execute(
        insert(tables.order_note).values(
            order_id=order.id,
            customer_id=order.customer_id,
            text=text,
            author=work.cause.actor,
            created_at=work.now,
        )
    )
