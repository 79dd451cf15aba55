"""Many variants at once, by SKU: each row is decided on by itself, then all are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, auto

from models.product import ProductStatus, ProductVariantStatus
from subgraphs.kit import (
    EVERY_ROW,
    ID,
    NotFoundError,
    Refused,
    Row,
    StaleVersionError,
    UnitOfWork,
    UserError,
    enum,
    invalid,
)
from subgraphs.product.errors import ArchivedError, OptionsTakenError, SkuTakenError
from subgraphs.product.options import options_key
from subgraphs.product.repository import prices, products, variants
from subgraphs.product.service.prices import beginning, write
from subgraphs.product.service.variants import VariantChanges, altered, announce, fresh, risen
from subgraphs.product.types import Price, Product, ProductVariant


@enum
class BulkErrorPolicy(StrEnum):
    """What one bad row means for the good ones: nothing is applied, or they are."""

    REJECT_ALL = auto()
    APPLY_VALID = auto()


@dataclass(frozen=True, slots=True)
class Wanted:
    """One sound row of the input; `price` is minor units and currency."""

    row: int
    sku: str
    product_id: ID | None
    changes: VariantChanges
    price: tuple[int, str] | None
    expected: int | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a row comes to: the variant as it will be, and the price that begins."""

    row: int
    before: ProductVariant | None
    after: ProductVariant
    price: Price | None


@dataclass(frozen=True, slots=True)
class Book:
    """What the rows are decided on, all of it locked. `options` says who holds which."""

    work: UnitOfWork
    products: Mapping[ID, Product]
    variants: Mapping[str, ProductVariant]
    prices: Mapping[tuple[ID, str], Price]
    options: dict[tuple[ID, str], ProductVariant] = field(default_factory=dict)

    def decide(self, wanted: Wanted) -> Decided:
        before = self.variants.get(wanted.sku)
        after = self._new(wanted) if before is None else self._next(wanted, before)
        self._hold(wanted, after)
        price = self._price(wanted, after)
        if before is after and price is not None:
            after = risen(self.work, after)
        return Decided(wanted.row, before, after, price)

    def _new(self, wanted: Wanted) -> ProductVariant:
        if wanted.product_id is None:
            raise invalid("A new SKU needs its product.", "rows", wanted.row, "productId")
        product = self.products.get(wanted.product_id)
        if product is None:
            raise Refused(NotFoundError(field=_path(wanted, "productId")))
        if product.status is ProductStatus.ARCHIVED:
            path = _path(wanted, "productId")
            raise Refused(ArchivedError(archived_id=product.id, field=path))
        if wanted.expected is not None:
            message = "There is no version before the first."
            raise invalid(message, "rows", wanted.row, "expectedVersion")
        return fresh(self.work, product, wanted.sku, wanted.changes)

    def _next(self, wanted: Wanted, before: ProductVariant) -> ProductVariant:
        if wanted.product_id not in (None, before.product_id):
            raise Refused(SkuTakenError(sku=wanted.sku, field=_path(wanted, "sku")))
        if wanted.expected not in (None, before.version):
            raise Refused(_stale(wanted, before))
        if before.status is ProductVariantStatus.ARCHIVED:
            raise Refused(ArchivedError(archived_id=before.id, field=_path(wanted, "sku")))
        return altered(self.work, before, wanted.changes)

    def _hold(self, wanted: Wanted, after: ProductVariant) -> None:
        """Options that a row gives up stay taken until the batch is written, so that no order
        of its rows lets two variants meet.
        """
        place = (after.product_id, options_key(after.option_pairs))
        holder = self.options.setdefault(place, after)
        if holder.id != after.id:
            raise Refused(OptionsTakenError(sku=holder.sku, field=_path(wanted, "options")))

    def _price(self, wanted: Wanted, variant: ProductVariant) -> Price | None:
        if wanted.price is None:
            return None
        units, currency = wanted.price
        now = self.prices.get((variant.id, currency))
        if now is not None and now.units == units:
            return None
        return beginning(self.work, variant, units, currency, self.work.now)


async def upsert(
    work: UnitOfWork,
    count: int,
    wanted: Sequence[Wanted],
    errors: dict[int, Sequence[UserError]],
    policy: BulkErrorPolicy,
) -> list[Row[ProductVariant]]:
    """All `count` rows in their order; `errors` has those that were not even sound."""
    book = await _open(work, wanted)
    decided: dict[int, Decided] = {}
    for each in wanted:
        try:
            decided[each.row] = book.decide(each)
        except Refused as refused:
            errors[each.row] = refused.errors
    if errors and policy is BulkErrorPolicy.REJECT_ALL:
        decided.clear()
    await _write(work, list(decided.values()))
    return [
        Row(
            row=row,
            entity=decided[row].after if row in decided else None,
            errors=errors.get(row, ()),
        )
        for row in range(count)
    ]


async def _open(work: UnitOfWork, wanted: Sequence[Wanted]) -> Book:
    """Locks names, then products, then variants: the order that everybody keeps."""
    skus = [each.sku for each in wanted]
    await products.claim(work, "sku", skus)
    known = (await variants.by_sku(work, skus, EVERY_ROW)).values()
    touched = {each.product_id for each in known}
    touched |= {each.product_id for each in wanted if each.product_id is not None}
    locked = await products.lock(work, sorted(touched))
    live = await variants.live(work, sorted(touched))
    mine = await variants.lock(work, sorted(each.id for each in known))
    return Book(
        work,
        locked,
        {each.sku: each for each in mine.values()},
        await prices.current(work, sorted(mine), work.now),
        {(each.product_id, options_key(each.option_pairs)): each for each in live},
    )


async def _write(work: UnitOfWork, decided: Sequence[Decided]) -> None:
    changed = [each for each in decided if each.after is not each.before]
    await variants.add(work, [each.after for each in changed if each.before is None])
    await variants.save(work, [each.after for each in changed if each.before is not None])
    listed = {
        each.after.product_id
        for each in changed
        if each.before is None or _differs(each.before, each.after)
    }
    for product in sorted(listed):
        announce(work, product)
    priced = [each for each in decided if each.price is not None]
    await write(
        work,
        [each.price for each in priced if each.price is not None],
        [each.after for each in priced],
    )


def _differs(before: ProductVariant, after: ProductVariant) -> bool:
    """Whether more than a price changed."""
    return (before.name, before.option_pairs, before.weight_grams) != (
        after.name,
        after.option_pairs,
        after.weight_grams,
    )


def _stale(wanted: Wanted, before: ProductVariant) -> StaleVersionError:
    assert wanted.expected is not None  # noqa: S101  # nothing expected is never stale
    return StaleVersionError(
        expected=wanted.expected, actual=before.version, field=_path(wanted, "expectedVersion")
    )


def _path(wanted: Wanted, name: str) -> list[str]:
    return ["rows", str(wanted.row), name]
