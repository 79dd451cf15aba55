"""Event handlers: what an agent does when it hears of a fact, declared beside its mutations."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any, TypeVar

from events.event import Event
from events.received import Received
from models.database import UnitOfWork
from subgraphs.kit.context import Info

E = TypeVar("E", bound=Event)
P = TypeVar("P")


class Role(StrEnum):
    """What a consumed event may do. Only the triggers that DOMAIN.md lists may act."""

    PROJECTION = auto()
    GUARD = auto()
    TRIGGER = auto()


@dataclass(frozen=True, slots=True)
class Handler:
    """`apply` takes `(info, work, event)`, and what `prepare` returned where there is one."""

    events: tuple[type[Event], ...]
    role: Role
    apply: Callable[..., Awaitable[None]]
    prepare: Callable[..., Awaitable[Any]] | None = None

    @property
    def name(self) -> str:
        return self.apply.__name__


def handler(
    *events: type[E], role: Role
) -> Callable[[Callable[[Info, UnitOfWork, Received[E]], Awaitable[None]]], Handler]:
    """`async (info, work, event)`: write the effect; the bus commits it, once per event.

    What must happen outside (a command to another agent, a carrier) is an intent that it writes.
    """
    return lambda function: Handler(tuple(events), role, function)


def prepared_handler(
    *events: type[E], role: Role, prepare: Callable[[Info, Received[E]], Awaitable[P]]
) -> Callable[[Callable[[Info, UnitOfWork, Received[E], P], Awaitable[None]]], Handler]:
    """As `handler`, for what needs foreign facts: `prepare` may use `info.graph`."""
    return lambda function: Handler(tuple(events), role, function, prepare)


def handled(handlers: Sequence[Handler]) -> frozenset[str]:
    """The types of all events that the handlers take."""
    return frozenset(event.type for each in handlers for event in each.events)
