"""Every code that a payload can carry, in one enum: byte-identical in all subgraphs."""

from enum import StrEnum, auto


class ErrorCode(StrEnum):
    """What went wrong, for programs; the message says it to people."""

    ADDRESS_IN_USE = auto()
    ARCHIVED = auto()
    CATEGORY_CYCLE = auto()
    CURRENCY_MISMATCH = auto()
    CUSTOMER_NOT_ACTIVE = auto()
    DISCOUNT_TOO_LARGE = auto()
    EMAIL_TAKEN = auto()
    EMPTY_ORDER = auto()
    ERASURE_REQUESTED = auto()
    FORBIDDEN = auto()
    IDEMPOTENCY_KEY_REUSED = auto()
    INSUFFICIENT_STOCK = auto()
    INVALID_INPUT = auto()
    INVALID_TRANSITION = auto()
    MERGE_IN_PROGRESS = auto()
    NOT_FOUND = auto()
    NOT_PUBLISHABLE = auto()
    OPTIONS_TAKEN = auto()
    ORDER_BUSY = auto()
    ORDER_INCOMPLETE = auto()
    ORDER_NOT_EDITABLE = auto()
    PRICE_UNAVAILABLE = auto()
    QUANTITY_CHANGED = auto()
    SHIPPING_UNAVAILABLE = auto()
    SKU_TAKEN = auto()
    SLUG_TAKEN = auto()
    STALE_VERSION = auto()
    STEP_CANCELED = auto()
    TAX_RATE_MISSING = auto()
    TOO_MANY_ADDRESSES = auto()
    UNAVAILABLE = auto()
    VARIANT_UNAVAILABLE = auto()
