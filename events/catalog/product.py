"""Facts that the product agent publishes."""

from events.event import CUSTOMER, Event, fact
from events.values import Currency, Time


@fact("product.published", CUSTOMER)
class ProductPublished(Event):
    """Customers see it, for the first time."""


@fact("product.updated")
class ProductUpdated(Event):
    """`fields` are the names of what changed."""

    fields: list[str]


@fact("product.paused")
class ProductPaused(Event):
    """It is not on offer for a while."""


@fact("product.resumed")
class ProductResumed(Event):
    """It is on offer again."""


@fact("product.archived")
class ProductArchived(Event):
    """It is gone for good, and its variants with it."""


@fact("variant.archived")
class VariantArchived(Event):
    """The variant is gone for good."""

    product_id: str


@fact("price.changed", CUSTOMER)
class PriceChanged(Event):
    """A variant costs `amount` from `valid_from` on.

    `aggregate_id` is a price list's row: one variant in one currency, `<variant>:<currency>`.
    """

    variant_id: str
    product_id: str
    amount: int
    currency: Currency
    valid_from: Time

    @property
    def subject(self) -> str:
        return self.variant_id
