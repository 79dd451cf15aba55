"""Expected failures: an error is data in a payload, `Refused` carries it there from the rule."""

from typing import Any, ClassVar, TypeVar, dataclass_transform

import strawberry
from strawberry import federation

from models.error_codes import ErrorCode
from subgraphs.kit.types import describe, enum

C = TypeVar("C", bound=type[Any])

enum(ErrorCode)


@dataclass_transform(kw_only_default=True, frozen_default=True)
def error(cls: C) -> C:
    """An expected error's type, with data that helps the caller to go on.

    Shareable: an agent that passes on what another one refused (`placeOrder`, for want of stock)
    declares the same type, field by field.
    """
    return federation.type(cls, shareable=True, description=describe(cls))


@dataclass_transform(kw_only_default=True, frozen_default=True)
def _interface(cls: C) -> C:
    return strawberry.interface(cls, description=describe(cls))


@_interface
class UserError:
    """Something that the caller can understand and, perhaps, mend."""

    code: ErrorCode
    message: str
    field: list[str] = strawberry.field(
        default_factory=list, description="Where in the input, from the outside in."
    )
    retryable: bool = False

    stored: ClassVar[bool] = True
    """Whether a repeat with the same idempotency key is answered with this error again."""


class Refused(Exception):
    """A rule said no. Everything that the unit of work did is undone."""

    def __init__(self, first: UserError, *more: UserError) -> None:
        self.errors = [first, *more]
        super().__init__(*(error.message for error in self.errors))


class Superseded(Exception):
    """What was prepared no longer holds: the kit undoes it and prepares again."""


@error
class ForbiddenError(UserError):
    code: ErrorCode = ErrorCode.FORBIDDEN
    message: str = "This role may not do this."
    stored: ClassVar[bool] = False


@error
class NotFoundError(UserError):
    code: ErrorCode = ErrorCode.NOT_FOUND
    message: str = "There is no such thing, or it is not yours."


@error
class InvalidInputError(UserError):
    code: ErrorCode = ErrorCode.INVALID_INPUT
    stored: ClassVar[bool] = False


@error
class InvalidTransitionError(UserError):
    code: ErrorCode = ErrorCode.INVALID_TRANSITION
    message: str = "Not possible in this state."
    from_: str = strawberry.field(name="from")
    to: str
    allowed: list[str]


@error
class StaleVersionError(UserError):
    code: ErrorCode = ErrorCode.STALE_VERSION
    message: str = "Somebody else changed it in the meantime."
    expected: int
    actual: int


@error
class IdempotencyKeyReusedError(UserError):
    code: ErrorCode = ErrorCode.IDEMPOTENCY_KEY_REUSED
    message: str = "This key was used before, with another input."
    stored: ClassVar[bool] = False


@error
class UnavailableError(UserError):
    """Another agent could not be asked; nothing was changed, and a later try may succeed."""

    code: ErrorCode = ErrorCode.UNAVAILABLE
    message: str = "A part of the platform does not answer. Try again in a moment."
    retryable: bool = True
    stored: ClassVar[bool] = False


@error
class StepCanceledError(UserError):
    """What a saga had asked for under this key, it has called off since."""

    code: ErrorCode = ErrorCode.STEP_CANCELED
    message: str = "This step was called off: nothing is, or will be, left of it."


@error
class ErasureRequestedError(UserError):
    """For good, unless the erasure is vetoed: whoever is to be forgotten gets nothing new."""

    code: ErrorCode = ErrorCode.ERASURE_REQUESTED
    message: str = "The erasure of this person's data was requested: nothing new begins for them."


COMMON: tuple[type[UserError], ...] = (
    ForbiddenError,
    NotFoundError,
    InvalidInputError,
    InvalidTransitionError,
    StaleVersionError,
    IdempotencyKeyReusedError,
    UnavailableError,
    StepCanceledError,
    ErasureRequestedError,
)
