"""Facts that the inventory agent publishes."""

from events.event import Event, fact
from events.values import Time


@fact("stock.changed")
class StockChanged(Event):
    """The buckets of one stock level as they are now; `aggregate_id` is the level."""

    variant_id: str
    warehouse_id: str
    available: int
    reserved: int
    quarantined: int
    damaged: int
    on_hand: int


@fact("stock.low")
class StockLow(Event):
    """What is available fell to the reorder point or below."""

    variant_id: str
    warehouse_id: str
    available: int
    reorder_point: int


@fact("reservation.created")
class ReservationCreated(Event):
    """Units are kept for an order until `expires_at`."""

    order_id: str
    customer_id: str
    expires_at: Time


@fact("reservation.committed")
class ReservationCommitted(Event):
    """The units are sold: they stay reserved until they leave the house."""

    order_id: str
    customer_id: str


@fact("reservation.released")
class ReservationReleased(Event):
    """What was not consumed is available again."""

    order_id: str
    customer_id: str


@fact("reservation.expired")
class ReservationExpired(Event):
    """Nobody committed the units in time: they are available again."""

    order_id: str
    customer_id: str
