"""A customer's address book."""

from subgraphs.customer import policy
from subgraphs.customer.errors import CustomerNotActiveError, TooManyAddressesError
from subgraphs.customer.service import addresses
from subgraphs.customer.types import Customer
from subgraphs.kit import ID, Info, PostalAddressInput, UnitOfWork, input, invalid, mutation


@input
class UpsertAddressInput:
    """Without `addressId` a new entry; with it what is left out stays as it is.

    A new default takes the place of the old one. `expectedVersion` is the address's.
    """

    customer_id: ID
    address_id: ID | None = None
    address: PostalAddressInput | None = None
    is_default_shipping: bool | None = None
    is_default_billing: bool | None = None
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.CHANGE, CustomerNotActiveError, TooManyAddressesError)
async def upsert_address(info: Info, work: UnitOfWork, input: UpsertAddressInput) -> Customer:
    """Write an address into the book, or change one that is in it."""
    address = None if input.address is None else input.address.address("address")
    defaults = addresses.Defaults(input.is_default_shipping, input.is_default_billing)
    if input.address_id is not None:
        return await addresses.change(
            work,
            info.scope,
            input.customer_id,
            input.address_id,
            address,
            defaults,
            input.expected_version,
        )
    if address is None:
        raise invalid("A new entry needs an address.", "address")
    if input.expected_version is not None:
        raise invalid("A new entry has no version yet.", "expectedVersion")
    return await addresses.add(work, info.scope, input.customer_id, address, defaults)


@input
class DeleteAddressInput:
    """`expectedVersion` is the address's."""

    customer_id: ID
    address_id: ID
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.CHANGE, CustomerNotActiveError)
async def delete_address(info: Info, work: UnitOfWork, input: DeleteAddressInput) -> Customer:
    """Take an address out of the book. No other becomes a default in its place."""
    return await addresses.delete(
        work, info.scope, input.customer_id, input.address_id, input.expected_version
    )
