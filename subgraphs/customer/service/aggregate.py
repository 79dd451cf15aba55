"""The customer's record as the root of all that hangs on it: found, locked, changed, told."""

from dataclasses import replace

from events.catalog.customer import CustomerUpdated
from events.outbox import emit
from subgraphs.customer.errors import CustomerNotActiveError
from subgraphs.customer.repository import customers
from subgraphs.customer.states import LIVE, OPEN
from subgraphs.customer.types import Customer
from subgraphs.kit import ID, NotFoundError, Refused, Scope, UnitOfWork, check_version


async def lock(work: UnitOfWork, scope: Scope, id: ID, expected: int | None = None) -> Customer:
    """The record at the version that the caller saw."""
    customer = await customers.lock(work, scope, id)
    if customer is None:
        raise Refused(NotFoundError(field=["customerId"]))
    check_version(customer.version, expected)
    return customer


async def lock_open(
    work: UnitOfWork, scope: Scope, id: ID, expected: int | None = None
) -> Customer:
    """Like `lock`, for a change by the customer or by staff: only staff change a suspended one."""
    customer = await lock(work, scope, id, expected)
    if customer.status not in (LIVE if scope.owner is None else OPEN):
        raise Refused(CustomerNotActiveError(status=customer.status.name, field=["customerId"]))
    return customer


async def save(work: UnitOfWork, changed: Customer) -> Customer:
    """The record at its next version."""
    saved = replace(changed, version=changed.version + 1, updated_at=work.now)
    await customers.save(work, saved)
    return saved


async def save_updated(work: UnitOfWork, changed: Customer, *fields: str) -> Customer:
    """Like `save`; the event names the `fields`, never what is in them."""
    saved = await save(work, changed)
    emit(work, CustomerUpdated(aggregate_id=saved.id, fields=list(fields)))
    return saved
