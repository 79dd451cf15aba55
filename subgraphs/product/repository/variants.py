"""SQL over variants. Who is not of the staff sees the active ones of published products."""

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, func, insert, select, update

from models import product as tables
from models.product import ProductVariantStatus
from subgraphs.kit import (
    ID,
    Connection,
    Reads,
    Scope,
    UnitOfWork,
    keyset,
    matching,
    page_size,
)
from subgraphs.product.filters import ProductVariantSort, ProductVariantWhere
from subgraphs.product.options import options_key
from subgraphs.product.repository.products import PRODUCT, PUBLISHED
from subgraphs.product.types import ProductVariant

VARIANT = tables.product_variant.c
LIVE = VARIANT.status == ProductVariantStatus.ACTIVE
SHOWN = and_(LIVE, PUBLISHED)
COLUMNS = (
    VARIANT.id,
    VARIANT.sku,
    VARIANT.name,
    VARIANT.status,
    PRODUCT.tax_class,
    VARIANT.weight_grams,
    VARIANT.product_id,
    PRODUCT.name.label("product_name"),
    PRODUCT.status.label("product_status"),
    VARIANT.options.label("option_pairs"),
    VARIANT.version,
    VARIANT.created_at,
    VARIANT.updated_at,
)
VARIANTS = select(*COLUMNS).join_from(
    tables.product_variant, tables.product, VARIANT.product_id == PRODUCT.id
)
LOCKED = VARIANTS.order_by(VARIANT.id).with_for_update(of=tables.product_variant)


async def by_id(db: Reads, ids: Sequence[ID], scope: Scope) -> dict[ID, ProductVariant]:
    rows = VARIANTS.where(VARIANT.id.in_(ids), scope.shows(SHOWN))
    return {variant.id: variant for variant in await db.fetch(rows, ProductVariant)}


async def by_sku(db: Reads, skus: Sequence[str], scope: Scope) -> dict[str, ProductVariant]:
    rows = VARIANTS.where(VARIANT.sku.in_(skus), scope.shows(SHOWN))
    return {variant.sku: variant for variant in await db.fetch(rows, ProductVariant)}


async def page(
    db: Reads,
    scope: Scope,
    where: ProductVariantWhere | None,
    order: ProductVariantSort,
    first: int,
    after: str | None,
) -> Connection[ProductVariant]:
    return await keyset(
        db,
        VARIANTS.where(scope.shows(SHOWN), *matching(where, tables.product_variant)),
        ProductVariant,
        by=VARIANT[order.field.value],
        tiebreak=VARIANT.id,
        direction=order.direction,
        first=first,
        after=after,
    )


async def by_product(
    db: Reads, products: Sequence[ID], scope: Scope, first: int
) -> dict[ID, list[ProductVariant]]:
    """The oldest `first` of each product."""
    place = func.row_number().over(
        partition_by=VARIANT.product_id, order_by=(VARIANT.created_at, VARIANT.sku)
    )
    ranked = (
        VARIANTS.add_columns(place.label("place"))
        .where(VARIANT.product_id.in_(products), scope.shows(SHOWN))
        .subquery()
    )
    columns = [column for column in ranked.c if column.key != "place"]
    rows = select(*columns).where(ranked.c.place <= page_size(first))
    found: dict[ID, list[ProductVariant]] = {id: [] for id in products}
    order = (ranked.c.product_id, ranked.c.place)
    for variant in await db.fetch(rows.order_by(*order), ProductVariant):
        found[variant.product_id].append(variant)
    return found


async def lock(work: UnitOfWork, ids: Sequence[ID]) -> dict[ID, ProductVariant]:
    found = await work.fetch(LOCKED.where(VARIANT.id.in_(ids)), ProductVariant)
    return {variant.id: variant for variant in found}


async def live(db: Reads, products: Sequence[ID]) -> list[ProductVariant]:
    """The variants of these products that are not archived."""
    return await db.fetch(VARIANTS.where(VARIANT.product_id.in_(products), LIVE), ProductVariant)


async def lock_live(work: UnitOfWork, product: ID) -> list[ProductVariant]:
    """The variants of a product that are not archived. Lock the product first."""
    return await work.fetch(LOCKED.where(VARIANT.product_id == product, LIVE), ProductVariant)


async def product_of(db: Reads, id: ID) -> ID | None:
    """The product that a variant belongs to, for good."""
    found = await db.rows(select(VARIANT.product_id).where(VARIANT.id == id))
    return found[0].product_id if found else None


async def add(work: UnitOfWork, made: Sequence[ProductVariant]) -> None:
    if made:
        rows = [_values(each) | _origin(each) for each in made]
        await work.execute(insert(tables.product_variant), rows)


async def save(work: UnitOfWork, changed: Sequence[ProductVariant]) -> None:
    """Each carries its next version; the rows are locked, so they hold the one before."""
    if not changed:
        return
    row = update(tables.product_variant).where(VARIANT.id == bindparam("the_id"))
    rows = [_values(each) | {"the_id": each.id} for each in changed]
    await work.execute(row.values({name: bindparam(name) for name in _values(changed[0])}), rows)


def _values(variant: ProductVariant) -> dict[str, object]:
    return {
        "name": variant.name,
        "options": variant.option_pairs,
        "options_key": options_key(variant.option_pairs),
        "status": variant.status,
        "weight_grams": variant.weight_grams,
        "version": variant.version,
        "updated_at": variant.updated_at,
    }


def _origin(variant: ProductVariant) -> dict[str, object]:
    """What never changes."""
    return {
        "id": variant.id,
        "sku": variant.sku,
        "product_id": variant.product_id,
        "created_at": variant.created_at,
    }
