"""Change what is in stock: adjust, set, transfer, receive; and when it counts as low."""

from models.inventory import MOST_ON_HAND, StockBucket
from subgraphs.inventory import policy, service
from subgraphs.inventory.errors import InsufficientStockError, QuantityChangedError
from subgraphs.inventory.mutations.checks import (
    LARGEST_QUANTITY,
    LONGEST_REASON,
    check_id,
    check_quantity,
    reason,
)
from subgraphs.inventory.types import StockLevel
from subgraphs.kit import ID, Info, Maybe, UnitOfWork, input, invalid, line, mutation

MOST_LINES = 100


@input
class AdjustStockInput:
    """`delta` units are added to the bucket, or taken from it where negative."""

    stock_level_id: ID
    delta: int
    reason: str
    bucket: StockBucket = StockBucket.AVAILABLE
    expected_version: int | None = None
    idempotency_key: str
    dry_run: bool = False


@mutation(policy.APPROVE, InsufficientStockError)
async def adjust_stock(info: Info, work: UnitOfWork, input: AdjustStockInput) -> StockLevel:
    """Correct what is on hand by a difference: something was found, lost or broken."""
    _check_bucket(input.bucket)
    check_quantity(-LARGEST_QUANTITY, input.delta, LARGEST_QUANTITY, "delta")
    if input.delta == 0:
        raise invalid("Must not be 0.", "delta")
    why = line(input.reason, LONGEST_REASON, "reason")
    return await service.adjust(
        work, input.stock_level_id, input.bucket, input.delta, why, input.expected_version
    )


@input
class SetStockInput:
    """`changeFrom` is the quantity that you saw; an explicit null overwrites whatever is there."""

    stock_level_id: ID
    quantity: int
    change_from: Maybe[int | None]
    bucket: StockBucket = StockBucket.AVAILABLE
    reason: str | None = None
    expected_version: int | None = None
    idempotency_key: str
    dry_run: bool = False


@mutation(policy.APPROVE, QuantityChangedError)
async def set_stock(info: Info, work: UnitOfWork, input: SetStockInput) -> StockLevel:
    """Set the quantity of a bucket after a count, if it still is what the caller saw."""
    _check_bucket(input.bucket)
    check_quantity(0, input.quantity, MOST_ON_HAND, "quantity")
    if input.change_from is None:
        raise invalid("Give the quantity that you saw, or null to overwrite.", "changeFrom")
    return await service.count(
        work,
        input.stock_level_id,
        input.bucket,
        input.quantity,
        input.change_from.value,
        reason(input.reason),
        input.expected_version,
    )


@input
class TransferStockInput:
    variant_id: ID
    from_warehouse_id: ID
    to_warehouse_id: ID
    quantity: int
    reason: str | None = None
    idempotency_key: str
    dry_run: bool = False


@mutation(policy.WRITE, InsufficientStockError)
async def transfer_stock(
    info: Info, work: UnitOfWork, input: TransferStockInput
) -> list[StockLevel]:
    """Move available units from one warehouse to another; both levels, the origin first."""
    check_id(input.variant_id, "var", "variantId")
    check_id(input.from_warehouse_id, "whs", "fromWarehouseId")
    check_id(input.to_warehouse_id, "whs", "toWarehouseId")
    if input.from_warehouse_id == input.to_warehouse_id:
        raise invalid("Must be another warehouse.", "toWarehouseId")
    check_quantity(1, input.quantity, LARGEST_QUANTITY, "quantity")
    return await service.transfer(
        work,
        input.variant_id,
        input.from_warehouse_id,
        input.to_warehouse_id,
        input.quantity,
        reason(input.reason),
    )


@input
class ReceiveStockLineInput:
    variant_id: ID
    quantity: int


@input
class ReceiveStockInput:
    warehouse_id: ID
    lines: list[ReceiveStockLineInput]
    reason: str | None = None
    idempotency_key: str
    dry_run: bool = False


@mutation(policy.WRITE)
async def receive_stock(info: Info, work: UnitOfWork, input: ReceiveStockInput) -> list[StockLevel]:
    """Units arrive and can be sold at once; one level for each line, made where there is none."""
    check_id(input.warehouse_id, "whs", "warehouseId")
    if not 1 <= len(input.lines) <= MOST_LINES:
        raise invalid(f"Must have 1 to {MOST_LINES} lines.", "lines")
    quantities: dict[ID, int] = {}
    for index, given in enumerate(input.lines):
        check_id(given.variant_id, "var", "lines", index, "variantId")
        check_quantity(1, given.quantity, LARGEST_QUANTITY, "lines", index, "quantity")
        if given.variant_id in quantities:
            raise invalid("This variant has a line already.", "lines", index, "variantId")
        quantities[given.variant_id] = given.quantity
    return await service.receive(work, input.warehouse_id, quantities, reason(input.reason))


@input
class SetReorderPointInput:
    """With null the level never counts as low."""

    stock_level_id: ID
    reorder_point: Maybe[int | None]
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.WRITE)
async def set_reorder_point(
    info: Info, work: UnitOfWork, input: SetReorderPointInput
) -> StockLevel:
    """Say at how many available units a level counts as low."""
    if input.reorder_point is None:
        raise invalid("Give a number of units, or null for none.", "reorderPoint")
    point = input.reorder_point.value
    if point is not None:
        check_quantity(0, point, MOST_ON_HAND, "reorderPoint")
    return await service.set_reorder_point(
        work, input.stock_level_id, point, input.expected_version
    )


def _check_bucket(bucket: StockBucket) -> None:
    if bucket is StockBucket.RESERVED:
        raise invalid("Reservations alone change what is reserved.", "bucket")
