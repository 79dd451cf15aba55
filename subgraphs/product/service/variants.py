"""The rules of variants: unique SKUs, and options that tell siblings apart."""

from dataclasses import replace
from typing import TypedDict

from events.catalog.product import ProductUpdated
from events.outbox import emit
from models.product import ProductVariantStatus
from subgraphs.kit import EVERY_ROW, ID, NotFoundError, Refused, UnitOfWork, check_version
from subgraphs.product.errors import ArchivedError, OptionsTakenError, SkuTakenError
from subgraphs.product.options import options_key
from subgraphs.product.repository import products, variants
from subgraphs.product.service.products import archive_variants
from subgraphs.product.service.products import live as live_product
from subgraphs.product.types import Pairs, Product, ProductVariant


class VariantChanges(TypedDict, total=False):
    """New values of some fields."""

    name: str | None
    option_pairs: Pairs
    weight_grams: int | None


async def create(
    work: UnitOfWork, product_id: ID, sku: str, changes: VariantChanges
) -> ProductVariant:
    await products.claim(work, "sku", [sku])
    product = await live_product(work, product_id)
    if await variants.by_sku(work, [sku], EVERY_ROW):
        raise Refused(SkuTakenError(sku=sku, field=["sku"]))
    variant = fresh(work, product, sku, changes)
    await _check_options(work, variant)
    await variants.add(work, [variant])
    announce(work, product.id)
    return variant


async def update(
    work: UnitOfWork, id: ID, changes: VariantChanges, expected: int | None
) -> ProductVariant:
    variant = await _locked(work, id, expected)
    if variant.status is ProductVariantStatus.ARCHIVED:
        raise Refused(ArchivedError(archived_id=id, field=["variantId"]))
    changed = altered(work, variant, changes)
    if changed is variant:
        return variant
    await _check_options(work, changed)
    await variants.save(work, [changed])
    announce(work, changed.product_id)
    return changed


async def archive(work: UnitOfWork, id: ID, expected: int | None) -> ProductVariant:
    variant = await _locked(work, id, expected)
    [archived] = await archive_variants(work, [variant], by="archiveProductVariant")
    return archived


def fresh(work: UnitOfWork, product: Product, sku: str, changes: VariantChanges) -> ProductVariant:
    """A variant that is not stored yet."""
    blank = ProductVariant(
        id=ID(work.new_id("var")),
        sku=sku,
        name=None,
        status=ProductVariantStatus.ACTIVE,
        tax_class=product.tax_class,
        weight_grams=None,
        product_id=product.id,
        product_name=product.name,
        product_status=product.status,
        option_pairs=[],
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )
    return replace(blank, **changes)


def altered(work: UnitOfWork, variant: ProductVariant, changes: VariantChanges) -> ProductVariant:
    """The next version; the very variant where nothing is new."""
    if all(getattr(variant, name) == value for name, value in changes.items()):
        return variant
    return risen(work, replace(variant, **changes))


def risen(work: UnitOfWork, variant: ProductVariant) -> ProductVariant:
    return replace(variant, version=variant.version + 1, updated_at=work.now)


def announce(work: UnitOfWork, product_id: ID) -> None:
    emit(work, ProductUpdated(aggregate_id=product_id, fields=["variants"]))


async def _locked(work: UnitOfWork, id: ID, expected: int | None) -> ProductVariant:
    """Behind its product: everybody who locks both does it in this order."""
    product = await variants.product_of(work, id)
    if product is None:
        raise Refused(NotFoundError(field=["variantId"]))
    await products.lock(work, [product])
    variant = (await variants.lock(work, [id]))[id]
    check_version(variant.version, expected)
    return variant


async def _check_options(work: UnitOfWork, variant: ProductVariant) -> None:
    """The product is locked, so nobody adds to its variants meanwhile."""
    wanted = options_key(variant.option_pairs)
    for other in await variants.live(work, [variant.product_id]):
        if other.id != variant.id and options_key(other.option_pairs) == wanted:
            raise Refused(OptionsTakenError(sku=other.sku, field=["options"]))
