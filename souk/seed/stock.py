"""Where the example shop's stock lies: three warehouses, and which units each order is given."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from souk.seed.catalogue import products
from souk.seed.chance import chance, seed_id
from souk.seed.sales import GONE, HOLDING, OrderPlan, orders

WAREHOUSES = 3


@cache
def warehouses() -> tuple[str, ...]:
    """Their ids; their names come with the agent that owns them."""
    return tuple(seed_id("whs", number) for number in range(WAREHOUSES))


@dataclass(frozen=True, slots=True)
class ShelfPlan:
    """One variant in one warehouse: what can be sold now, on top of what orders hold."""

    id: str
    variant_id: str
    warehouse_id: str
    available: int
    reorder_point: int


@cache
def shelves() -> tuple[ShelfPlan, ...]:
    """Every variant in the first warehouse, many in the second, some in the third."""
    found: list[ShelfPlan] = []
    variants = [variant for plan in products() for variant in plan.variants]
    for number, variant in enumerate(variants):
        draw = chance("stock", number)
        places = [0]
        if draw.random() < 0.6:
            places.append(1)
        if draw.random() < 0.3:
            places.append(2)
        for place in places:
            available = draw.choices((0, draw.randrange(1, 8), draw.randrange(8, 120)), (4, 14, 82))
            found.append(
                ShelfPlan(
                    id=seed_id("stk", number * WAREHOUSES + place),
                    variant_id=variant.id,
                    warehouse_id=warehouses()[place],
                    available=available[0],
                    reorder_point=draw.choice((5, 8, 12)),
                )
            )
    return tuple(found)


@cache
def shelf_of() -> dict[str, ShelfPlan]:
    """The shelf from which a variant's orders are served, by variant."""
    return {shelf.variant_id: shelf for shelf in reversed(shelves())}


@cache
def held() -> dict[str, int]:
    """By shelf: units that orders still hold."""
    found: dict[str, int] = defaultdict(int)
    for order in orders():
        if order.status in HOLDING:
            for line in order.lines:
                found[shelf_of()[line.variant.id].id] += line.quantity - line.shipped
    return found


@cache
def departures() -> dict[str, list[tuple[OrderPlan, int]]]:
    """By shelf, oldest first: which order took how many units out of the house."""
    found: dict[str, list[tuple[OrderPlan, int]]] = defaultdict(list)
    for order in orders():
        for line in order.lines:
            if line.shipped:
                found[shelf_of()[line.variant.id].id].append((order, line.shipped))
    return found


def reserved(order: OrderPlan) -> bool:
    """Whether units were ever kept for the order."""
    return order.status in HOLDING | GONE | {"CANCELED"}
