"""The rules of customers' own records."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from events.catalog.customer import CustomerCreated, CustomerReactivated, CustomerSuspended
from events.outbox import emit
from models.customer import CustomerStatus
from subgraphs.customer.errors import EmailTakenError
from subgraphs.customer.repository import customers
from subgraphs.customer.search import name_key
from subgraphs.customer.service import aggregate
from subgraphs.customer.states import CUSTOMER, EMAIL_IS_OWN
from subgraphs.customer.types import Customer
from subgraphs.kit import ID, Refused, Scope, UnitOfWork
from subgraphs.kit.types import camel

Profile = Mapping[str, str | None]
"""Checked values by the name of their field; what is absent stays."""


async def create(work: UnitOfWork, profile: Profile, *, guest: bool) -> Customer:
    customer = Customer(
        id=ID(work.new_id("cus")),
        status=CustomerStatus.GUEST if guest else CustomerStatus.ACTIVE,
        email=profile["email"],
        first_name=profile["first_name"],
        last_name=profile["last_name"],
        phone=profile["phone"],
        locale=profile["locale"],
        name_key=name_key(profile["first_name"], profile["last_name"]),
        created_at=work.now,
        updated_at=work.now,
        version=1,
        status_before=None,
        staff_reason=None,
        merged_into_id=None,
    )
    await _keep_email_own(work, customer)
    await customers.add(work, customer)
    emit(work, CustomerCreated(aggregate_id=customer.id))
    return customer


async def update(
    work: UnitOfWork, scope: Scope, id: ID, profile: Profile, expected: int | None
) -> Customer:
    customer = await aggregate.lock_open(work, scope, id, expected)
    changed: dict[str, Any] = {
        name: value for name, value in profile.items() if value != getattr(customer, name)
    }
    if not changed:
        return customer
    updated = replace(customer, **changed)
    updated = replace(updated, name_key=name_key(updated.first_name, updated.last_name))
    if "email" in changed:
        await _keep_email_own(work, updated)
    return await aggregate.save_updated(work, updated, *map(camel, changed))


async def activate(work: UnitOfWork, scope: Scope, id: ID, expected: int | None) -> Customer:
    customer = await aggregate.lock(work, scope, id, expected)
    status = CUSTOMER.walk(customer.status, CustomerStatus.ACTIVE, by="activateCustomer")
    active = replace(customer, status=status)
    await _keep_email_own(work, active)
    return await aggregate.save_updated(work, active, "status")


async def suspend(
    work: UnitOfWork, scope: Scope, id: ID, reason: str | None, expected: int | None
) -> Customer:
    customer = await aggregate.lock(work, scope, id, expected)
    status = CUSTOMER.walk(customer.status, CustomerStatus.SUSPENDED, by="suspendCustomer")
    suspended = replace(customer, status=status, staff_reason=reason)
    emit(work, CustomerSuspended(aggregate_id=id))
    return await aggregate.save(work, suspended)


async def reactivate(work: UnitOfWork, scope: Scope, id: ID, expected: int | None) -> Customer:
    customer = await aggregate.lock(work, scope, id, expected)
    status = CUSTOMER.walk(customer.status, CustomerStatus.ACTIVE, by="reactivateCustomer")
    active = replace(customer, status=status, staff_reason=None)
    emit(work, CustomerReactivated(aggregate_id=id))
    return await aggregate.save(work, active)


async def _keep_email_own(work: UnitOfWork, customer: Customer) -> None:
    """Guests may share an email; no two accounts do."""
    if customer.status not in EMAIL_IS_OWN or customer.email is None:
        return
    if not await customers.claim_email(work, customer.email):
        raise Refused(EmailTakenError(field=["email"]))
