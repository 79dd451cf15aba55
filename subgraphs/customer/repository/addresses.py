"""All SQL of address books. Whoever writes here holds the lock of the customer's row."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from models.address import PostalAddress
from models.customer import address
from subgraphs.customer.types import Address
from subgraphs.kit import ID, Reads, Scope, UnitOfWork

ADDRESS = address.c
ADDRESSES = select(address).order_by(ADDRESS.id)
PARTS = [field.name for field in fields(PostalAddress)]


async def by_ids(db: Reads, scope: Scope, ids: Sequence[ID]) -> dict[ID, Address]:
    rows = ADDRESSES.where(ADDRESS.id.in_(ids), scope.covers(ADDRESS.customer_id))
    return {each.id: each for each in map(_entry, await db.rows(rows))}


async def of_customers(db: Reads, scope: Scope, customers: Sequence[ID]) -> dict[ID, list[Address]]:
    rows = ADDRESSES.where(ADDRESS.customer_id.in_(customers), scope.covers(ADDRESS.customer_id))
    found: dict[ID, list[Address]] = {id: [] for id in customers}
    for entry in map(_entry, await db.rows(rows)):
        found[entry.customer_id].append(entry)
    return found


async def lock(work: UnitOfWork, customer: ID, id: ID) -> Address | None:
    rows = ADDRESSES.where(ADDRESS.id == id, ADDRESS.customer_id == customer).with_for_update()
    found = await work.rows(rows)
    return _entry(found[0]) if found else None


async def count(work: UnitOfWork, customer: ID) -> int:
    rows = select(func.count()).select_from(address).where(ADDRESS.customer_id == customer)
    [row] = await work.rows(rows)
    return int(row[0])


async def step_down(work: UnitOfWork, successor: Address) -> None:
    """Whichever addresses were the defaults that `successor` becomes no longer are."""
    for column, wanted in (
        (ADDRESS.is_default_shipping, successor.is_default_shipping),
        (ADDRESS.is_default_billing, successor.is_default_billing),
    ):
        if wanted:
            await work.execute(
                update(address)
                .where(
                    ADDRESS.customer_id == successor.customer_id,
                    ADDRESS.id != successor.id,
                    column,
                )
                .values({column: False, ADDRESS.version: ADDRESS.version + 1})
            )


async def no_defaults(work: UnitOfWork, customer: ID) -> None:
    """The entries come to another address book, which has defaults of its own."""
    theirs = update(address).where(ADDRESS.customer_id == customer)
    await work.execute(theirs.values(is_default_shipping=False, is_default_billing=False))


async def add(work: UnitOfWork, made: Address) -> None:
    await work.execute(insert(address).values(id=made.id, **_values(made)))


async def save(work: UnitOfWork, changed: Address) -> None:
    """`changed` carries the next version; the row must still hold the one before."""
    [_] = await work.rows(
        update(address)
        .where(ADDRESS.id == changed.id, ADDRESS.version == changed.version - 1)
        .values(_values(changed))
        .returning(ADDRESS.id)
    )


async def remove(work: UnitOfWork, id: ID) -> None:
    await work.execute(delete(address).where(ADDRESS.id == id))


def _entry(row: Row[Any]) -> Address:
    columns = dict(row._mapping)
    return Address(address=PostalAddress(**{part: columns.pop(part) for part in PARTS}), **columns)


def _values(entry: Address) -> dict[str, object]:
    return {
        **asdict(entry.address),
        "customer_id": entry.customer_id,
        "is_default_shipping": entry.is_default_shipping,
        "is_default_billing": entry.is_default_billing,
        "version": entry.version,
    }
