"""Facts that the inventory agent publishes."""

from dataclasses import dataclass
from typing import ClassVar

from events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChanged(Event):
    """The buckets of one stock level as they are now; `aggregate_id` is the level."""

    type: ClassVar[str] = "stock.changed"
    variant_id: str
    warehouse_id: str
    available: int
    reserved: int
    on_hand: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLow(Event):
    """What is available fell to the reorder point or below."""

    type: ClassVar[str] = "stock.low"
    variant_id: str
    warehouse_id: str
    available: int
    reorder_point: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationCreated(Event):
    type: ClassVar[str] = "reservation.created"
    order_id: str
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationCommitted(Event):
    type: ClassVar[str] = "reservation.committed"
    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationReleased(Event):
    type: ClassVar[str] = "reservation.released"
    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationExpired(Event):
    type: ClassVar[str] = "reservation.expired"
    order_id: str
