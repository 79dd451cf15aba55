"""All SQL of exports."""

from collections.abc import Sequence

from sqlalchemy import insert, select, update

from models.customer import ExportState
from models.customer import export as exports
from subgraphs.customer.types import Export
from subgraphs.kit import ID, Reads, Scope, UnitOfWork

ROW = exports.c
COLUMNS = [column for column in ROW if column is not ROW.removed_at]
EXPORTS = select(*COLUMNS)


async def by_ids(db: Reads, scope: Scope, ids: Sequence[ID]) -> dict[ID, Export]:
    rows = EXPORTS.where(ROW.id.in_(ids), scope.covers(ROW.customer_id))
    return {each.id: each for each in await db.fetch(rows, Export)}


async def lock(work: UnitOfWork, id: str) -> Export | None:
    found = await work.fetch(EXPORTS.where(ROW.id == id).with_for_update(), Export)
    return found[0] if found else None


async def add(work: UnitOfWork, made: Export) -> None:
    values = {column.name: getattr(made, column.name) for column in COLUMNS}
    await work.execute(insert(exports).values(values))


async def save(work: UnitOfWork, changed: Export) -> None:
    values = {
        "state": changed.state,
        "expires_at": changed.expires_at,
        "version": changed.version + 1,
    }
    await work.execute(update(exports).where(ROW.id == changed.id).values(values))


async def living(work: UnitOfWork, customers: Sequence[ID]) -> list[Export]:
    """Those of these customers that have a file, or will have one; locked."""
    theirs = ROW.customer_id.in_(customers) & (ROW.state != ExportState.EXPIRED)
    return await work.fetch(EXPORTS.where(theirs).order_by(ROW.id).with_for_update(), Export)


async def removed(work: UnitOfWork, id: str) -> None:
    """Its file is gone."""
    gone = update(exports).where(ROW.id == id)
    await work.execute(gone.values(removed_at=work.now))


async def lying_about(db: Reads, customers: Sequence[ID]) -> bool:
    """Whether a file of these customers may still be there."""
    theirs = ROW.customer_id.in_(customers) & ROW.removed_at.is_(None)
    return bool(await db.rows(select(ROW.id).where(theirs).limit(1)))
