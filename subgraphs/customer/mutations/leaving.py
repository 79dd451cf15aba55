"""Merging records, and erasing what is personal of a customer."""

from subgraphs.customer import exporting, policy
from subgraphs.customer.errors import CustomerNotActiveError, MergeInProgressError
from subgraphs.customer.service import leaving
from subgraphs.customer.types import Customer, Export
from subgraphs.kit import ID, Info, UnitOfWork, input, mutation
from subgraphs.kit.roster import everybody


@input
class MergeCustomersInput:
    """`customerId` is merged into `intoCustomerId`; `expectedVersion` is the former's."""

    customer_id: ID
    into_customer_id: ID
    expected_version: int | None = None
    idempotency_key: str


@mutation(policy.APPROVE, CustomerNotActiveError)
async def merge_customers(info: Info, work: UnitOfWork, input: MergeCustomersInput) -> Customer:
    """Two records of one person become one: the payload's, which has all that the other had."""
    return await leaving.merge(
        work, input.customer_id, input.into_customer_id, input.expected_version, everybody(info)
    )


@input
class AnonymizeCustomerInput:
    customer_id: ID
    expected_version: int | None = None
    idempotency_key: str


@mutation(policy.LEAVE, MergeInProgressError)
async def anonymize_customer(
    info: Info, work: UnitOfWork, input: AnonymizeCustomerInput
) -> Customer:
    """Have every agent forget the customer. `Customer.erasure` says who has agreed, and who has
    done it; one that objects, for an open order say, leaves everything as it was.
    """
    return await leaving.anonymize(
        work, info.scope, input.customer_id, input.expected_version, everybody(info)
    )


@input
class ExportCustomerDataInput:
    customer_id: ID
    idempotency_key: str | None = None


@mutation(policy.CHANGE, CustomerNotActiveError)
async def export_customer_data(
    info: Info, work: UnitOfWork, input: ExportCustomerDataInput
) -> Export:
    """Gather all that any agent holds of the customer. `customerExport` says when it is ready."""
    return await exporting.begin(work, info.scope, input.customer_id)
