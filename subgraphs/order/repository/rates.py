"""Shipping methods and tax rates: everybody's, kept by staff."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Update, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models import order as tables
from subgraphs.kit import (
    ID,
    Connection,
    Direction,
    Money,
    Reads,
    Scope,
    UnitOfWork,
    keyset,
    matching,
)
from subgraphs.order.enums import TaxClass
from subgraphs.order.filters import TaxRateSort, TaxRateWhere
from subgraphs.order.types import ShippingMethod, TaxRate

METHOD = tables.shipping_method.c
RATE = tables.tax_rate.c
METHOD_COLUMNS = [
    column.label("price_minor") if column.name == "price" else column for column in METHOD
]
METHODS = select(*METHOD_COLUMNS)
RATES = select(tables.tax_rate)

Taxed = tuple[str, TaxClass]
"""What a rate is for: a country and a class of goods."""


async def methods(db: Reads, ids: Sequence[ID]) -> dict[ID, ShippingMethod]:
    found = await db.fetch(METHODS.where(METHOD.id.in_(ids)), ShippingMethod)
    return {method.id: method for method in found}


async def methods_page(
    db: Reads,
    scope: Scope,
    country: str | None,
    currency: str | None,
    first: int,
    after: str | None,
) -> Connection[ShippingMethod]:
    """By code; those that ship to `country` and cost `currency`."""
    rows = METHODS.where(scope.shows(METHOD.active))
    if country is not None:
        rows = rows.where(METHOD.countries.contains([country]))
    if currency is not None:
        rows = rows.where(METHOD.currency == currency)
    return await keyset(
        db,
        rows,
        ShippingMethod,
        by=METHOD.code,
        tiebreak=METHOD.id,
        direction=Direction.ASC,
        first=first,
        after=after,
    )


async def put_method(
    work: UnitOfWork, code: str, name: str, price: Money, countries: Sequence[str], active: bool
) -> ShippingMethod:
    """Made, or changed where it differs; `code` is its key."""
    values = {
        "name": name,
        "price": price.minor,
        "currency": price.currency_code,
        "countries": [*countries],
        "active": active,
    }
    row = upsert(tables.shipping_method).values(
        id=work.new_id("shm"), code=code, created_at=work.now, updated_at=work.now, **values
    )
    row = row.on_conflict_do_nothing(index_elements=["code"])
    made = await work.fetch(row.returning(*METHOD_COLUMNS), ShippingMethod)
    if not made:
        changed = _changed(update(tables.shipping_method).where(METHOD.code == code), work, METHOD)
        made = await work.fetch(changed.values(**values).returning(*METHOD_COLUMNS), ShippingMethod)
    return made[0]


async def lock_method(work: UnitOfWork, code: str) -> ShippingMethod | None:
    found = await work.fetch(METHODS.where(METHOD.code == code).with_for_update(), ShippingMethod)
    return found[0] if found else None


async def rates_by_id(db: Reads, ids: Sequence[ID]) -> dict[ID, TaxRate]:
    return {rate.id: rate for rate in await db.fetch(RATES.where(RATE.id.in_(ids)), TaxRate)}


async def rates_of(db: Reads, wanted: Sequence[Taxed]) -> dict[Taxed, Decimal]:
    rows = RATES.where(tuple_(RATE.country, RATE.tax_class).in_(wanted))
    return {(rate.country, rate.tax_class): rate.rate for rate in await db.fetch(rows, TaxRate)}


async def rates_page(
    db: Reads, where: TaxRateWhere | None, sort: TaxRateSort, first: int, after: str | None
) -> Connection[TaxRate]:
    return await keyset(
        db,
        RATES.where(*matching(where, tables.tax_rate)),
        TaxRate,
        by=RATE[sort.field.value],
        tiebreak=RATE.id,
        direction=sort.direction,
        first=first,
        after=after,
    )


async def lock_rate(work: UnitOfWork, taxed: Taxed) -> TaxRate | None:
    country, tax_class = taxed
    rows = RATES.where(RATE.country == country, RATE.tax_class == tax_class)
    found = await work.fetch(rows.with_for_update(), TaxRate)
    return found[0] if found else None


async def put_rate(work: UnitOfWork, taxed: Taxed, rate: Decimal) -> TaxRate:
    """Made, or changed; a country and a class of goods are its key."""
    country, tax_class = taxed
    row = upsert(tables.tax_rate).values(
        id=work.new_id("txr"),
        country=country,
        tax_class=tax_class,
        rate=rate,
        created_at=work.now,
        updated_at=work.now,
    )
    row = row.on_conflict_do_nothing(index_elements=["country", "tax_class"])
    made = await work.fetch(row.returning(*RATE), TaxRate)
    if not made:
        old = update(tables.tax_rate).where(RATE.country == country, RATE.tax_class == tax_class)
        changed = _changed(old, work, RATE).values(rate=rate)
        made = await work.fetch(changed.returning(*RATE), TaxRate)
    return made[0]


def _changed(row: Update, work: UnitOfWork, columns: Any) -> Update:
    return row.values(version=columns.version + 1, updated_at=work.now)
