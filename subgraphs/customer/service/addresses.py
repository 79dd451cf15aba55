"""The rules of address books: not too many entries, one default of each kind at most."""

from dataclasses import dataclass, replace

from models.address import PostalAddress
from subgraphs.customer.errors import TooManyAddressesError
from subgraphs.customer.repository import addresses
from subgraphs.customer.service import aggregate
from subgraphs.customer.types import Address, Customer
from subgraphs.kit import ID, NotFoundError, Refused, Scope, UnitOfWork, check_version

MOST_ADDRESSES = 50


@dataclass(frozen=True, slots=True)
class Defaults:
    """Whether an address becomes the default, ceases to be it, or (None) stays what it is."""

    shipping: bool | None
    billing: bool | None


async def add(
    work: UnitOfWork, scope: Scope, customer_id: ID, address: PostalAddress, defaults: Defaults
) -> Customer:
    customer = await aggregate.lock_open(work, scope, customer_id)
    if await addresses.count(work, customer.id) >= MOST_ADDRESSES:
        raise Refused(TooManyAddressesError(limit=MOST_ADDRESSES, field=["customerId"]))
    made = Address(
        id=ID(work.new_id("adr")),
        customer_id=customer.id,
        address=address,
        is_default_shipping=bool(defaults.shipping),
        is_default_billing=bool(defaults.billing),
        version=1,
    )
    await addresses.step_down(work, made)
    await addresses.add(work, made)
    return await aggregate.save_updated(work, customer, "addresses")


async def change(
    work: UnitOfWork,
    scope: Scope,
    customer_id: ID,
    id: ID,
    address: PostalAddress | None,
    defaults: Defaults,
    expected: int | None,
) -> Customer:
    customer = await aggregate.lock_open(work, scope, customer_id)
    entry = await _lock(work, customer, id, expected)
    changed = replace(
        entry,
        address=address or entry.address,
        is_default_shipping=_chosen(defaults.shipping, entry.is_default_shipping),
        is_default_billing=_chosen(defaults.billing, entry.is_default_billing),
    )
    if changed == entry:
        return customer
    await addresses.step_down(work, changed)
    await addresses.save(work, replace(changed, version=entry.version + 1))
    return await aggregate.save_updated(work, customer, "addresses")


async def delete(
    work: UnitOfWork, scope: Scope, customer_id: ID, id: ID, expected: int | None
) -> Customer:
    customer = await aggregate.lock_open(work, scope, customer_id)
    entry = await _lock(work, customer, id, expected)
    await addresses.remove(work, entry.id)
    return await aggregate.save_updated(work, customer, "addresses")


async def _lock(work: UnitOfWork, customer: Customer, id: ID, expected: int | None) -> Address:
    entry = await addresses.lock(work, customer.id, id)
    if entry is None:
        raise Refused(NotFoundError(field=["addressId"]))
    check_version(entry.version, expected)
    return entry


def _chosen(wanted: bool | None, now: bool) -> bool:
    return now if wanted is None else wanted
