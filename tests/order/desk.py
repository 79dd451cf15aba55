"""Orders as a client makes and changes them, and the documents that it sends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from subgraphs.kit import ID, Principal
from tests.conftest import Ask
from tests.order.shop import ADDRESS, DHL, as_anna, var

MONEY = "{ amount currencyCode }"
TOTALS = f"totals {{ {' '.join(f'{part} {MONEY}' for part in ('subtotal', 'shipping', 'tax'))}"
TOTALS += f" discount {MONEY} total {MONEY} }}"
LINES = f"lines {{ id sku name quantity canceled unitPrice {MONEY} variant {{ id }} }}"
ORDER = f"id number status version allowedTransitions cancelReason {TOTALS} {LINES}"
ERRORS = """errors { __typename code message field retryable
  ... on InsufficientStockError { variantId warehouseId requested available }
  ... on InvalidTransitionError { from to allowed }
  ... on StaleVersionError { expected actual }
  ... on VariantUnavailableError { variantId }
  ... on PriceUnavailableError { variantId }
  ... on OrderCurrencyError { orderCurrency otherCurrency }
  ... on ShippingUnavailableError { shippingMethodId destination }
  ... on TaxRateMissingError { country taxClass }
  ... on OrderIncompleteError { missing }
  ... on OrderNotEditableError { orderStatus } }"""


def mutation(name: str, held: str = f"order {{ {ORDER} }}") -> str:
    kind = name[0].upper() + name[1:]
    return f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {held} {ERRORS} }} }}"


def basket(units: Mapping[int, int]) -> list[dict[str, Any]]:
    """Lines: units by the variant's number."""
    return [{"variantId": var(number), "quantity": units[number]} for number in units]


def codes(payload: Mapping[str, Any]) -> list[str]:
    return [error["code"] for error in payload["errors"]]


@dataclass
class Desk:
    """Each call has an idempotency key of its own, unless one is given."""

    ask: Ask
    keys: Any = field(default_factory=count)

    async def do(self, name: str, principal: Principal = as_anna, **input: Any) -> Any:
        """The payload of one mutation."""
        data = await self.ask(mutation(name), principal, input=input)
        return data[name]

    async def create(
        self, units: Mapping[int, int], principal: Principal = as_anna, **more: Any
    ) -> Any:
        """The payload of `createOrder` in euro, ready to be placed."""
        input = {
            "currency": "EUR",
            "lines": basket(units),
            "shippingAddress": ADDRESS,
            "shippingMethodId": DHL,
            "idempotencyKey": self.key(),
        }
        return await self.do("createOrder", principal, **input | more)

    async def draft(
        self, units: Mapping[int, int] | None = None, principal: Principal = as_anna, **more: Any
    ) -> Any:
        """A draft that can be placed: three of variant 1, unless told otherwise."""
        made = await self.create({1: 3} if units is None else units, principal, **more)
        assert made["errors"] == []
        return made["order"]

    async def place(self, id: ID | str, principal: Principal = as_anna, **more: Any) -> Any:
        """The payload of `placeOrder`."""
        input = {"orderId": id, "idempotencyKey": self.key()}
        return await self.do("placeOrder", principal, **input | more)

    async def placed(
        self, units: Mapping[int, int] | None = None, principal: Principal = as_anna
    ) -> Any:
        draft = await self.draft(units, principal)
        made = await self.place(draft["id"], principal)
        assert made["errors"] == []
        return made["order"]

    async def lines(
        self, id: ID | str, units: Mapping[int, int], principal: Principal = as_anna, **more: Any
    ) -> Any:
        """The payload of `updateOrderLines`."""
        input = {"orderId": id, "lines": basket(units)}
        return await self.do("updateOrderLines", principal, **input | more)

    async def cancel(self, id: ID | str, principal: Principal = as_anna, **more: Any) -> Any:
        input = {"orderId": id, "idempotencyKey": self.key()}
        return await self.do("cancelOrder", principal, **input | more)

    def key(self) -> str:
        return f"key {next(self.keys)}"
