"""Edit an order: where it goes, how it is sent, what is taken off, what is in it."""

from collections.abc import Sequence
from typing import Any

from models.money import Money
from subgraphs.kit import (
    ID,
    Info,
    Maybe,
    MoneyInput,
    NotFoundError,
    PostalAddressInput,
    Refused,
    UnitOfWork,
    amount,
    at_least,
    input,
    invalid,
    length,
    mutation,
    prepared,
)
from subgraphs.kit.errors import ForbiddenError
from subgraphs.order import amending, basket, policy
from subgraphs.order.amending import Amendment
from subgraphs.order.basket import Item, OrderLineInput
from subgraphs.order.enums import OrderStatus
from subgraphs.order.errors import (
    BuyerNotActiveError,
    DiscountTooLargeError,
    EmptyOrderError,
    InsufficientStockError,
    OrderBusyError,
    OrderCurrencyError,
    OrderNotEditableError,
    PriceUnavailableError,
    ShippingUnavailableError,
    TaxRateMissingError,
    VariantUnavailableError,
)
from subgraphs.order.repository import orders
from subgraphs.order.service import drafts
from subgraphs.order.types import Order

MOST_DISCOUNTS = 20
LONGEST_REASON = 200


@input
class OrderDiscountInput:
    """`amount` is with or without tax, as the shop's prices are; `reason` is for staff."""

    amount: MoneyInput
    reason: str


@input
class UpdateOrderInput:
    """What is left out stays; null takes it away. `discounts` replace those that there were."""

    order_id: ID
    shipping_address: Maybe[PostalAddressInput | None]
    shipping_method_id: Maybe[ID | None]
    discounts: Maybe[list[OrderDiscountInput] | None]
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(
    policy.WRITE,
    DiscountTooLargeError,
    OrderCurrencyError,
    OrderNotEditableError,
    ShippingUnavailableError,
)
async def update_order(info: Info, work: UnitOfWork, input: UpdateOrderInput) -> Order:
    """Change a draft; only staff gives discounts."""
    if input.discounts is not None and info.scope.owner is not None:
        raise Refused(ForbiddenError(field=["discounts"]))
    changes = _delivery(input)
    discounts = _discounts(input)
    order = await drafts.editable(work, info.scope, input.order_id, input.expected_version)
    if discounts is not None:
        await drafts.set_discounts(work, order, discounts)
    if not changes and discounts is None:
        return order
    return await drafts.set_delivery(work, order, changes)


@input
class UpdateOrderLinesInput:
    """`lines` are all that the order shall have: what is not among them is taken out."""

    order_id: ID
    lines: list[OrderLineInput]
    expected_version: int | None = None
    idempotency_key: str | None = None


async def _describe(info: Info, input: UpdateOrderLinesInput) -> Sequence[Item] | Amendment:
    wanted = basket.demand(input.lines)
    order = (await orders.by_id(info.db, info.scope, [input.order_id])).get(input.order_id)
    if order is None:
        raise Refused(NotFoundError(field=["orderId"]))
    if order.status is OrderStatus.PLACED:
        return await amending.prepare(info, order.id, wanted, input.expected_version)
    drafts.check_editable(order)
    return await basket.describe(info, wanted, order.currency)


async def _undo(
    info: Info, input: UpdateOrderLinesInput, described: Sequence[Item] | Amendment
) -> None:
    if isinstance(described, Amendment):
        await amending.abandon(info, described)


@prepared(
    policy.WRITE,
    BuyerNotActiveError,
    DiscountTooLargeError,
    EmptyOrderError,
    InsufficientStockError,
    OrderBusyError,
    OrderCurrencyError,
    OrderNotEditableError,
    PriceUnavailableError,
    ShippingUnavailableError,
    TaxRateMissingError,
    VariantUnavailableError,
    prepare=_describe,
    undo=_undo,
)
async def update_order_lines(
    info: Info,
    work: UnitOfWork,
    input: UpdateOrderLinesInput,
    described: Sequence[Item] | Amendment,
) -> Order:
    """Replace the lines, at the prices of this moment.

    Also of an order that is PLACED, until it is confirmed: there a line that does not grow keeps
    its price, and what is refused (for want of stock, say) changes nothing. ORDER_BUSY, to be
    tried again, while a step of it is in flight.
    """
    if isinstance(described, Amendment):
        return await amending.write(work, info.scope, input.order_id, described)
    return await drafts.set_lines(
        work, info.scope, input.order_id, described, input.expected_version
    )


def _delivery(input: UpdateOrderInput) -> dict[str, Any]:
    """The changes by column."""
    changes: dict[str, Any] = {}
    if input.shipping_address is not None:
        given = input.shipping_address.value
        address = given.address("shippingAddress") if given else None
        changes["address"] = drafts.address_row(address)
    if input.shipping_method_id is not None:
        changes["shipping_method_id"] = input.shipping_method_id.value
    return changes


def _discounts(input: UpdateOrderInput) -> list[tuple[Money, str]] | None:
    if input.discounts is None:
        return None
    given = input.discounts.value or []
    if len(given) > MOST_DISCOUNTS:
        raise invalid(f"At most {MOST_DISCOUNTS} discounts.", "discounts")
    checked = []
    for index, discount in enumerate(given):
        money = discount.amount.money()
        at_least(1, amount(money, "discounts", index, "amount"), "discounts", index, "amount")
        reason = length(discount.reason, LONGEST_REASON, "discounts", index, "reason")
        checked.append((money, reason))
    return checked
