"""Facts that the after-sales agent publishes."""

from dataclasses import dataclass
from typing import Annotated

from events.catalog.parts import OrderedUnits
from events.event import CUSTOMER, Event, Part, fact, part
from events.values import Currency, OneOf

ReturnReason = Annotated[
    str, OneOf("DAMAGED", "DEFECTIVE", "NOT_AS_DESCRIBED", "UNWANTED", "WRONG_ITEM", "OTHER")
]
RejectionReason = Annotated[
    str, OneOf("CONDITION", "NOT_RETURNABLE", "TOO_LATE", "WRONG_ITEM", "OTHER")
]
Outcome = Annotated[str, OneOf("REFUNDED", "EXCHANGED", "SHIPPED_BACK", "NONE")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnEvent(Event):
    """What every fact about a return says."""

    order_id: str
    customer_id: str


@part
class ReturnedUnits(Part):
    """So many units of an order's line, and why they come back."""

    order_line_id: str
    variant_id: str
    quantity: int
    reason: ReturnReason


@part
class SettledUnits(Part):
    """So many units of an order's line, and what became of them."""

    order_line_id: str
    variant_id: str
    quantity: int
    outcome: Outcome


@fact("return.requested", CUSTOMER)
class ReturnRequested(ReturnEvent):
    """Somebody wants to send something back."""

    lines: list[ReturnedUnits]


@fact("return.approved", CUSTOMER)
class ReturnApproved(ReturnEvent):
    """It may come back; without `receipt_required` it need not."""

    receipt_required: bool


@fact("return.rejected", CUSTOMER)
class ReturnRejected(ReturnEvent):
    """It is not taken back, or was taken and goes back to the customer."""

    reason: RejectionReason


@fact("return.received", CUSTOMER)
class ReturnReceived(ReturnEvent):
    """These units are in the house, in quarantine."""

    warehouse_id: str
    lines: list[OrderedUnits]


@fact("return.resolved", CUSTOMER)
class ReturnResolved(ReturnEvent):
    """Every unit has an outcome; `refunded` is what went back for all of them."""

    lines: list[SettledUnits]
    refunded: int
    currency: Currency


@fact("return.closed", CUSTOMER)
class ReturnClosed(ReturnEvent):
    """Nothing of it is open any more."""


@fact("warranty.claimed", CUSTOMER)
class WarrantyClaimed(Event):
    """Something broke within its warranty; the subject is the claim."""

    warranty_id: str
    order_id: str
    customer_id: str
    variant_id: str
