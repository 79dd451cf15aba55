"""Every event type, one module per agent; and which agent an aggregate belongs to."""

from collections.abc import Iterator

from events.catalog import customer, inventory, order, product
from events.event import Event

_AGENTS = {"customer": customer, "inventory": inventory, "order": order, "product": product}


def _declared() -> Iterator[tuple[str, type[Event]]]:
    for agent, module in _AGENTS.items():
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, Event) and thing is not Event:
                yield agent, thing


EVENTS: dict[str, type[Event]] = {event.type: event for _, event in _declared()}
"""Every event class by its type."""

AGENT_OF: dict[str, str] = {event.type.split(".")[0]: agent for agent, event in _declared()}
"""The agent of each aggregate word: `stock` and `reservation` are inventory's."""
