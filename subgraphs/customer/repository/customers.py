"""All SQL of customers' own records."""

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    cast,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from models import customer as tables
from subgraphs.customer.search import prefixes, vector
from subgraphs.customer.states import EMAIL_IS_OWN
from subgraphs.customer.types import (
    Customer,
    CustomerSort,
    CustomerWhere,
)
from subgraphs.kit import (
    ID,
    Connection,
    Reads,
    Scope,
    UnitOfWork,
    keyset,
    matching,
)

CUSTOMER = tables.customer.c
REASON = CUSTOMER.suspension_reason.label("staff_reason")
COLUMNS = [*(c for c in CUSTOMER if c.name not in ("search", "suspension_reason")), REASON]
CUSTOMERS = select(*COLUMNS)


async def by_ids(db: Reads, scope: Scope, ids: Sequence[ID]) -> dict[ID, Customer]:
    rows = CUSTOMERS.where(CUSTOMER.id.in_(ids), scope.covers(CUSTOMER.id))
    return {customer.id: customer for customer in await db.fetch(rows, Customer)}


async def page(
    db: Reads,
    scope: Scope,
    search: str | None,
    where: CustomerWhere | None,
    order: CustomerSort,
    first: int,
    after: str | None,
) -> Connection[Customer]:
    rows = CUSTOMERS.where(scope.covers(CUSTOMER.id), found_by(search))
    return await keyset(
        db,
        rows.where(*matching(where, tables.customer)),
        Customer,
        by=CUSTOMER[order.field.value],
        tiebreak=CUSTOMER.id,
        direction=order.direction,
        first=first,
        after=after,
    )


def found_by(search: str | None) -> ColumnElement[bool]:
    """Every record where nothing is searched for; none where there is no word in it."""
    if search is None or not search.strip():
        return true()
    query = prefixes(search)
    return CUSTOMER.search.bool_op("@@")(cast(literal(query), TSQUERY)) if query else false()


async def lock(work: UnitOfWork, scope: Scope, id: ID) -> Customer | None:
    """The record, which nobody else changes until the work ends."""
    rows = CUSTOMERS.where(CUSTOMER.id == id, scope.covers(CUSTOMER.id)).with_for_update()
    found = await work.fetch(rows, Customer)
    return found[0] if found else None


async def lock_each(work: UnitOfWork, ids: Sequence[ID]) -> dict[ID, Customer]:
    """Several records, locked in the order of their ids."""
    rows = CUSTOMERS.where(CUSTOMER.id.in_(ids)).order_by(CUSTOMER.id).with_for_update()
    return {customer.id: customer for customer in await work.fetch(rows, Customer)}


async def claim_email(work: UnitOfWork, email: str) -> bool:
    """Whether no account has the email; until the work ends, nobody else can take it either.

    Updates know no ON CONFLICT, so the email itself is locked, before it is looked for.
    """
    key = func.hashtextextended(f"customer.email:{email}", 0)
    await work.rows(select(func.pg_advisory_xact_lock(key)))
    before = CUSTOMER.status_before.in_(EMAIL_IS_OWN)
    held = or_(CUSTOMER.status.in_(EMAIL_IS_OWN), before)
    return not await work.rows(select(CUSTOMER.id).where(CUSTOMER.email == email, held))


async def add(work: UnitOfWork, customer: Customer) -> None:
    await work.execute(insert(tables.customer).values(row(customer)))


async def save(work: UnitOfWork, customer: Customer) -> None:
    """`customer` carries the next version; the row must still hold the one before."""
    [_] = await work.rows(
        update(tables.customer)
        .where(CUSTOMER.id == customer.id, CUSTOMER.version == customer.version - 1)
        .values(row(customer))
        .returning(CUSTOMER.id)
    )


def row(customer: Customer) -> dict[str, object]:
    """The columns of one record, plain values all of them: many go in as executemany."""
    return {
        "id": customer.id,
        "status": customer.status,
        "status_before": customer.status_before,
        "email": customer.email,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "phone": customer.phone,
        "locale": customer.locale,
        "name_key": customer.name_key,
        "search": vector(customer.email, customer.first_name, customer.last_name),
        "suspension_reason": customer.staff_reason,
        "merged_into_id": customer.merged_into_id,
        "created_at": customer.created_at,
        "updated_at": customer.updated_at,
        "version": customer.version,
    }
