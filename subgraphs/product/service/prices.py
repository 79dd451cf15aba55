"""The rules of prices: they begin now or later, and what has begun is never rewritten."""

from collections.abc import Sequence
from datetime import datetime

from events.catalog.product import PriceChanged
from events.outbox import emit
from models.product import ProductVariantStatus
from subgraphs.kit import (
    EVERY_ROW,
    ID,
    NotFoundError,
    Refused,
    UnitOfWork,
    check_version,
    invalid,
)
from subgraphs.kit.scalars import print_time
from subgraphs.product.errors import ArchivedError
from subgraphs.product.repository import prices, variants
from subgraphs.product.service.variants import risen
from subgraphs.product.types import Price, ProductVariant


async def set_price(
    work: UnitOfWork,
    variant_id: ID,
    units: int,
    currency: str,
    valid_from: datetime | None,
    expected: int | None,
) -> ProductVariant:
    """Nothing happens where the price is this already."""
    if valid_from is not None and valid_from < work.now:
        raise invalid("A price begins now or later.", "validFrom")
    variant = (await variants.lock(work, [variant_id])).get(variant_id)
    if variant is None:
        raise Refused(NotFoundError(field=["variantId"]))
    check_version(variant.version, expected)
    if variant.status is ProductVariantStatus.ARCHIVED:
        raise Refused(ArchivedError(archived_id=variant_id, field=["variantId"]))
    begin = valid_from or work.now
    found = await prices.valid_at(work, [variant_id], EVERY_ROW, currency, begin, work.now)
    before = found.get(variant_id)
    if before is not None and before.units == units and valid_from in (None, before.valid_from):
        return variant
    await write(work, [beginning(work, variant, units, currency, begin)], [variant])
    variant = risen(work, variant)
    await variants.save(work, [variant])
    return variant


def beginning(
    work: UnitOfWork, variant: ProductVariant, units: int, currency: str, at: datetime
) -> Price:
    return Price(
        variant_id=variant.id,
        units=units,
        currency=currency,
        valid_from=at,
        created_at=work.now,
    )


async def write(work: UnitOfWork, made: Sequence[Price], of: Sequence[ProductVariant]) -> None:
    """Store the prices and announce them; `of` are the variants, locked or not stored yet."""
    await prices.put(work, made)
    for price, variant in zip(made, of, strict=True):
        emit(
            work,
            PriceChanged(
                aggregate_id=f"{variant.id}:{price.currency}",
                variant_id=variant.id,
                product_id=variant.product_id,
                amount=price.units,
                currency=price.currency,
                valid_from=print_time(price.valid_from),
            ),
        )
