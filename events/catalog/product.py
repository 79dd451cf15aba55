"""Facts that the product agent publishes."""

from dataclasses import dataclass
from typing import ClassVar

from events.event import Audience, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPublished(Event):
    type: ClassVar[str] = "product.published"
    audience: ClassVar[Audience] = Audience.CUSTOMER


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductUpdated(Event):
    """`fields` are the names of what changed."""

    type: ClassVar[str] = "product.updated"
    fields: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPaused(Event):
    type: ClassVar[str] = "product.paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductResumed(Event):
    type: ClassVar[str] = "product.resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductArchived(Event):
    type: ClassVar[str] = "product.archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantArchived(Event):
    type: ClassVar[str] = "variant.archived"
    product_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChanged(Event):
    """`aggregate_id` is a price list's row: one variant in one currency, `<variant>:<currency>`.

    `amount` is in minor units; `valid_from` an RFC 3339 time.
    """

    type: ClassVar[str] = "price.changed"
    audience: ClassVar[Audience] = Audience.CUSTOMER
    variant_id: str
    product_id: str
    amount: int
    currency: str
    valid_from: str

    @property
    def subject(self) -> str:
        return self.variant_id
