"""What inventory refuses, and why."""

from models.error_codes import ErrorCode
from subgraphs.kit import ID, UserError, error


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
class QuantityChangedError(UserError):
    """`actual` is the quantity as it is now."""

    code: ErrorCode = ErrorCode.QUANTITY_CHANGED
    message: str = "The quantity is no longer the one that you started from."
    actual: int
