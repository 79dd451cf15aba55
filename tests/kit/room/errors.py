"""What is refused, and why."""

from models.error_codes import ErrorCode
from subgraphs.kit import UserError, error


@error
class TooLoudError(UserError):
    code: ErrorCode = ErrorCode.VARIANT_UNAVAILABLE
    message: str = "Not in capitals, please."
    loud: str
