"""What the product agent refuses, and why."""

from enum import StrEnum, auto

from models.error_codes import ErrorCode
from subgraphs.kit import ID, UserError, enum, error


@enum
class PublishBlocker(StrEnum):
    """What a product lacks before it can be published."""

    NO_ACTIVE_VARIANT = auto()
    NO_PRICED_VARIANT = auto()


@error
class SkuTakenError(UserError):
    code: ErrorCode = ErrorCode.SKU_TAKEN
    message: str = "Another variant has this SKU."
    sku: str


@error
class OptionsTakenError(UserError):
    code: ErrorCode = ErrorCode.OPTIONS_TAKEN
    message: str = "Another variant of this product has these options."
    sku: str


@error
class SlugTakenError(UserError):
    code: ErrorCode = ErrorCode.SLUG_TAKEN
    message: str = "This slug is in use."
    slug: str


@error
class NotPublishableError(UserError):
    code: ErrorCode = ErrorCode.NOT_PUBLISHABLE
    message: str = "A product is published with an active variant that has a price now."
    reasons: list[PublishBlocker]


@error
class ArchivedError(UserError):
    code: ErrorCode = ErrorCode.ARCHIVED
    message: str = "What is archived does not change any more."
    archived_id: ID


@error
class CategoryCycleError(UserError):
    code: ErrorCode = ErrorCode.CATEGORY_CYCLE
    message: str = "A category cannot stand below itself."
    parent_id: ID
