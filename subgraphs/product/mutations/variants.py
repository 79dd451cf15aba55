"""Mutations of single variants and of their prices."""

from datetime import datetime

import strawberry

from subgraphs.kit import (
    ID,
    Info,
    Maybe,
    MoneyInput,
    UnitOfWork,
    amount,
    at_least,
    input,
    line,
    mutation,
)
from subgraphs.product import policy
from subgraphs.product.errors import ArchivedError, OptionsTakenError, SkuTakenError
from subgraphs.product.options import (
    ProductVariantOptionInput,
    checked_options,
    checked_sku,
    not_null,
)
from subgraphs.product.service import prices
from subgraphs.product.service import variants as service
from subgraphs.product.service.variants import VariantChanges
from subgraphs.product.types import ProductVariant

LONGEST_NAME = 120


@input
class CreateProductVariantInput:
    """`sku` is kept in upper case and never changes."""

    product_id: ID
    sku: str
    name: str | None = None
    options: list[ProductVariantOptionInput] = strawberry.field(default_factory=list)
    weight_grams: int | None = None
    idempotency_key: str | None = None


@mutation(policy.WRITE, SkuTakenError, OptionsTakenError, ArchivedError)
async def create_product_variant(
    info: Info, work: UnitOfWork, input: CreateProductVariantInput
) -> ProductVariant:
    """Active from the start, but sellable only with its product."""
    changes = VariantChanges(
        name=checked_name(input.name, "name"),
        option_pairs=checked_options(input.options, "options"),
        weight_grams=checked_weight(input.weight_grams, "weightGrams"),
    )
    return await service.create(work, input.product_id, checked_sku(input.sku, "sku"), changes)


@input
class UpdateProductVariantInput:
    """What is left out stays as it is; null takes a value away."""

    variant_id: ID
    name: Maybe[str | None]
    options: Maybe[list[ProductVariantOptionInput] | None]
    weight_grams: Maybe[int | None]
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.WRITE, OptionsTakenError, ArchivedError)
async def update_product_variant(
    info: Info, work: UnitOfWork, input: UpdateProductVariantInput
) -> ProductVariant:
    changes = checked_changes(input.name, input.options, input.weight_grams)
    return await service.update(work, input.variant_id, changes, input.expected_version)


@input
class ArchiveProductVariantInput:
    variant_id: ID
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.APPROVE)
async def archive_product_variant(
    info: Info, work: UnitOfWork, input: ArchiveProductVariantInput
) -> ProductVariant:
    """For good; its SKU stays taken, its options are free again."""
    return await service.archive(work, input.variant_id, input.expected_version)


@input
class SetPriceInput:
    """`validFrom` is now, unless given; a price that begins at the same instant is replaced."""

    variant_id: ID
    price: MoneyInput
    valid_from: datetime | None = None
    expected_version: int | None = None
    idempotency_key: str | None = None
    dry_run: bool = False


@mutation(policy.APPROVE, ArchivedError)
async def set_price(info: Info, work: UnitOfWork, input: SetPriceInput) -> ProductVariant:
    units = amount(input.price.money(), "price")
    return await prices.set_price(
        work,
        input.variant_id,
        units,
        input.price.currency_code,
        input.valid_from,
        input.expected_version,
    )


def checked_changes(
    name: Maybe[str | None],
    options: Maybe[list[ProductVariantOptionInput] | None],
    weight_grams: Maybe[int | None],
    *path: str | int,
) -> VariantChanges:
    """What was given; `path` leads to the input that it stands in."""
    changes = VariantChanges()
    if name:
        changes["name"] = checked_name(name.value, *path, "name")
    if options:
        given = not_null(options.value, *path, "options")
        changes["option_pairs"] = checked_options(given, *path, "options")
    if weight_grams:
        changes["weight_grams"] = checked_weight(weight_grams.value, *path, "weightGrams")
    return changes


def checked_name(name: str | None, *path: str | int) -> str | None:
    return None if name is None else line(name, LONGEST_NAME, *path)


def checked_weight(grams: int | None, *path: str | int) -> int | None:
    if grams is not None:
        at_least(0, grams, *path)
    return grams
