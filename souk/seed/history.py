"""Seeds what has happened in the example shop: the events of its past, in the order of time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from events.catalog.customer import CustomerCreated, CustomerSuspended
from events.catalog.inventory import (
    ReservationCommitted,
    ReservationCreated,
    ReservationReleased,
)
from events.catalog.order import (
    OrderCanceled,
    OrderCompleted,
    OrderConfirmed,
    OrderDelivered,
    OrderHeld,
    OrderPlaced,
)
from events.catalog.parts import OrderedUnits
from events.catalog.product import ProductArchived, ProductPaused, ProductPublished
from events.event import Event
from events.past import Past, write_past
from models.database import Cause, UnitOfWork
from souk.seed.catalogue import ProductPlan, products
from souk.seed.chance import EPOCH, seed_id
from souk.seed.order import total_of
from souk.seed.people import CustomerPlan, customers
from souk.seed.sales import OrderPlan, orders

Told = tuple[datetime, str, str | None, Event]
"""When, by whom, on whose behalf, what."""

STAFF = "usr_seed"
ORDERS, INVENTORY = "agent:order", "agent:inventory"

CONFIRMED = {
    "CONFIRMED",
    "ON_HOLD",
    "FULFILLING",
    "PARTIALLY_SHIPPED",
    "SHIPPED",
    "DELIVERED",
    "COMPLETED",
}
DELIVERED = {"DELIVERED", "COMPLETED"}


async def seed(work: UnitOfWork) -> str:
    """Write what each thing of the shop has gone through to be in the state that it is in."""
    told = [
        (happening, chain)
        for chain, happenings in _chains()
        for happening in happenings
        if happening[0] <= EPOCH
    ]
    told.sort(key=lambda each: each[0][0])
    past = [
        Past(
            id=seed_id("evt", number, at),
            at=at,
            cause=Cause(actor, f"seed:{chain}", on_behalf_of=behalf),
            event=event,
        )
        for number, ((at, actor, behalf, event), chain) in enumerate(told)
    ]
    await write_past(work, past)
    return f"{len(past)} events of the past"


def _chains() -> Iterator[tuple[str, Iterator[Told]]]:
    """What happened to each thing, under the thing's id."""
    for product in products():
        yield product.id, _of_product(product)
    for customer in customers():
        yield customer.id, _of_customer(customer)
    for order in orders():
        yield order.id, _of_order(order)


def _of_product(plan: ProductPlan) -> Iterator[Told]:
    if plan.status == "DRAFT":
        return
    yield plan.created_at, STAFF, None, ProductPublished(aggregate_id=plan.id)
    later = plan.created_at + timedelta(days=30)
    if plan.status == "PAUSED":
        yield later, STAFF, None, ProductPaused(aggregate_id=plan.id)
    if plan.status == "ARCHIVED":
        yield later, STAFF, None, ProductArchived(aggregate_id=plan.id)


def _of_customer(plan: CustomerPlan) -> Iterator[Told]:
    yield plan.created_at, STAFF, None, CustomerCreated(aggregate_id=plan.id)
    if plan.status == "SUSPENDED":
        later = plan.created_at + timedelta(days=1)
        yield later, STAFF, None, CustomerSuspended(aggregate_id=plan.id)


def _of_order(plan: OrderPlan) -> Iterator[Told]:
    placed = plan.placed_at
    if placed is None:
        return
    yield from _placing(plan, placed)
    if plan.status in CONFIRMED:
        yield from _confirming(plan, placed + timedelta(minutes=20))
    if plan.status == "ON_HOLD":
        yield (
            plan.held_at,
            STAFF,
            None,
            OrderHeld(aggregate_id=plan.id, customer_id=plan.customer.id, reasons=["ADDRESS"]),
        )
    if plan.status == "CANCELED":
        yield from _canceling(plan, placed + timedelta(hours=5))
    if plan.status in DELIVERED:
        yield from _arriving(plan, plan.created_at + timedelta(days=4))


def _placing(plan: OrderPlan, at: datetime) -> Iterator[Told]:
    """The units first, then the order."""
    customer = plan.customer.id
    kept = ReservationCreated(
        aggregate_id=plan.reservation_id,
        order_id=plan.id,
        customer_id=customer,
        expires_at=(at + timedelta(minutes=15)).isoformat(),
    )
    placed = OrderPlaced(
        aggregate_id=plan.id,
        customer_id=customer,
        reservation_id=plan.reservation_id,
        total=total_of(plan),
        currency=plan.currency,
    )
    yield at - timedelta(seconds=1), ORDERS, customer, kept
    yield at, customer, None, placed


def _confirming(plan: OrderPlan, at: datetime) -> Iterator[Told]:
    ids = {"customer_id": plan.customer.id}
    yield (
        at,
        ORDERS,
        None,
        ReservationCommitted(aggregate_id=plan.reservation_id, order_id=plan.id, **ids),
    )
    yield (
        at + timedelta(seconds=1),
        ORDERS,
        None,
        OrderConfirmed(aggregate_id=plan.id, reservation_id=plan.reservation_id, **ids),
    )


def _canceling(plan: OrderPlan, at: datetime) -> Iterator[Told]:
    ids = {"customer_id": plan.customer.id}
    yield (
        at,
        plan.customer.id,
        None,
        OrderCanceled(
            aggregate_id=plan.id,
            reservation_id=plan.reservation_id,
            reason="CUSTOMER_REQUEST",
            **ids,
        ),
    )
    yield (
        at + timedelta(seconds=1),
        INVENTORY,
        None,
        ReservationReleased(aggregate_id=plan.reservation_id, order_id=plan.id, **ids),
    )


def _arriving(plan: OrderPlan, at: datetime) -> Iterator[Told]:
    customer = plan.customer.id
    lines = [
        OrderedUnits(order_line_id=line.id, variant_id=line.variant.id, quantity=line.shipped)
        for line in plan.lines
    ]
    yield at, ORDERS, None, OrderDelivered(aggregate_id=plan.id, customer_id=customer, lines=lines)
    if plan.status == "COMPLETED":
        yield (
            at + timedelta(days=3),
            ORDERS,
            None,
            OrderCompleted(
                aggregate_id=plan.id,
                customer_id=customer,
                total=total_of(plan),
                currency=plan.currency,
            ),
        )
