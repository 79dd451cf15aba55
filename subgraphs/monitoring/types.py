"""Events as the platform shows them, and the entities that they are about."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry

from subgraphs.kit import (
    ID,
    DateTimeRange,
    Direction,
    Private,
    derived,
    enum,
    extension,
    input,
    output,
    reference,
)


@extension("id")
class Customer:
    id: ID


@extension("id")
class Order:
    id: ID


@reference("id")
class Product:
    id: ID


@reference("id")
class ProductVariant:
    id: ID


@reference("id")
class Reservation:
    id: ID


@reference("id")
class StockLevel:
    id: ID


EventSubject = Annotated[
    Customer | Order | Product | ProductVariant | Reservation | StockLevel,
    strawberry.union("EventSubject", description="What an event can be about. It grows."),
]
SUBJECTS: dict[str, Any] = {
    "cus": Customer,
    "ord": Order,
    "prd": Product,
    "rsv": Reservation,
    "stk": StockLevel,
    "var": ProductVariant,
}
"""By the prefix of the id."""


@enum
class ActorKind(Enum):
    """SERVICE is an agent of the platform, SYSTEM its timers and its upkeep."""

    CUSTOMER = "cus_"
    SERVICE = "agent:"
    SYSTEM = "system"
    STAFF = ""

    @classmethod
    def of(cls, actor: str) -> "ActorKind":
        """By how the id begins; whoever else may act is staff."""
        return next(kind for kind in cls if actor.startswith(kind.value))


@output
class EventActor:
    """Who did it; who that was in person is for staff."""

    actor_id: Private[str]
    acting_for: Private[str | None]
    kind: ActorKind


@output
class PlatformEvent:
    """One thing that happened. `cursor` is where `platformEvents` goes on after it."""

    id: ID
    position: Private[int]
    cursor: str
    type: str
    version: int
    subject_id: ID
    timeline: Private[ID | None]
    occurred_at: datetime
    actor_id: Private[str]
    acting_for: Private[str | None]
    correlation: Private[str]
    causation: Private[str | None]
    values: Private[Mapping[str, Any]]

    @derived
    def subject(self) -> EventSubject | None:
        """The entity; null where the subject is none, or none that is told of here."""
        entity = SUBJECTS.get(self.subject_id.partition("_")[0])
        return None if entity is None else entity(id=self.subject_id)

    @derived
    def actor(self) -> EventActor:
        return EventActor(
            actor_id=self.actor_id,
            acting_for=self.acting_for,
            kind=ActorKind.of(self.actor_id),
        )


@input
class PlatformEventWhere:
    """All of them hold: one of these types, about this entity, in this chain of happenings."""

    types: list[str] | None = None
    subject: ID | None = None
    correlation_id: str | None = None


@input
class PlatformTimelineWhere:
    """All of them hold: one of these types, about this entity, in this chain, in this time."""

    types: list[str] | None = None
    subject: ID | None = None
    correlation_id: str | None = None
    range: DateTimeRange | None = None


@enum
class PlatformEventSortField(Enum):
    """POSITION is the order in which the platform took note of what happened."""

    POSITION = "position"


@input
class PlatformEventSort:
    field: PlatformEventSortField = PlatformEventSortField.POSITION
    direction: Direction = Direction.DESC
