"""Facts that the document agent publishes."""

from dataclasses import dataclass
from typing import Annotated

from events.event import CUSTOMER, Event, fact
from events.values import OneOf

DocumentKind = Annotated[
    str, OneOf("INVOICE", "CREDIT_NOTE", "PACKING_SLIP", "SHIPPING_LABEL", "RMA_SHEET")
]
FailureReason = Annotated[str, OneOf("MISSING_DATA", "TEMPLATE", "OTHER")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEvent(Event):
    """What every fact about a document says: its kind, and what it was made for."""

    kind: DocumentKind
    order_id: str
    customer_id: str
    package_id: str | None
    shipment_id: str | None
    refund_id: str | None
    return_request_id: str | None


@fact("document.ready", CUSTOMER)
class DocumentReady(DocumentEvent):
    """Its bytes are final; `number` is that of an invoice or a credit note."""

    number: str | None


@fact("document.failed")
class DocumentFailed(DocumentEvent):
    """It could not be made; it may be tried again."""

    reason: FailureReason


@fact("document.voided", CUSTOMER)
class DocumentVoided(DocumentEvent):
    """It holds no more; its number stays taken."""

    number: str | None
