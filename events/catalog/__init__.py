"""Every event type, one module per agent; and which agent an aggregate belongs to."""

from collections.abc import Iterator
from types import ModuleType

from events.catalog import (
    aftersales,
    backoffice,
    customer,
    document,
    fraud,
    healing,
    inventory,
    knowledge,
    marketplace,
    monitoring,
    order,
    payment,
    product,
    quality,
    risk,
    transport,
    warehouse,
)
from events.event import Event

_AGENTS: dict[str, ModuleType] = {
    "aftersales": aftersales,
    "backoffice": backoffice,
    "customer": customer,
    "document": document,
    "fraud": fraud,
    "healing": healing,
    "inventory": inventory,
    "knowledge": knowledge,
    "marketplace": marketplace,
    "monitoring": monitoring,
    "order": order,
    "payment": payment,
    "product": product,
    "quality": quality,
    "risk": risk,
    "transport": transport,
    "warehouse": warehouse,
}


def _declared() -> Iterator[tuple[str, type[Event]]]:
    """Those that have a type of their own: the others only lend their fields."""
    for agent, module in _AGENTS.items():
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, Event) and "type" in vars(thing):
                yield agent, thing


def aggregate_word(type: str) -> str:
    """The first word of an event's type: the kind of entity whose facts are numbered together."""
    return type.partition(".")[0]


EVENTS: dict[str, type[Event]] = {event.type: event for _, event in _declared()}
"""Every event class by its type."""

AGENT_OF: dict[str, str] = {aggregate_word(event.type): agent for agent, event in _declared()}
"""The agent of each aggregate word: `stock` and `reservation` are inventory's.

Its topic takes the events, also those that any agent may write.
"""
