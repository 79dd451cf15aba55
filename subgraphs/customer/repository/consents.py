"""All SQL of consents: rows are added, never changed; the newest of a kind is what holds."""

from collections.abc import Sequence

from sqlalchemy import func, insert, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from models.customer import ConsentKind, consent_change
from subgraphs.customer.types import Consent, ConsentChange
from subgraphs.kit import ID, Reads, Scope, UnitOfWork

CHANGE = consent_change.c
COLUMNS = [CHANGE.customer_id, CHANGE.kind, CHANGE.granted, CHANGE.source, CHANGE.at]
NEWEST = (
    select(*COLUMNS)
    .ext(distinct_on(CHANGE.customer_id, CHANGE.kind))
    .order_by(CHANGE.customer_id, CHANGE.kind, CHANGE.ordinal.desc())
)

Subject = tuple[ID, ConsentKind]
"""Whose consent to what."""


async def of_customers(db: Reads, scope: Scope, customers: Sequence[ID]) -> dict[ID, list[Consent]]:
    rows = NEWEST.where(CHANGE.customer_id.in_(customers), scope.covers(CHANGE.customer_id))
    found: dict[ID, list[Consent]] = {id: [] for id in customers}
    for consent in await db.fetch(rows, Consent):
        found[consent.customer_id].append(consent)
    return found


async def newest(work: UnitOfWork, customer: ID, kind: ConsentKind) -> Consent | None:
    rows = NEWEST.where(CHANGE.customer_id == customer, CHANGE.kind == kind)
    found = await work.fetch(rows, Consent)
    return found[0] if found else None


async def history(
    db: Reads, scope: Scope, subjects: Sequence[Subject], first: int
) -> dict[Subject, list[ConsentChange]]:
    """The `first` newest changes of each, the newest first."""
    kind = (CHANGE.customer_id, CHANGE.kind)
    age = func.row_number().over(partition_by=kind, order_by=CHANGE.ordinal.desc())
    aged = (
        select(*COLUMNS, age.label("age"))
        .where(tuple_(*kind).in_(subjects), scope.covers(CHANGE.customer_id))
        .subquery()
    )
    rows = select(*(aged.c[column.name] for column in COLUMNS)).where(aged.c.age <= first)
    found: dict[Subject, list[ConsentChange]] = {subject: [] for subject in subjects}
    for change in await db.fetch(rows.order_by(aged.c.age), ConsentChange):
        found[change.customer_id, change.kind].append(change)
    return found


async def add(work: UnitOfWork, consent: Consent) -> None:
    await work.execute(
        insert(consent_change).values(
            customer_id=consent.customer_id,
            kind=consent.kind,
            granted=consent.granted,
            source=consent.source,
            actor=work.cause.actor,
            at=consent.at,
        )
    )
