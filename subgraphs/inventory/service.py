"""The rules of stock: what comes, goes, is counted and moved."""

from collections.abc import Mapping

from models.inventory import MOST_ON_HAND, StockBucket, StockMovementKind
from subgraphs.inventory import repository
from subgraphs.inventory.errors import InsufficientStockError, QuantityChangedError
from subgraphs.inventory.ledger import Arrival, announce, book
from subgraphs.inventory.types import StockLevel
from subgraphs.kit import ID, NotFoundError, Refused, UnitOfWork, check_version, invalid

Kind = StockMovementKind


async def adjust(
    work: UnitOfWork, id: ID, bucket: StockBucket, delta: int, reason: str, expected: int | None
) -> StockLevel:
    """Add to what lies in a bucket, or take from it: something was found, lost or broken."""
    level = await _locked(work, id, expected)
    there: int = getattr(level, bucket.value)
    if there + delta < 0:
        raise Refused(_shortage(level.variant_id, level.warehouse_id, -delta, there, "delta"))
    _check_room(level, delta, "delta")
    [after] = await book(work, [Arrival(level, bucket, delta, Kind.ADJUSTMENT, reason)])
    return after


async def count(
    work: UnitOfWork,
    id: ID,
    bucket: StockBucket,
    quantity: int,
    change_from: int | None,
    reason: str | None,
    expected: int | None,
) -> StockLevel:
    """Set what lies in a bucket, if it still is what was seen; None overwrites whatever it is."""
    level = await _locked(work, id, expected)
    there: int = getattr(level, bucket.value)
    if change_from not in (None, there):
        raise Refused(QuantityChangedError(actual=there, field=["changeFrom"]))
    if quantity == there:
        return level
    _check_room(level, quantity - there, "quantity")
    counted = Arrival(level, bucket, quantity - there, Kind.COUNT, reason)
    [after] = await book(work, [counted])
    return after


async def transfer(
    work: UnitOfWork, variant: ID, origin: ID, target: ID, quantity: int, reason: str | None
) -> list[StockLevel]:
    """Move available units to another warehouse: both levels, origin first."""
    there, here = (variant, target), (variant, origin)
    await repository.begin_levels(work, [there])
    levels = await repository.lock_places(work, [here, there])
    available = levels[here].available if here in levels else 0
    if available < quantity:
        raise Refused(_shortage(variant, origin, quantity, available, "quantity"))
    _check_room(levels[there], quantity, "quantity")
    bucket = StockBucket.AVAILABLE
    return await book(
        work,
        [
            Arrival(levels[here], bucket, -quantity, Kind.TRANSFER_OUT, reason),
            Arrival(levels[there], bucket, quantity, Kind.TRANSFER_IN, reason),
        ],
    )


async def receive(
    work: UnitOfWork, warehouse: ID, quantities: Mapping[ID, int], reason: str | None
) -> list[StockLevel]:
    """Units by variant arrive in a warehouse and can be sold at once."""
    places = [(variant, warehouse) for variant in quantities]
    await repository.begin_levels(work, places)
    levels = await repository.lock_places(work, places)
    for number, place in enumerate(places):
        _check_room(levels[place], quantities[place[0]], "lines", number, "quantity")
    bucket = StockBucket.AVAILABLE
    return await book(
        work,
        [
            Arrival(levels[place], bucket, quantities[place[0]], Kind.RECEIPT, reason)
            for place in places
        ],
    )


async def set_reorder_point(
    work: UnitOfWork, id: ID, reorder_point: int | None, expected: int | None
) -> StockLevel:
    """From when on a level counts as low; None: never."""
    level = await _locked(work, id, expected)
    if reorder_point == level.reorder_point:
        return level
    after = await repository.set_reorder_point(work, level, reorder_point)
    announce(work, [level], [after])
    return after


async def _locked(work: UnitOfWork, id: ID, expected: int | None) -> StockLevel:
    level = (await repository.lock_levels(work, [id])).get(id)
    if level is None:
        raise Refused(NotFoundError(field=["stockLevelId"]))
    check_version(level.version, expected)
    return level


def _check_room(level: StockLevel, delta: int, *path: str | int) -> None:
    if level.on_hand + delta > MOST_ON_HAND:
        raise invalid(f"A stock level holds at most {MOST_ON_HAND} units.", *path)


def _shortage(
    variant: ID, warehouse: ID, requested: int, available: int, field: str
) -> InsufficientStockError:
    return InsufficientStockError(
        variant_id=variant,
        warehouse_id=warehouse,
        requested=requested,
        available=available,
        field=[field],
    )
