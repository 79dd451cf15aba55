"""The mutation of many variants at once."""

from collections import Counter
from collections.abc import Sequence

from subgraphs.kit import (
    ID,
    Info,
    Maybe,
    MoneyInput,
    Refused,
    Row,
    UnitOfWork,
    UserError,
    amount,
    input,
    invalid,
    mutation,
)
from subgraphs.kit.errors import ForbiddenError
from subgraphs.kit.policy import granted
from subgraphs.product import policy
from subgraphs.product.errors import ArchivedError, OptionsTakenError, SkuTakenError
from subgraphs.product.mutations.variants import checked_changes
from subgraphs.product.options import ProductVariantOptionInput, checked_sku, normal_sku
from subgraphs.product.service.bulk import BulkErrorPolicy, Wanted, upsert
from subgraphs.product.types import ProductVariant

MOST_ROWS = 100


@input
class ProductVariantRowInput:
    """A SKU that exists is updated, a new one needs its `productId`. `price` begins now."""

    sku: str
    product_id: ID | None = None
    name: Maybe[str | None]
    options: Maybe[list[ProductVariantOptionInput] | None]
    weight_grams: Maybe[int | None]
    price: MoneyInput | None = None
    expected_version: int | None = None


@input
class BulkUpsertProductVariantsInput:
    """Up to 100 rows. Prices need the right to `setPrice`."""

    rows: list[ProductVariantRowInput]
    error_policy: BulkErrorPolicy = BulkErrorPolicy.REJECT_ALL
    idempotency_key: str
    dry_run: bool = False


@mutation(policy.WRITE, SkuTakenError, OptionsTakenError, ArchivedError)
async def bulk_upsert_product_variants(
    info: Info, work: UnitOfWork, input: BulkUpsertProductVariantsInput
) -> list[Row[ProductVariant]]:
    """Each row has its own outcome, in the order of the input."""
    if not 1 <= len(input.rows) <= MOST_ROWS:
        raise invalid(f"Must have 1 to {MOST_ROWS} rows.", "rows")
    _check_rights(info, input.rows)
    skus = Counter(normal_sku(row.sku) for row in input.rows)
    wanted: list[Wanted] = []
    errors: dict[int, Sequence[UserError]] = {}
    for number, row in enumerate(input.rows):
        try:
            wanted.append(_wanted(number, row, skus))
        except Refused as refused:
            errors[number] = refused.errors
    return await upsert(work, len(input.rows), wanted, errors, input.error_policy)


def _check_rights(info: Info, rows: Sequence[ProductVariantRowInput]) -> None:
    """A bulk is no way around who may set prices."""
    priced = [str(number) for number, row in enumerate(rows) if row.price is not None]
    if priced and granted(policy.APPROVE, info.principal, "Mutation.setPrice") is None:
        raise Refused(ForbiddenError(field=["rows", priced[0], "price"]))


def _wanted(number: int, row: ProductVariantRowInput, skus: Counter[str]) -> Wanted:
    path = ("rows", number)
    sku = checked_sku(row.sku, *path, "sku")
    if skus[sku] > 1:
        raise invalid("Another row has this SKU, too.", *path, "sku")
    return Wanted(
        row=number,
        sku=sku,
        product_id=row.product_id,
        changes=checked_changes(row.name, row.options, row.weight_grams, *path),
        price=None if row.price is None else _price(row.price, *path, "price"),
        expected=row.expected_version,
    )


def _price(given: MoneyInput, *path: str | int) -> tuple[int, str]:
    return amount(given.money(), *path), given.currency_code
