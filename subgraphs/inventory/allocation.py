"""Which stock level gives how many units to a basket: a pure decision on locked levels."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from subgraphs.inventory.errors import InsufficientStockError
from subgraphs.inventory.types import StockLevel
from subgraphs.kit import ID, Refused


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line of a basket; without a warehouse, any will do."""

    variant_id: ID
    warehouse_id: ID | None
    quantity: int


Place = tuple[ID, ID | None]


def allocate(basket: Sequence[Wanted], levels: Iterable[StockLevel]) -> Mapping[ID, int]:
    """Units to take by id of the level: all of the basket, or Refused naming what is short.

    Demand is summed before it is checked. Named warehouses are served first; the rest of a
    variant comes from where most is available, from several places where one does not suffice.
    """
    demand, first = _summed(basket)
    taken = Counter[ID]()
    short: list[InsufficientStockError] = []
    by_variant: dict[ID, list[StockLevel]] = {}
    for level in levels:
        by_variant.setdefault(level.variant_id, []).append(level)
    for place in sorted(demand, key=lambda place: place[1] is None):
        variant, warehouse = place
        candidates = [
            level
            for level in by_variant.get(variant, ())
            if warehouse in (None, level.warehouse_id)
        ]
        free = {level.id: level.available - taken[level.id] for level in candidates}
        if sum(free.values()) < demand[place]:
            short.append(_shortage(place, demand[place], sum(free.values()), first[place]))
        else:
            taken.update(_greedily(free, demand[place]))
    if short:
        raise Refused(*sorted(short, key=lambda error: int(error.field[1])))
    return taken


def _summed(basket: Sequence[Wanted]) -> tuple[Mapping[Place, int], Mapping[Place, int]]:
    """The units wanted by place, and the number of the first line that wants them."""
    demand, first = Counter[Place](), dict[Place, int]()
    for number, line in enumerate(basket):
        place = (line.variant_id, line.warehouse_id)
        demand[place] += line.quantity
        first.setdefault(place, number)
    return demand, first


def _greedily(free: Mapping[ID, int], quantity: int) -> dict[ID, int]:
    taken: dict[ID, int] = {}
    for id in sorted(free, key=lambda id: (-free[id], id)):
        if quantity == 0:
            break
        taken[id] = min(free[id], quantity)
        quantity -= taken[id]
    return taken


def _shortage(place: Place, requested: int, available: int, line: int) -> InsufficientStockError:
    return InsufficientStockError(
        variant_id=place[0],
        warehouse_id=place[1],
        requested=requested,
        available=available,
        field=["lines", str(line), "quantity"],
    )
