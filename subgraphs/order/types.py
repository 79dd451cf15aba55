"""What the order agent owns, and what it adds to other agents' entities."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from subgraphs.kit import (
    ID,
    CurrencyCode,
    Money,
    PostalAddress,
    Private,
    derived,
    entity,
    extension,
    output,
    reference,
)
from subgraphs.order.enums import CancelReason, HoldReason, OrderStatus, TaxClass
from subgraphs.order.states import ORDER


@extension("id")
class Customer:
    id: ID


@reference("id")
class ProductVariant:
    id: ID


@entity("id")
class ShippingMethod:
    """A way of sending parcels: to these countries, for this price, whatever they weigh."""

    id: ID
    code: str
    name: str
    price_minor: Private[int]
    currency: Private[str]
    countries: list[str]
    active: bool
    version: int
    created_at: datetime
    updated_at: datetime

    @derived
    def price(self) -> Money:
        """With or without tax, as the shop's prices are."""
        return Money.of_minor(self.price_minor, self.currency)


@entity("id")
class TaxRate:
    """How goods of one class are taxed in one country; 0.19 is 19 %."""

    id: ID
    country: str
    tax_class: TaxClass
    rate: Decimal
    version: int
    created_at: datetime
    updated_at: datetime


@output
class OrderTotals:
    """`total` = `subtotal` + `shipping` + `tax` - `discount`; all but tax and total without tax."""

    subtotal: Money
    shipping: Money
    tax: Money
    discount: Money
    total: Money


@output
class OrderDiscount:
    """`amount` is with or without tax, as the shop's prices are."""

    order_id: Private[ID]
    position: Private[int]
    amount_minor: Private[int]
    currency: Private[str]
    reason: str
    author: str
    created_at: datetime

    @derived
    def amount(self) -> Money:
        return Money.of_minor(self.amount_minor, self.currency)


@output
class OrderHold:
    """One reason why an order does not go on, and who saw it."""

    order_id: Private[ID]
    reason: HoldReason
    note: str | None
    author: str
    created_at: datetime


@output
class OrderNote:
    """What staff wrote about an order, for staff."""

    order_id: Private[ID]
    text: str
    author: str
    created_at: datetime


@entity("id")
class OrderLine:
    """Units of one variant, with its name and price as they were when the line was written.

    `net`, `discount` and `tax` are known once the order is placed.
    """

    id: ID
    order_id: Private[ID]
    customer_id: Private[ID]
    currency: Private[str]
    position: Private[int]
    variant_id: Private[ID]
    sku: str
    name: str
    tax_class: TaxClass
    quantity: int
    canceled: int
    shipped: int
    delivered: int
    returned: int
    unit_price_minor: Private[int]
    tax_rate: Decimal | None
    net_minor: Private[int | None]
    discount_minor: Private[int | None]
    tax_minor: Private[int | None]
    version: int
    created_at: datetime
    updated_at: datetime

    @derived
    def variant(self) -> ProductVariant:
        return ProductVariant(id=self.variant_id)

    @derived
    def unit_price(self) -> Money:
        """With or without tax, as the shop's prices are."""
        return Money.of_minor(self.unit_price_minor, self.currency)

    @derived
    def net(self) -> Money | None:
        """All units, without tax, before discounts."""
        return self._money(self.net_minor)

    @derived
    def discount(self) -> Money | None:
        """This line's share of the order's discounts, without tax."""
        return self._money(self.discount_minor)

    @derived
    def tax(self) -> Money | None:
        """On what is left after the discount."""
        return self._money(self.tax_minor)

    def _money(self, units: int | None) -> Money | None:
        return None if units is None else Money.of_minor(units, self.currency)


@entity("id", "number")
class Order:
    """What a customer buys: a draft, until it is placed. `number` is for people."""

    id: ID
    number: str
    ordinal: Private[int]
    customer_id: Private[ID]
    status: OrderStatus
    held_from: Private[OrderStatus | None]
    cancel_reason: CancelReason | None
    currency: CurrencyCode
    address: Private[Mapping[str, Any] | None]
    shipping_method_id: Private[ID | None]
    generation: Private[int]
    reservation_id: Private[ID | None]
    prices_include_tax: Private[bool | None]
    subtotal_minor: Private[int | None]
    shipping_minor: Private[int | None]
    shipping_tax_minor: Private[int | None]
    tax_minor: Private[int | None]
    discount_minor: Private[int | None]
    total_minor: Private[int | None]
    placed_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    @derived
    def customer(self) -> Customer:
        return Customer(id=self.customer_id)

    @derived
    def shipping_address(self) -> PostalAddress | None:
        """As it was given for this order; a customer's later moves do not change it."""
        return self.destination

    @derived
    def allowed_transitions(self) -> list[OrderStatus]:
        """Where it may go from here; a held order goes back where it came from."""
        following = ORDER.allowed(self.status)
        if self.held_from is None:
            return following
        kept = {self.held_from}
        if self.held_from is not OrderStatus.PARTIALLY_SHIPPED:
            kept.add(OrderStatus.CANCELED)
        return [status for status in following if status in kept]

    @property
    def destination(self) -> PostalAddress | None:
        return None if self.address is None else PostalAddress(**self.address)
