"""What the order agent refuses, and why."""

from models.error_codes import ErrorCode
from subgraphs.kit import ID, UserError, error
from subgraphs.order.enums import TaxClass


@error
class EmptyOrderError(UserError):
    code: ErrorCode = ErrorCode.EMPTY_ORDER
    message: str = "An order without lines cannot be placed."


@error
class OrderIncompleteError(UserError):
    """`missing` names what the order needs before it can be placed, as `updateOrder` takes it."""

    code: ErrorCode = ErrorCode.ORDER_INCOMPLETE
    message: str = "Something is missing before this order can be placed."
    missing: list[str]


@error
class OrderNotEditableError(UserError):
    """Address and discounts change in a DRAFT only, lines also while an order is PLACED."""

    code: ErrorCode = ErrorCode.ORDER_NOT_EDITABLE
    message: str = "This can no longer be edited."
    order_status: str


@error
class OrderBusyError(UserError):
    """A step of the order is in flight; between two steps it can be changed."""

    code: ErrorCode = ErrorCode.ORDER_BUSY
    message: str = "The order is being worked on. Try again in a moment."
    retryable: bool = True


@error
class BuyerNotActiveError(UserError):
    code: ErrorCode = ErrorCode.CUSTOMER_NOT_ACTIVE
    message: str = "This customer's account takes no orders."


@error
class VariantUnavailableError(UserError):
    code: ErrorCode = ErrorCode.VARIANT_UNAVAILABLE
    message: str = "This is not for sale."
    variant_id: ID


@error
class PriceUnavailableError(UserError):
    code: ErrorCode = ErrorCode.PRICE_UNAVAILABLE
    message: str = "This has no price in the order's currency."
    variant_id: ID


@error
class InsufficientStockError(UserError):
    """`warehouseId` is null where any warehouse would have done: then all of them are counted."""

    code: ErrorCode = ErrorCode.INSUFFICIENT_STOCK
    message: str = "Fewer units are available than asked for."
    variant_id: ID
    warehouse_id: ID | None
    requested: int
    available: int


@error
class OrderCurrencyError(UserError):
    """Everything in an order is in one currency: that of the order."""

    code: ErrorCode = ErrorCode.CURRENCY_MISMATCH
    message: str = "This is in another currency than the order."
    order_currency: str
    other_currency: str


@error
class ShippingUnavailableError(UserError):
    code: ErrorCode = ErrorCode.SHIPPING_UNAVAILABLE
    message: str = "This shipping method is not offered, or not to this country."
    shipping_method_id: ID
    destination: str | None


@error
class TaxRateMissingError(UserError):
    """Nobody said how this class of goods is taxed there; that is never taken for 0 %."""

    code: ErrorCode = ErrorCode.TAX_RATE_MISSING
    message: str = "No tax rate is known for this destination."
    country: str
    tax_class: TaxClass


@error
class DiscountTooLargeError(UserError):
    code: ErrorCode = ErrorCode.DISCOUNT_TOO_LARGE
    message: str = "The discounts are worth more than the goods."
