"""Facts that the marketplace connector publishes."""

from typing import Annotated

from events.event import Event, Part, fact, part
from events.values import Currency, OneOf

SyncKind = Annotated[str, OneOf("LISTINGS", "ORDERS", "PRICES", "STOCK")]
RejectionReason = Annotated[
    str, OneOf("CATEGORY", "CONTENT", "DUPLICATE", "IMAGE", "POLICY", "PRICE", "OTHER")
]


@part
class ImportedLine(Part):
    """So many units for `unit_price` each, as the channel sold them."""

    variant_id: str
    quantity: int
    unit_price: int


@fact("marketplace.order_imported")
class MarketplaceOrderImported(Event):
    """A channel sold something. The subject is the marketplace order, which knows the address."""

    connection_id: str
    customer_id: str
    lines: list[ImportedLine]
    shipping: int
    currency: Currency


@fact("marketplace.sync_failed")
class MarketplaceSyncFailed(Event):
    """A run ended with `failed` rows that the channel did not take; the subject is the run."""

    connection_id: str
    kind: SyncKind
    failed: int


@fact("listing.activated")
class ListingActivated(Event):
    """The channel shows it."""

    connection_id: str
    variant_id: str


@fact("listing.rejected")
class ListingRejected(Event):
    """The channel does not want it."""

    connection_id: str
    variant_id: str
    reasons: list[RejectionReason]
