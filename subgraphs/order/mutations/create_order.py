"""Begin an order: a draft, or one that is placed at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.ids import is_id
from subgraphs.kit import (
    ID,
    CurrencyCode,
    Info,
    NotFoundError,
    PostalAddressInput,
    Refused,
    UnitOfWork,
    input,
    invalid,
    prepared,
)
from subgraphs.order import basket, placing, policy, quoting
from subgraphs.order.basket import Item, OrderLineInput
from subgraphs.order.errors import (
    BuyerNotActiveError,
    EmptyOrderError,
    InsufficientStockError,
    OrderCurrencyError,
    OrderIncompleteError,
    PriceUnavailableError,
    ShippingUnavailableError,
    TaxRateMissingError,
    VariantUnavailableError,
)
from subgraphs.order.placing import Placement
from subgraphs.order.quoting import Wish
from subgraphs.order.service import drafts
from subgraphs.order.types import Order


@input
class CreateOrderInput:
    """`customerId` is the caller's own where it is left out; staff has to say whose order it is.

    `place`: refuse to make any order, rather than a draft, where it cannot be placed at once.
    """

    customer_id: ID | None = None
    currency: CurrencyCode
    lines: list[OrderLineInput]
    shipping_address: PostalAddressInput | None = None
    shipping_method_id: ID | None = None
    place: bool = False
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Described:
    """The draft to be made, or, with `placement`, the order to be placed."""

    wish: Wish
    items: Sequence[Item]
    placement: Placement | None


async def _prepare(info: Info, input: CreateOrderInput) -> Described:
    wish = _wish(info, input)
    if input.place:
        placement = await placing.reserve_new(info, wish, input.idempotency_key)
        return Described(wish, placement.quote.items, placement)
    await quoting.check_buyer(info, wish.customer_id)
    if wish.method_id is not None:
        await quoting.usable_method(info.db, wish.method_id, wish.currency)
    return Described(wish, await basket.describe(info, wish.demand, wish.currency), None)


async def _undo(info: Info, input: CreateOrderInput, described: Described) -> None:
    if described.placement is not None:
        await placing.release_new(info, described.placement)


@prepared(
    policy.WRITE,
    BuyerNotActiveError,
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
async def create_order(
    info: Info, work: UnitOfWork, input: CreateOrderInput, described: Described
) -> Order:
    """Make a draft with the prices of this moment; with `place`, reserve and place it as well.

    All or nothing: where placing is refused there is no order, not even a draft, and the errors
    are those of `placeOrder`.
    """
    if described.placement is not None:
        return await drafts.add_placed(work, described.wish, described.placement)
    return await drafts.add(work, described.wish, described.items)


def _wish(info: Info, input: CreateOrderInput) -> Wish:
    given = input.shipping_address
    return Wish(
        customer_id=_buyer(info, input.customer_id),
        currency=input.currency,
        address=given.address("shippingAddress") if given else None,
        method_id=input.shipping_method_id,
        demand=basket.demand(input.lines),
    )


def _buyer(info: Info, named: ID | None) -> ID:
    """Somebody else's customer does not exist for a customer."""
    owner = info.scope.owner
    if owner is not None:
        if named not in (None, owner):
            raise Refused(NotFoundError(field=["customerId"]))
        return ID(owner)
    if named is None:
        raise invalid("Say whose order it is.", "customerId")
    if not is_id(named, "cus"):
        raise Refused(NotFoundError(field=["customerId"]))
    return named
