"""Facts that the transport agent publishes: each about one shipment, out or back."""

from dataclasses import dataclass
from typing import Annotated

from events.event import CUSTOMER, Event, fact
from events.values import OneOf

ExceptionReason = Annotated[
    str, OneOf("ADDRESS", "CUSTOMS", "DAMAGED", "DELAYED", "REFUSED", "WEATHER", "OTHER")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentEvent(Event):
    """What every fact about a shipment says. `package_id` is None on the way back, and
    `return_request_id` on the way out.
    """

    order_id: str
    customer_id: str
    package_id: str | None
    return_request_id: str | None


@fact("shipment.label_purchased")
class ShipmentLabelPurchased(ShipmentEvent):
    """There is a label; `carrier` is the carrier's code."""

    carrier: str


@fact("shipment.voided")
class ShipmentVoided(ShipmentEvent):
    """The label was given back before the first scan."""


@fact("shipment.in_transit", CUSTOMER)
class ShipmentInTransit(ShipmentEvent):
    """The carrier has it."""


@fact("shipment.delivered", CUSTOMER)
class ShipmentDelivered(ShipmentEvent):
    """It has arrived."""


@fact("shipment.exception", CUSTOMER)
class ShipmentException(ShipmentEvent):
    """Something keeps it from going on."""

    reason: ExceptionReason


@fact("shipment.lost", CUSTOMER)
class ShipmentLost(ShipmentEvent):
    """The carrier does not know where it is."""


@fact("shipment.returned_to_sender", CUSTOMER)
class ShipmentReturnedToSender(ShipmentEvent):
    """It could not be delivered and came back."""
