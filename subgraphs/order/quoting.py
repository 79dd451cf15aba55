"""What an order would cost, and whether anything stands against its being placed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from subgraphs.kit import ID, Info, NotFoundError, PostalAddress, Reads, Refused
from subgraphs.order import basket, neighbours
from subgraphs.order.basket import Item
from subgraphs.order.enums import TaxClass
from subgraphs.order.errors import (
    BuyerNotActiveError,
    DiscountTooLargeError,
    EmptyOrderError,
    OrderCurrencyError,
    OrderIncompleteError,
    ShippingUnavailableError,
    TaxRateMissingError,
)
from subgraphs.order.repository import rates
from subgraphs.order.settings import OrderSettings
from subgraphs.order.totals import Charge, Totals, totals
from subgraphs.order.types import ShippingMethod

SHIPPING_CLASS = TaxClass.STANDARD
"""How carriage is taxed."""


@dataclass(frozen=True, slots=True)
class Wish:
    """All that decides what an order costs. `discount` is in minor units of `currency`."""

    customer_id: ID
    currency: str
    address: PostalAddress | None
    method_id: ID | None
    demand: Mapping[ID, int]
    discount: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """A wish that may be placed, at the prices and rates of this moment."""

    items: Sequence[Item]
    tax_rates: Sequence[Decimal]
    totals: Totals
    included: bool

    def order_row(self) -> dict[str, Any]:
        """By column of orders."""
        made = self.totals
        return {
            "prices_include_tax": self.included,
            "subtotal": made.subtotal,
            "shipping": made.shipping,
            "shipping_tax": made.shipping_tax,
            "tax": made.tax,
            "discount": made.discount,
            "total": made.total,
        }

    def line_rows(self) -> list[dict[str, Any]]:
        """By column of order_line."""
        return [
            {
                **item.row(),
                "tax_rate": rate,
                "net": amounts.net,
                "discount": amounts.discount,
                "tax": amounts.tax,
            }
            for item, rate, amounts in zip(
                self.items, self.tax_rates, self.totals.lines, strict=True
            )
        ]


async def quote(info: Info, wish: Wish, kept: Mapping[ID, Item] = MappingProxyType({})) -> Quote:
    """Refused for whatever stands against placing; stock is not looked at here.

    `kept` are items, by variant, that stay as they were agreed; the rest is described anew.
    """
    if not wish.demand:
        raise Refused(EmptyOrderError())
    if wish.address is None or wish.method_id is None:
        named = {"shippingAddress": wish.address, "shippingMethodId": wish.method_id}
        missing = [name for name, value in named.items() if value is None]
        raise Refused(OrderIncompleteError(missing=missing))
    country = wish.address.country
    method = await usable_method(info.db, wish.method_id, wish.currency, country)
    await check_buyer(info, wish.customer_id)
    fresh = {id: units for id, units in wish.demand.items() if id not in kept}
    described = {item.variant_id: item for item in await _described(info, fresh, wish.currency)}
    items = [kept.get(id) or described[id] for id in wish.demand]
    check_discount(wish.discount, items)
    by_class = await _rates(info.db, country, [item.tax_class for item in items])
    included = info.settings(OrderSettings).prices_include_tax
    made = totals(
        [Charge(item.listed, by_class[item.tax_class]) for item in items],
        Charge(method.price_minor, by_class[SHIPPING_CLASS]),
        wish.discount,
        included,
    )
    return Quote(items, [by_class[item.tax_class] for item in items], made, included)


async def _described(info: Info, wanted: Mapping[ID, int], currency: str) -> list[Item]:
    return await basket.describe(info, wanted, currency) if wanted else []


async def check_buyer(info: Info, customer: ID) -> None:
    active = await neighbours.takes_orders(info, customer)
    if active is None:
        raise Refused(NotFoundError(field=["customerId"]))
    if not active:
        raise Refused(BuyerNotActiveError())


async def usable_method(
    db: Reads, id: ID, currency: str, country: str | None = None
) -> ShippingMethod:
    """The shipping method, if it is offered in this currency, and to this country."""
    method = (await rates.methods(db, [id])).get(id)
    if method is None:
        raise Refused(NotFoundError(field=["shippingMethodId"]))
    if method.currency != currency:
        raise Refused(
            OrderCurrencyError(
                order_currency=currency, other_currency=method.currency, field=["shippingMethodId"]
            )
        )
    if not method.active or (country is not None and country not in method.countries):
        raise Refused(
            ShippingUnavailableError(
                shipping_method_id=id, destination=country, field=["shippingMethodId"]
            )
        )
    return method


def check_discount(discount: int, items: Iterable[Item]) -> None:
    if discount > sum(item.listed for item in items):
        raise Refused(DiscountTooLargeError())


async def _rates(db: Reads, country: str, classes: Iterable[TaxClass]) -> dict[TaxClass, Decimal]:
    needed = sorted({*classes, SHIPPING_CLASS})
    found = await rates.rates_of(db, [(country, each) for each in needed])
    missing = [each for each in needed if (country, each) not in found]
    if missing:
        first, *more = (TaxRateMissingError(country=country, tax_class=each) for each in missing)
        raise Refused(first, *more)
    return {each: found[country, each] for each in needed}
