"""Place a draft: reserve what is in it, then make it an order."""

from subgraphs.kit import ID, Info, UnitOfWork, input, prepared
from subgraphs.order import placing, policy
from subgraphs.order.errors import (
    BuyerNotActiveError,
    DiscountTooLargeError,
    EmptyOrderError,
    InsufficientStockError,
    OrderCurrencyError,
    OrderIncompleteError,
    PriceUnavailableError,
    ShippingUnavailableError,
    TaxRateMissingError,
    VariantUnavailableError,
)
from subgraphs.order.placing import Placing
from subgraphs.order.service import drafts
from subgraphs.order.types import Order


@input
class PlaceOrderInput:
    """With `expectedVersion`, what is placed is the draft that the caller has seen, or nothing."""

    order_id: ID
    expected_version: int | None = None
    idempotency_key: str


async def _prepare(info: Info, input: PlaceOrderInput) -> Placing:
    return await placing.reserve_draft(info, input.order_id, input.expected_version)


async def _undo(info: Info, input: PlaceOrderInput, reserved: Placing) -> None:
    await placing.release_draft(info, input.order_id, reserved)


@prepared(
    policy.WRITE,
    BuyerNotActiveError,
    DiscountTooLargeError,
    EmptyOrderError,
    InsufficientStockError,
    OrderCurrencyError,
    OrderIncompleteError,
    PriceUnavailableError,
    ShippingUnavailableError,
    TaxRateMissingError,
    VariantUnavailableError,
    prepare=_prepare,
    undo=_undo,
)
async def place_order(
    info: Info, work: UnitOfWork, input: PlaceOrderInput, reserved: Placing
) -> Order:
    """Reserve every line, and fix prices, taxes and shipping as they are now.

    Where that is refused, the order stays a draft, and nothing is kept from others.
    """
    return await drafts.place(work, info.scope, input.order_id, input.expected_version, reserved)
