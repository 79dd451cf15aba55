"""An operation that a test asks, and what of the example shop it asks it for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from souk.seed import catalogue, people, sales, stock
from souk.seed.chance import seed_id
from souk.seed.sales import OrderPlan
from subgraphs.kit import Principal
from tests.callers import ADMIN, customer

Answers = Mapping[str, Any]
Variables = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """`agent`: whose subgraph can answer alone. `variables` may come from earlier answers."""

    name: str
    document: str
    caller: Principal = ADMIN
    agent: str | None = None
    variables: Variables | Callable[[Answers], Variables] = field(default_factory=dict)
    operation: str | None = None

    def given(self, answers: Answers) -> Variables:
        return self.variables(answers) if callable(self.variables) else self.variables


ACTIVE = [plan for plan in catalogue.products() if plan.status == "ACTIVE"]
SHIRT, COAT = ACTIVE[:2]
SOLD = {variant.id for plan in ACTIVE for variant in plan.variants}
FULL = next(shelf for shelf in stock.shelves() if shelf.available > 50 and shelf.variant_id in SOLD)
EMPTY = next(shelf for shelf in stock.shelves() if shelf.available == 0)
MISSING = "ord_00000000000000000000000000"


def order_of(status: str, place: int = 0) -> OrderPlan:
    return [plan for plan in sales.orders() if plan.status == status][place]


def supplied(plan: OrderPlan) -> bool:
    """Whether all its units are on the shelves of one warehouse, with some to spare."""
    shelves = [stock.shelf_of()[line.variant.id] for line in plan.lines]
    return all(shelf.available > 10 for shelf in shelves)


DRAFT = next(plan for plan in sales.orders() if plan.status == "DRAFT" and supplied(plan))
BUYER, SHIPPED, CONFIRMED = DRAFT.customer, order_of("SHIPPED"), order_of("CONFIRMED")
STRANGER = next(
    each for each in people.customers() if each.status == "ACTIVE" and each.id != BUYER.id
)
GUEST = next(each for each in people.customers() if each.status == "GUEST")
as_buyer, as_stranger = customer(BUYER.id), customer(STRANGER.id)

BERLIN = {
    "name": "Nora Brandt",
    "line1": "Torstr. 1",
    "postalCode": "10119",
    "city": "Berlin",
    "country": "DE",
}
BY_POST = seed_id("shm", 0)
