"""What was bought in the example shop: a thousand orders, in every state that an order can have."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from souk.seed.catalogue import VariantPlan, products
from souk.seed.chance import EPOCH, chance, seed_id
from souk.seed.people import CustomerPlan, customers

ORDERS = 1000

STATES = {
    "DRAFT": 60,
    "PLACED": 60,
    "CONFIRMED": 50,
    "ON_HOLD": 20,
    "FULFILLING": 50,
    "PARTIALLY_SHIPPED": 20,
    "SHIPPED": 80,
    "DELIVERED": 160,
    "COMPLETED": 440,
    "CANCELED": 60,
}
"""How many orders of each state."""

RECENT = {"DRAFT", "PLACED", "CONFIRMED", "ON_HOLD", "FULFILLING", "PARTIALLY_SHIPPED"}
HOLDING = {"PLACED", "CONFIRMED", "ON_HOLD", "FULFILLING", "PARTIALLY_SHIPPED"}
"""States in which units are still kept for the order."""
GONE = {"SHIPPED", "DELIVERED", "COMPLETED"}
"""States in which every unit has left the warehouse."""


@dataclass(frozen=True, slots=True)
class LinePlan:
    id: str
    variant: VariantPlan
    tax_class: str
    quantity: int
    shipped: int

    def unit_price(self, currency: str) -> int:
        return dict(self.variant.prices)[currency]


@dataclass(frozen=True, slots=True)
class OrderPlan:
    id: str
    number: int
    """From 1; the order agent makes the number that people see of it."""
    reservation_id: str
    customer: CustomerPlan
    status: str
    created_at: datetime
    lines: tuple[LinePlan, ...]

    @property
    def currency(self) -> str:
        return self.customer.currency

    @property
    def placed_at(self) -> datetime | None:
        return None if self.status == "DRAFT" else self.created_at + timedelta(minutes=7)

    @property
    def held_at(self) -> datetime:
        """When an order that is on hold was stopped."""
        return min(self.created_at + timedelta(hours=3), EPOCH)


@cache
def orders() -> tuple[OrderPlan, ...]:
    """Oldest first."""
    states = [state for state, count in STATES.items() for _ in range(count)]
    chance("states", 0).shuffle(states)
    plans = [_order(number, state) for number, state in enumerate(states)]
    oldest_first = sorted(plans, key=lambda order: order.created_at)
    return tuple(replace(order, number=n) for n, order in enumerate(oldest_first, 1))


def _order(number: int, status: str) -> OrderPlan:
    draw = chance("order", number)
    customer = draw.choice([each for each in customers() if each.status != "SUSPENDED"])
    days = draw.uniform(0.05, 6) if status in RECENT else draw.uniform(8, 180)
    created = max(EPOCH - timedelta(days=days), customer.created_at + timedelta(hours=1))
    sold = [plan for plan in products() if plan.status == "ACTIVE"]
    chosen = draw.sample(sold, draw.choices((1, 2, 3, 4, 6), (35, 30, 18, 12, 5))[0])
    lines = []
    for place, plan in enumerate(chosen):
        quantity = draw.choices((1, 2, 3, 4), (60, 25, 10, 5))[0]
        first = status == "PARTIALLY_SHIPPED" and place == 0
        lines.append(
            LinePlan(
                id=seed_id("orl", number * 10 + place),
                variant=draw.choice(plan.variants),
                tax_class=plan.tax_class,
                quantity=quantity,
                shipped=quantity if status in GONE or first else 0,
            )
        )
    if status == "PARTIALLY_SHIPPED" and len(lines) == 1:
        return _order(number + ORDERS, status)
    return OrderPlan(
        id=seed_id("ord", number, created),
        number=0,
        reservation_id=seed_id("rsv", number, created),
        customer=customer,
        status=status,
        created_at=created,
        lines=tuple(lines),
    )
