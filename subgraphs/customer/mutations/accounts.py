"""Customers' own records: made, changed, activated, suspended."""

from collections.abc import Callable, Mapping
from typing import Any

from subgraphs.customer import contacts, policy
from subgraphs.customer.errors import CustomerNotActiveError, EmailTakenError
from subgraphs.customer.service import accounts
from subgraphs.customer.types import Customer
from subgraphs.kit import (
    ID,
    Info,
    Maybe,
    Refused,
    UnitOfWork,
    input,
    invalid,
    length,
    line,
    mutation,
)
from subgraphs.kit.errors import ForbiddenError
from subgraphs.kit.types import camel

LONGEST_NAME = 100
LONGEST_REASON = 1000


def _name(text: str, *path: str | int) -> str:
    return line(text, LONGEST_NAME, *path)


CHECKS: Mapping[str, Callable[..., str]] = {
    "email": contacts.email,
    "first_name": _name,
    "last_name": _name,
    "phone": contacts.phone,
    "locale": contacts.locale,
}


@input
class CreateCustomerInput:
    """`guest`: somebody who buys without an account; guests may share an email."""

    email: str
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    locale: str | None = None
    guest: bool = False
    idempotency_key: str | None = None


@mutation(policy.CREATE, EmailTakenError)
async def create_customer(info: Info, work: UnitOfWork, input: CreateCustomerInput) -> Customer:
    """Take a new customer into the books, with an account or as a guest."""
    if info.scope.owner is not None:  # on behalf of one customer, nobody makes another
        raise Refused(ForbiddenError())
    given = {name: getattr(input, name) for name in CHECKS}
    return await accounts.create(work, _checked(given), guest=input.guest)


@input
class UpdateCustomerInput:
    """What is left out stays; null takes away what may be missing (not the email)."""

    customer_id: ID
    email: Maybe[str | None]
    first_name: Maybe[str | None]
    last_name: Maybe[str | None]
    phone: Maybe[str | None]
    locale: Maybe[str | None]
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.CHANGE, EmailTakenError, CustomerNotActiveError)
async def update_customer(info: Info, work: UnitOfWork, input: UpdateCustomerInput) -> Customer:
    """Change what is given; where that is what holds already, nothing happens."""
    given = {name: some.value for name in CHECKS if (some := getattr(input, name)) is not None}
    if "email" in given and given["email"] is None:
        raise invalid("An email may change, but not go.", "email")
    return await accounts.update(
        work, info.scope, input.customer_id, _checked(given), input.expected_version
    )


@input
class ActivateCustomerInput:
    customer_id: ID
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.ACTIVATE, EmailTakenError)
async def activate_customer(info: Info, work: UnitOfWork, input: ActivateCustomerInput) -> Customer:
    """Turn a guest's record into an account, at sign-up."""
    return await accounts.activate(work, info.scope, input.customer_id, input.expected_version)


@input
class SuspendCustomerInput:
    """`reason` is for staff."""

    customer_id: ID
    reason: str | None = None
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.APPROVE)
async def suspend_customer(info: Info, work: UnitOfWork, input: SuspendCustomerInput) -> Customer:
    """The customer may still read, and change nothing."""
    reason = None if input.reason is None else length(input.reason, LONGEST_REASON, "reason")
    return await accounts.suspend(
        work, info.scope, input.customer_id, reason, input.expected_version
    )


@input
class ReactivateCustomerInput:
    customer_id: ID
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.APPROVE)
async def reactivate_customer(
    info: Info, work: UnitOfWork, input: ReactivateCustomerInput
) -> Customer:
    """End a suspension."""
    return await accounts.reactivate(work, info.scope, input.customer_id, input.expected_version)


def _checked(given: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        name: None if text is None else CHECKS[name](text, camel(name))
        for name, text in given.items()
    }
