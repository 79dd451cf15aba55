"""Facts that the order agent publishes."""

from dataclasses import dataclass
from typing import ClassVar

from events.event import Audience, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(Event):
    """`total` is in minor units of `currency`."""

    type: ClassVar[str] = "order.placed"
    audience: ClassVar[Audience] = Audience.CUSTOMER
    customer_id: str
    reservation_id: str
    total: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHeld(Event):
    """The set of holds has changed: `reasons` are all that the order is under now."""

    type: ClassVar[str] = "order.held"
    customer_id: str
    reasons: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReleased(Event):
    """The last hold is gone; the order is in `status` again."""

    type: ClassVar[str] = "order.released"
    customer_id: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCanceled(Event):
    """`reservation_id` is None where nothing was reserved."""

    type: ClassVar[str] = "order.canceled"
    audience: ClassVar[Audience] = Audience.CUSTOMER
    customer_id: str
    reservation_id: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLinesChanged(Event):
    type: ClassVar[str] = "order.lines_changed"
    audience: ClassVar[Audience] = Audience.CUSTOMER
    customer_id: str
    total: int
    currency: str
