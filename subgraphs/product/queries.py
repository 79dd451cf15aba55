"""Root fields that list; those that find one come from the resolvers."""

from subgraphs.kit import ID, Connection, Direction, Info, invalid, line, query
from subgraphs.product import policy
from subgraphs.product.filters import (
    CategorySort,
    CategoryWhere,
    ProductSort,
    ProductSortField,
    ProductVariantSort,
    ProductVariantWhere,
    ProductWhere,
)
from subgraphs.product.repository import categories as category_rows
from subgraphs.product.repository import products as product_rows
from subgraphs.product.repository import variants as variant_rows
from subgraphs.product.types import Category, Product, ProductVariant

LONGEST_SEARCH = 200
BEST_FIRST = ProductSort(field=ProductSortField.RELEVANCE, direction=Direction.DESC)


@query(policy.READ)
async def products(
    info: Info,
    search: str | None = None,
    category: ID | None = None,
    where: ProductWhere | None = None,
    order_by: ProductSort | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[Product]:
    """`search` reads names, brands and descriptions as a search engine does ("linen -shirt");
    `category` takes its subcategories in.
    """
    if search is not None:
        search = line(search, LONGEST_SEARCH, "search")
    elif order_by is not None and order_by.field is ProductSortField.RELEVANCE:
        raise invalid("Relevance is an order of what was searched for.", "orderBy", "field")
    order = order_by or (ProductSort() if search is None else BEST_FIRST)
    return await product_rows.page(
        info.db, info.scope, where, search, category, order, first, after
    )


@query(policy.READ)
async def product_variants(
    info: Info,
    where: ProductVariantWhere | None = None,
    order_by: ProductVariantSort | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[ProductVariant]:
    order = order_by or ProductVariantSort()
    return await variant_rows.page(info.db, info.scope, where, order, first, after)


@query(policy.CATEGORIES)
async def categories(
    info: Info,
    where: CategoryWhere | None = None,
    order_by: CategorySort | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[Category]:
    return await category_rows.page(info.db, where, order_by or CategorySort(), first, after)
