"""SQL over prices: rows that begin at an instant and hold until the next one begins."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from models import product as tables
from subgraphs.kit import ID, Reads, Scope, UnitOfWork, page_size
from subgraphs.product.types import Price

PRICE = tables.price.c
PRICES = select(
    PRICE.variant_id,
    PRICE.currency,
    PRICE.valid_from,
    PRICE.amount.label("units"),
    PRICE.created_at,
)
LATEST = PRICES.ext(distinct_on(PRICE.variant_id, PRICE.currency)).order_by(
    PRICE.variant_id, PRICE.currency, PRICE.valid_from.desc()
)


async def valid_at(
    db: Reads, variants: Sequence[ID], scope: Scope, currency: str, at: datetime, now: datetime
) -> dict[ID, Price]:
    """What was, is or will be valid at `at`. The public knows only what is valid now."""
    begun = LATEST.where(
        PRICE.variant_id.in_(variants),
        PRICE.currency == currency,
        PRICE.valid_from <= (now if scope.public else at),
    )
    found = await db.fetch(begun, Price)
    return {price.variant_id: price for price in found if price.valid_from <= at}


async def current(db: Reads, variants: Sequence[ID], now: datetime) -> dict[tuple[ID, str], Price]:
    """What is valid now, by variant and currency."""
    rows = LATEST.where(PRICE.variant_id.in_(variants), PRICE.valid_from <= now)
    return {(price.variant_id, price.currency): price for price in await db.fetch(rows, Price)}


async def listed(
    db: Reads, variants: Sequence[ID], scope: Scope, now: datetime, first: int
) -> dict[ID, list[Price]]:
    """By currency, the newest first, at most `first` of each variant.

    The public sees one per currency, that of now.
    """
    current = LATEST.where(PRICE.valid_from <= now) if scope.public else PRICES
    rows = current.where(PRICE.variant_id.in_(variants)).subquery()
    order = (rows.c.currency, rows.c.valid_from.desc())
    place = func.row_number().over(partition_by=rows.c.variant_id, order_by=order).label("place")
    ranked = select(*rows.c, place).subquery()
    columns = [column for column in ranked.c if column.key != "place"]
    capped = select(*columns).where(ranked.c.place <= page_size(first))
    found: dict[ID, list[Price]] = {id: [] for id in variants}
    for price in await db.fetch(capped.order_by(ranked.c.variant_id, ranked.c.place), Price):
        found[price.variant_id].append(price)
    return found


async def priced(db: Reads, variants: Sequence[ID], now: datetime) -> set[ID]:
    """Which of them have a price now, in any currency."""
    rows = (
        select(PRICE.variant_id)
        .distinct()
        .where(PRICE.variant_id.in_(variants), PRICE.valid_from <= now)
    )
    return {row[0] for row in await db.rows(rows)}


async def put(work: UnitOfWork, prices: Sequence[Price]) -> None:
    """Write them; one that begins at the same instant is replaced. Lock the variants first."""
    if not prices:
        return
    row = upsert(tables.price)
    row = row.on_conflict_do_update(
        index_elements=["variant_id", "currency", "valid_from"],
        set_={"amount": row.excluded.amount, "created_at": row.excluded.created_at},
    )
    await work.execute(
        row,
        [
            {
                "variant_id": price.variant_id,
                "currency": price.currency,
                "valid_from": price.valid_from,
                "amount": price.units,
                "created_at": price.created_at,
            }
            for price in prices
        ],
    )
