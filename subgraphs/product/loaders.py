"""Batched: entities by key, and fields that need the database."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from subgraphs.kit import ID, CurrencyCode, Info, Money, field, resolver
from subgraphs.product import policy
from subgraphs.product.options import normal_sku
from subgraphs.product.repository import categories, prices, products, variants
from subgraphs.product.types import Category, Price, Product, ProductVariant


@resolver(Product, "id", policy.READ)
async def products_by_id(ids: Sequence[ID], info: Info) -> list[Product | None]:
    found = await products.by_id(info.db, ids, info.scope)
    return [found.get(id) for id in ids]


@resolver(ProductVariant, "id", policy.READ)
async def variants_by_id(ids: Sequence[ID], info: Info) -> list[ProductVariant | None]:
    found = await variants.by_id(info.db, ids, info.scope)
    return [found.get(id) for id in ids]


@resolver(ProductVariant, "sku", policy.READ)
async def variants_by_sku(skus: Sequence[str], info: Info) -> list[ProductVariant | None]:
    """Upper and lower case are the same."""
    normal = [normal_sku(sku) for sku in skus]
    found = await variants.by_sku(info.db, normal, info.scope)
    return [found.get(sku) for sku in normal]


@resolver(Category, "id", policy.CATEGORIES)
async def categories_by_id(ids: Sequence[ID], info: Info) -> list[Category | None]:
    found = await categories.by_id(info.db, ids)
    return [found.get(id) for id in ids]


@field(Product, policy.READ, name="variants")
async def product_variants_of(
    parents: Sequence[Product], info: Info, *, first: int = 20
) -> list[list[ProductVariant]]:
    """The oldest `first`, at most 100; `productVariants` has all of them."""
    ids = _distinct(parent.id for parent in parents)
    found = await variants.by_product(info.db, ids, info.scope, first)
    return [found[parent.id] for parent in parents]


@field(Product, policy.CATEGORIES, name="category")
async def category_of(parents: Sequence[Product], info: Info) -> list[Category | None]:
    return await _categories(info, [parent.category_id for parent in parents])


@field(ProductVariant, policy.READ, name="product")
async def product_of(parents: Sequence[ProductVariant], info: Info) -> list[Product | None]:
    ids = _distinct(parent.product_id for parent in parents)
    found = await products.by_id(info.db, ids, info.scope)
    return [found.get(parent.product_id) for parent in parents]


@field(ProductVariant, policy.READ, name="price")
async def price_of(
    parents: Sequence[ProductVariant],
    info: Info,
    *,
    currency: CurrencyCode,
    at: datetime | None = None,
) -> list[Money | None]:
    """What one unit costs at `at`, by default now; customers are told what holds now."""
    ids = _distinct(parent.id for parent in parents)
    found = await prices.valid_at(
        info.db, ids, info.scope, currency, info.now if at is None else at, info.now
    )
    return [found[each.id].amount() if each.id in found else None for each in parents]


@field(ProductVariant, policy.READ, name="prices")
async def prices_of(
    parents: Sequence[ProductVariant], info: Info, *, first: int = 20
) -> list[list[Price]]:
    """By currency, the newest first, at most 100. Customers see those of now; staff see the
    former ones and those to come, too.
    """
    ids = _distinct(parent.id for parent in parents)
    found = await prices.listed(info.db, ids, info.scope, info.now, first)
    return [found[parent.id] for parent in parents]


@field(Category, policy.CATEGORIES)
async def parent(parents: Sequence[Category], info: Info) -> list[Category | None]:
    return await _categories(info, [each.parent_id for each in parents])


@field(Category, policy.CATEGORIES)
async def children(
    parents: Sequence[Category], info: Info, *, first: int = 20
) -> list[list[Category]]:
    """By name, at most 100; `categories` has all of them."""
    ids = _distinct(each.id for each in parents)
    found = await categories.children(info.db, ids, first)
    return [found[each.id] for each in parents]


@field(Category, policy.CATEGORIES)
async def path(parents: Sequence[Category], info: Info) -> list[list[Category]]:
    """From the root to this category."""
    found = await categories.paths(info.db, _distinct(each.id for each in parents))
    return [found[each.id] for each in parents]


@field(Category, policy.READ, name="products")
async def products_of(
    parents: Sequence[Category], info: Info, *, first: int = 20
) -> list[list[Product]]:
    """The newest `first` in this very category, at most 100; `products` has all of them."""
    ids = _distinct(each.id for each in parents)
    found = await products.by_category(info.db, ids, info.scope, first)
    return [found[each.id] for each in parents]


async def _categories(info: Info, ids: Sequence[ID | None]) -> list[Category | None]:
    wanted = _distinct(id for id in ids if id is not None)
    found = await categories.by_id(info.db, wanted) if wanted else {}
    return [None if id is None else found.get(id) for id in ids]


def _distinct(ids: Iterable[ID]) -> list[ID]:
    return list(dict.fromkeys(ids))
