"""What somebody wants to buy: checked, merged, and described as the shop describes it now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.ids import is_id
from models.money import LARGEST
from subgraphs.kit import ID, Info, Refused, UserError, at_least, input, invalid
from subgraphs.order import neighbours
from subgraphs.order.enums import TaxClass
from subgraphs.order.errors import (
    OrderCurrencyError,
    PriceUnavailableError,
    VariantUnavailableError,
)
from subgraphs.order.neighbours import Variant

MOST_LINES = 100
MOST_UNITS = 1000


@input
class OrderLineInput:
    """`quantity` is 1 to 1000; the same variant in two lines is one line of both quantities."""

    variant_id: ID
    quantity: int


@dataclass(frozen=True, slots=True)
class Item:
    """Units of one variant, named and priced; `unit_price` is in minor units."""

    variant_id: ID
    sku: str
    name: str
    tax_class: TaxClass
    quantity: int
    unit_price: int

    @property
    def listed(self) -> int:
        return self.quantity * self.unit_price

    def row(self) -> dict[str, Any]:
        """By column of order_line."""
        return {
            "variant_id": self.variant_id,
            "sku": self.sku,
            "name": self.name,
            "tax_class": self.tax_class,
            "quantity": self.quantity,
            "unit_price": self.unit_price,
        }


def demand(lines: Sequence[OrderLineInput]) -> dict[ID, int]:
    """Units by variant, in the order of their first lines."""
    if len(lines) > MOST_LINES:
        raise invalid(f"At most {MOST_LINES} lines.", "lines")
    wanted: dict[ID, int] = {}
    for index, line in enumerate(lines):
        if not is_id(line.variant_id, "var"):
            raise invalid("Not the id of a variant.", "lines", index, "variantId")
        at_least(1, line.quantity, "lines", index, "quantity")
        wanted[line.variant_id] = wanted.get(line.variant_id, 0) + line.quantity
        if wanted[line.variant_id] > MOST_UNITS:
            message = f"At most {MOST_UNITS} units of one variant."
            raise invalid(message, "lines", index, "quantity")
    return wanted


async def describe(info: Info, wanted: Mapping[ID, int], currency: str) -> list[Item]:
    """Refused with one error for each variant that cannot be sold, or not in this currency."""
    found = await neighbours.variants(info, [*wanted], currency)
    errors = [error for id in wanted if (error := _obstacle(id, found.get(id), currency))]
    if errors:
        first, *more = errors
        raise Refused(first, *more)
    items = [_item(found[id], quantity) for id, quantity in wanted.items()]
    if sum(item.listed for item in items) > LARGEST:
        raise invalid("The goods are worth too much for one order.", "lines")
    return items


def _obstacle(id: ID, variant: Variant | None, currency: str) -> UserError | None:
    if variant is None or not variant.sellable:
        return VariantUnavailableError(variant_id=id)
    if variant.price is None:
        return PriceUnavailableError(variant_id=id)
    if variant.price.currency_code != currency:
        return OrderCurrencyError(
            order_currency=currency, other_currency=variant.price.currency_code
        )
    return None


def _item(variant: Variant, quantity: int) -> Item:
    assert variant.price is not None  # noqa: S101  # `_obstacle` has seen to it
    return Item(
        variant_id=variant.id,
        sku=variant.sku,
        name=variant.name,
        tax_class=variant.tax_class,
        quantity=quantity,
        unit_price=variant.price.minor,
    )
