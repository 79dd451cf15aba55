"""What the customer agent refuses, and why."""

from typing import ClassVar

from models.error_codes import ErrorCode
from subgraphs.kit import UserError, error


@error
class EmailTakenError(UserError):
    code: ErrorCode = ErrorCode.EMAIL_TAKEN
    message: str = "Another account has this email."


@error
class CustomerNotActiveError(UserError):
    """A suspended customer may read and not write; a merged or erased one is nobody's to change.

    `status` is the name of a CustomerStatus, like the states of an InvalidTransitionError.
    """

    code: ErrorCode = ErrorCode.CUSTOMER_NOT_ACTIVE
    message: str = "Not possible in this state of the customer's account."
    status: str


@error
class TooManyAddressesError(UserError):
    code: ErrorCode = ErrorCode.TOO_MANY_ADDRESSES
    message: str = "The address book is full."
    limit: int


@error
class MergeInProgressError(UserError):
    """`agents` have not taken note yet that another record was merged into this one."""

    code: ErrorCode = ErrorCode.MERGE_IN_PROGRESS
    message: str = "Another record is still being merged into this one. Try again in a moment."
    retryable: bool = True
    agents: list[str]
    stored: ClassVar[bool] = False
