"""SQL over products. Who is not of the staff sees the ACTIVE ones."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, func, insert, literal, select, text, update

from models import product as tables
from models.product import ProductStatus
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
from subgraphs.product.filters import ProductSort, ProductSortField, ProductWhere
from subgraphs.product.repository.categories import below
from subgraphs.product.types import Product

PRODUCT = tables.product.c
PUBLISHED = PRODUCT.status == ProductStatus.ACTIVE
MILLION = 1_000_000
COLUMNS = (
    PRODUCT.id,
    PRODUCT.name,
    PRODUCT.slug,
    PRODUCT.description,
    PRODUCT.brand,
    PRODUCT.status,
    PRODUCT.tax_class,
    PRODUCT.category_id,
    PRODUCT.attributes.label("attribute_pairs"),
    PRODUCT.version,
    PRODUCT.created_at,
    PRODUCT.updated_at,
)
PRODUCTS = select(*COLUMNS)
LOCKED = PRODUCTS.order_by(PRODUCT.id).with_for_update()

CLAIM = text("""
    SELECT pg_advisory_xact_lock(name) FROM (
        SELECT DISTINCT hashtextextended('product.' || :kind || ':' || name, 0) AS name
        FROM unnest(CAST(:names AS text[])) AS name ORDER BY 1
    ) AS claimed
""")


async def claim(work: UnitOfWork, kind: str, names: Sequence[str]) -> None:
    """Nobody else decides on these names (SKUs, slugs) until the work ends. First of all locks."""
    await work.rows(CLAIM, {"kind": kind, "names": list(names)})


async def by_id(db: Reads, ids: Sequence[ID], scope: Scope) -> dict[ID, Product]:
    rows = PRODUCTS.where(PRODUCT.id.in_(ids), scope.shows(PUBLISHED))
    return {product.id: product for product in await db.fetch(rows, Product)}


async def page(
    db: Reads,
    scope: Scope,
    where: ProductWhere | None,
    search: str | None,
    category: ID | None,
    order: ProductSort,
    first: int,
    after: str | None,
) -> Connection[Product]:
    rows = PRODUCTS.where(scope.shows(PUBLISHED), *matching(where, tables.product))
    by: ColumnElement[Any] = PRODUCT.id
    if search is not None:
        wanted = func.websearch_to_tsquery(text("'english'"), search)
        rank = func.ts_rank(PRODUCT.search, wanted) * MILLION
        relevance = cast(rank, Integer).label("relevance")
        rows = rows.where(PRODUCT.search.op("@@")(wanted)).add_columns(relevance)
        by = relevance
    if order.field is not ProductSortField.RELEVANCE:
        by = PRODUCT[order.field.value]
    if category is not None:
        rows = rows.where(PRODUCT.category_id.in_(below(category)))
    return await keyset(
        db,
        rows,
        Product,
        by=by,
        tiebreak=PRODUCT.id,
        direction=order.direction,
        first=first,
        after=after,
    )


async def by_category(
    db: Reads, categories: Sequence[ID], scope: Scope, first: int
) -> dict[ID, list[Product]]:
    """The newest `first` of each category."""
    place = func.row_number().over(
        partition_by=PRODUCT.category_id, order_by=(PRODUCT.created_at.desc(), PRODUCT.id.desc())
    )
    ranked = (
        PRODUCTS.add_columns(place.label("place"))
        .where(PRODUCT.category_id.in_(categories), scope.shows(PUBLISHED))
        .subquery()
    )
    columns = [column for column in ranked.c if column.key != "place"]
    rows = select(*columns).where(ranked.c.place <= page_size(first))
    found: dict[ID, list[Product]] = {id: [] for id in categories}
    order = (ranked.c.category_id, ranked.c.place)
    for product in await db.fetch(rows.order_by(*order), Product):
        assert product.category_id is not None  # noqa: S101  # the condition above
        found[product.category_id].append(product)
    return found


async def lock(work: UnitOfWork, ids: Sequence[ID]) -> dict[ID, Product]:
    found = await work.fetch(LOCKED.where(PRODUCT.id.in_(ids)), Product)
    return {product.id: product for product in found}


async def has_slug(work: UnitOfWork, slug: str) -> bool:
    return bool(await work.rows(select(literal(1)).where(PRODUCT.slug == slug)))


async def add(work: UnitOfWork, made: Product) -> None:
    await work.execute(
        insert(tables.product).values({**_values(made), "created_at": made.created_at})
    )


async def save(work: UnitOfWork, changed: Product) -> None:
    """`changed` carries the next version; the row must still hold the one before."""
    row = update(tables.product).where(
        PRODUCT.id == changed.id, PRODUCT.version == changed.version - 1
    )
    [_] = await work.rows(row.values(_values(changed)).returning(PRODUCT.id))


def _values(product: Product) -> dict[str, object]:
    return {
        "id": product.id,
        "name": product.name,
        "slug": product.slug,
        "description": product.description,
        "brand": product.brand,
        "status": product.status,
        "tax_class": product.tax_class,
        "category_id": product.category_id,
        "attributes": product.attribute_pairs,
        "version": product.version,
        "updated_at": product.updated_at,
    }
