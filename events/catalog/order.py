"""Facts that the order agent publishes."""

from typing import Annotated

from events.catalog.parts import OrderedUnits
from events.event import CUSTOMER, Event, fact
from events.values import Currency, OneOf

HoldReason = Annotated[
    str, OneOf("ADDRESS", "CUSTOMER_REQUEST", "FRAUD_REVIEW", "PAYMENT", "STOCK", "OTHER")
]
CancelReason = Annotated[
    str,
    OneOf("CUSTOMER_REQUEST", "DUPLICATE", "OUT_OF_STOCK", "PAYMENT", "UNDELIVERABLE", "OTHER"),
]
HeldStatus = Annotated[str, OneOf("PLACED", "CONFIRMED", "FULFILLING", "PARTIALLY_SHIPPED")]


@fact("order.placed", CUSTOMER)
class OrderPlaced(Event):
    """The order is there, with everything that it costs."""

    customer_id: str
    reservation_id: str
    total: int
    currency: Currency


@fact("order.import_refused")
class OrderImportRefused(Event):
    """A channel's order could not be taken: the channel has to cancel it."""

    marketplace_order_id: str
    customer_id: str
    reason: CancelReason


@fact("order.confirmed", CUSTOMER)
class OrderConfirmed(Event):
    """Checked, paid as far as is asked, and its units committed: it may be picked."""

    customer_id: str
    reservation_id: str


@fact("order.held")
class OrderHeld(Event):
    """The set of holds has changed: `reasons` are all that the order is under now."""

    customer_id: str
    reasons: list[HoldReason]


@fact("order.released")
class OrderReleased(Event):
    """The last hold is gone; the order is in `status` again."""

    customer_id: str
    status: HeldStatus


@fact("order.canceled", CUSTOMER)
class OrderCanceled(Event):
    """`reservation_id` is None where nothing was reserved."""

    customer_id: str
    reservation_id: str | None
    reason: CancelReason


@fact("order.delivered", CUSTOMER)
class OrderDelivered(Event):
    """Every unit has arrived or is settled; `lines` are those that arrived."""

    customer_id: str
    lines: list[OrderedUnits]


@fact("order.completed", CUSTOMER)
class OrderCompleted(Event):
    """The return window is closed and nothing is open: `total` is what was paid in the end."""

    customer_id: str
    total: int
    currency: Currency


@fact("order.lines_changed", CUSTOMER)
class OrderLinesChanged(Event):
    """A placed order has other lines, and costs something else."""

    customer_id: str
    total: int
    currency: Currency
