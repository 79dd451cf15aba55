"""What the customer agent refuses, and why."""

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
