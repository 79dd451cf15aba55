"""Batched: timelines of other agents' entities, and what of an event not everybody may see."""

from collections.abc import Sequence

from subgraphs.kit import ID, Connection, Info, Json, field, guarded
from subgraphs.monitoring import policy
from subgraphs.monitoring.audience import told, told_of
from subgraphs.monitoring.letters import DeadLetter
from subgraphs.monitoring.repository import events
from subgraphs.monitoring.showing import shown
from subgraphs.monitoring.types import (
    Customer,
    EventActor,
    Order,
    PlatformEvent,
    PlatformEventSort,
)


@field(Order, policy.READ, name="timeline")
async def order_timeline(
    parents: Sequence[Order],
    info: Info,
    *,
    order_by: PlatformEventSort | None = None,
    first: int = 20,
    after: str | None = None,
) -> list[Connection[PlatformEvent]]:
    """What happened to the order, in all agents: as much of it as the caller may be told."""
    ids = [parent.id for parent in parents]
    sort = order_by or PlatformEventSort()
    types = told_of(info.principal)
    return await events.of_orders(info.db, info.scope, types, ids, sort, first, after)


@field(Customer, policy.READ, name="timeline")
async def customer_timeline(
    parents: Sequence[Customer],
    info: Info,
    *,
    order_by: PlatformEventSort | None = None,
    first: int = 20,
    after: str | None = None,
) -> list[Connection[PlatformEvent]]:
    """What happened to the customer and all their orders, also under a record merged into it."""
    ids = [parent.id for parent in parents]
    sort = order_by or PlatformEventSort()
    types = told_of(info.principal)
    return await events.of_customers(info.db, info.scope, types, ids, sort, first, after)


@guarded(PlatformEvent, policy.READ)
def data(parent: PlatformEvent, info: Info) -> Json:
    """What the event says: ids, amounts in minor units, states; never anything personal."""
    return Json(told(parent.values, info.principal))


@guarded(PlatformEvent, policy.READ_ALL)
def correlation_id(parent: PlatformEvent, info: Info) -> str:
    """The chain of happenings that it belongs to; for staff."""
    return parent.correlation


@guarded(PlatformEvent, policy.READ_ALL)
def causation_id(parent: PlatformEvent, info: Info) -> ID | None:
    """The event that set it off, where one did; for staff."""
    return None if parent.causation is None else ID(parent.causation)


@guarded(EventActor, policy.READ_ALL, name="id")
def actor_id(parent: EventActor, info: Info) -> str:
    """For staff."""
    return parent.actor_id


@guarded(EventActor, policy.READ_ALL, name="on_behalf_of")
def acting_for(parent: EventActor, info: Info) -> str | None:
    """Whom a service acted for; for staff."""
    return parent.acting_for


@field(DeadLetter, policy.READ_ALL, name="event")
async def dead_event(parents: Sequence[DeadLetter], info: Info) -> list[PlatformEvent | None]:
    """Null where the caller may not be told of it, or where it is no event at all."""
    types = told_of(info.principal)
    incarnation = await events.incarnation(info.db)
    return [shown(parent.stamped, incarnation, types) for parent in parents]
