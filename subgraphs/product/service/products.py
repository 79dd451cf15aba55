"""The rules of products: what may change when, and what may be published."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict

from events.catalog.product import (
    ProductArchived,
    ProductPaused,
    ProductPublished,
    ProductResumed,
    ProductUpdated,
    VariantArchived,
)
from events.event import Event
from events.outbox import emit
from models.product import ProductStatus, ProductVariantStatus
from models.tax import TaxClass
from subgraphs.kit import ID, NotFoundError, Refused, UnitOfWork, check_version
from subgraphs.kit.types import camel
from subgraphs.product.errors import (
    ArchivedError,
    NotPublishableError,
    PublishBlocker,
    SlugTakenError,
)
from subgraphs.product.repository import categories, prices, products, variants
from subgraphs.product.states import PRODUCT, VARIANT
from subgraphs.product.types import Pairs, Product, ProductVariant

FIELDS = {"attribute_pairs": "attributes", "category_id": "category"}
"""What clients call the fields that are stored under another name."""


class ProductChanges(TypedDict, total=False):
    """New values of some fields."""

    name: str
    slug: str | None
    description: str
    brand: str | None
    tax_class: TaxClass
    category_id: ID | None
    attribute_pairs: Pairs


async def create(work: UnitOfWork, changes: ProductChanges) -> Product:
    await _claim_slug(work, changes)
    await _check(work, changes, None)
    blank = Product(
        id=ID(work.new_id("prd")),
        name="",
        slug=None,
        description="",
        brand=None,
        status=ProductStatus.DRAFT,
        tax_class=TaxClass.STANDARD,
        category_id=None,
        attribute_pairs=[],
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )
    product = replace(blank, **changes)
    await products.add(work, product)
    return product


async def update(
    work: UnitOfWork, id: ID, changes: ProductChanges, expected: int | None
) -> Product:
    await _claim_slug(work, changes)
    product = await live(work, id, expected)
    await _check(work, changes, product)
    changed = [name for name, value in changes.items() if getattr(product, name) != value]
    if not changed:
        return product
    product = replace(product, **changes, version=product.version + 1, updated_at=work.now)
    await products.save(work, product)
    names = [FIELDS.get(name, camel(name)) for name in changed]
    emit(work, ProductUpdated(aggregate_id=id, fields=names))
    return product


async def publish(work: UnitOfWork, id: ID, expected: int | None) -> Product:
    """From DRAFT for the first time, or from PAUSED again."""
    product = await locked(work, id, expected)
    PRODUCT.walk(product.status, ProductStatus.ACTIVE, by="publishProduct")
    await _check_publishable(work, id)
    event = ProductResumed if product.status is ProductStatus.PAUSED else ProductPublished
    return await _become(work, product, ProductStatus.ACTIVE, event(aggregate_id=id))


async def pause(work: UnitOfWork, id: ID, expected: int | None) -> Product:
    product = await locked(work, id, expected)
    PRODUCT.walk(product.status, ProductStatus.PAUSED, by="pauseProduct")
    return await _become(work, product, ProductStatus.PAUSED, ProductPaused(aggregate_id=id))


async def archive(work: UnitOfWork, id: ID, expected: int | None) -> Product:
    """For good, with all its variants."""
    product = await locked(work, id, expected)
    PRODUCT.walk(product.status, ProductStatus.ARCHIVED, by="archiveProduct")
    await archive_variants(work, await variants.lock_live(work, id), by="archiveProduct")
    return await _become(work, product, ProductStatus.ARCHIVED, ProductArchived(aggregate_id=id))


async def archive_variants(
    work: UnitOfWork, live: Sequence[ProductVariant], by: str
) -> list[ProductVariant]:
    archived = [
        replace(
            variant,
            status=VARIANT.walk(variant.status, ProductVariantStatus.ARCHIVED, by=by),
            version=variant.version + 1,
            updated_at=work.now,
        )
        for variant in live
    ]
    await variants.save(work, archived)
    for variant in archived:
        emit(work, VariantArchived(aggregate_id=variant.id, product_id=variant.product_id))
    return archived


async def locked(work: UnitOfWork, id: ID, expected: int | None) -> Product:
    product = (await products.lock(work, [id])).get(id)
    if product is None:
        raise Refused(NotFoundError(field=["productId"]))
    check_version(product.version, expected)
    return product


async def live(work: UnitOfWork, id: ID, expected: int | None = None) -> Product:
    """The product, locked, unless it is archived: then nothing about it changes any more."""
    product = await locked(work, id, expected)
    if product.status is ProductStatus.ARCHIVED:
        raise Refused(ArchivedError(archived_id=id, field=["productId"]))
    return product


async def _claim_slug(work: UnitOfWork, changes: ProductChanges) -> None:
    if slug := changes.get("slug"):
        await products.claim(work, "slug", [slug])


async def _check(work: UnitOfWork, changes: ProductChanges, product: Product | None) -> None:
    slug = changes.get("slug")
    kept = product is not None and product.slug == slug
    if slug is not None and not kept and await products.has_slug(work, slug):
        raise Refused(SlugTakenError(slug=slug, field=["slug"]))
    category = changes.get("category_id")
    if category is not None and not await categories.by_id(work, [category]):
        raise Refused(NotFoundError(field=["categoryId"]))


async def _check_publishable(work: UnitOfWork, id: ID) -> None:
    offered = [variant.id for variant in await variants.live(work, [id])]
    if not offered:
        raise Refused(NotPublishableError(reasons=[PublishBlocker.NO_ACTIVE_VARIANT]))
    if not await prices.priced(work, offered, work.now):
        raise Refused(NotPublishableError(reasons=[PublishBlocker.NO_PRICED_VARIANT]))


async def _become(
    work: UnitOfWork, product: Product, status: ProductStatus, event: Event
) -> Product:
    product = replace(product, status=status, version=product.version + 1, updated_at=work.now)
    await products.save(work, product)
    emit(work, event)
    return product
