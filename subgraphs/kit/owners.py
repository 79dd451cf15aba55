"""Whose rows an agent writes: aliases of merged records, and who is being erased or is.

The database itself refuses or redirects what is written (models/owners.py); here is what rules ask
for beforehand, and what settles an owner: merge, request, erasure.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import and_, delete, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError

from models.database import Reads, UnitOfWork
from models.owners import BUSY, ERASURE, owner_mark
from models.personal import Holding, holdings
from subgraphs.kit.errors import ErasureRequestedError, Refused, UnavailableError

MARK = owner_mark.c
_SETTLED = text("SELECT platform.settled_owner(:agent, :owner, true, :refuse)")
_BUCKETS = text(
    "SELECT DISTINCT hashtext(owner) & 1023 AS bucket"
    " FROM unnest(CAST(:owners AS text[])) owner ORDER BY bucket"
)
_TAKE = text("SELECT pg_advisory_xact_lock(hashtext('owner:' || :agent), :bucket)")
_SETTLING = text("SELECT set_config('souk.settling', :on, true)")


async def settled(work: UnitOfWork, agent: str, owner: str) -> str:
    """The id under which the owner is known now; until the work ends, it stays so.

    Refused where the owner is being erased or is: for whatever a rule must not begin then.
    """
    try:
        return await _settled(work, agent, owner, refuse=True)
    except DBAPIError as error:
        if (refused := refusal(error)) is None:
            raise
        raise refused from error


async def _settled(work: UnitOfWork, agent: str, owner: str, *, refuse: bool) -> str:
    given = {"agent": agent, "owner": owner, "refuse": refuse}
    return str((await work.rows(_SETTLED, given))[0][0])


def refusal(error: DBAPIError) -> Refused | None:
    """What the caller gets where the database would not write something for its owner."""
    state = getattr(error.orig, "sqlstate", None)
    if state == ERASURE:
        return Refused(ErasureRequestedError())
    return Refused(UnavailableError()) if state == BUSY else None


async def former_ids(db: Reads, owner: str) -> frozenset[str]:
    """The owner's id, and those of all records that were merged into theirs.

    As soon as any agent knows of it: to be merged is for good.
    """
    family = select(literal(owner).label("id")).cte("family", recursive=True)
    family = family.union(select(MARK.owner_id).join(family, MARK.into_id == family.c.id))
    return frozenset(row.id for row in await db.rows(select(family.c.id)))


async def take(work: UnitOfWork, agent: str, owners: Sequence[str]) -> None:
    """Nobody else writes for these owners until the work ends; who did so before has committed."""
    row = {"agent": agent, "owners": list(owners)}
    for bucket in await work.rows(_BUCKETS, row):  # in one order, whoever takes them
        await work.rows(_TAKE, {"agent": agent, "bucket": bucket[0]})


async def request(work: UnitOfWork, agent: str, owners: Sequence[str], erasure: str) -> None:
    """From here on nothing is written for them, unless the erasure is vetoed."""
    await _mark(work, agent, owners, erasure_id=erasure)


async def withdraw(work: UnitOfWork, agent: str, owners: Sequence[str], erasure: str) -> None:
    """The erasure was vetoed: they are as before. One that has come after it stays."""
    theirs = and_(MARK.agent == agent, MARK.owner_id.in_(owners), MARK.erasure_id == erasure)
    await work.execute(delete(owner_mark).where(theirs, MARK.into_id.is_(None)))
    await work.execute(update(owner_mark).where(theirs).values(erasure_id=None))


async def erase(work: UnitOfWork, agent: str, owners: Sequence[str], erasure: str) -> None:
    """Scrub what is personal of theirs, for good: nothing is written for them any more."""
    await _mark(work, agent, owners, erasure_id=erasure, erased_at=work.now)
    async with settling(work):
        for holding in holdings(agent):
            await _erase(work, holding, owners)


async def merge(work: UnitOfWork, agent: str, owner: str, into: str) -> None:
    """What is the one's is the other's from here on, under whatever id that one is known now."""
    await _mark(work, agent, [owner], into_id=into)
    settled_into = await _settled(work, agent, owner, refuse=False)
    async with settling(work):
        for holding in holdings(agent):
            if holding.moves:
                theirs = update(holding.table).where(holding.owner == owner)
                await work.execute(
                    theirs.values({holding.owner: settled_into, **_next(work, holding)})
                )


@asynccontextmanager
async def settling(work: UnitOfWork) -> AsyncIterator[None]:
    """What is written here is written by who holds the owners (`take`): no guard stands in its way.

    Where the block raises, the work is rolled back, and this with it.
    """
    await work.rows(_SETTLING, {"on": "on"})
    yield
    await work.rows(_SETTLING, {"on": "off"})


async def _mark(work: UnitOfWork, agent: str, owners: Sequence[str], **values: object) -> None:
    rows = [{"agent": agent, "owner_id": owner, **values} for owner in owners]
    statement = upsert(owner_mark)
    changes = {name: statement.excluded[name] for name in values}
    key = [MARK.agent, MARK.owner_id]
    await work.execute(statement.on_conflict_do_update(index_elements=key, set_=changes), rows)


async def _erase(work: UnitOfWork, holding: Holding, owners: Sequence[str]) -> None:
    theirs = holding.owner.in_(owners)
    if holding.deleted:
        await work.execute(delete(holding.table).where(theirs))
    elif holding.scrubbed:
        scrubbed = {column.name: value for column, value in holding.scrubbed.items()}
        await work.execute(
            update(holding.table).where(theirs).values({**scrubbed, **_next(work, holding)})
        )


def _next(work: UnitOfWork, holding: Holding) -> dict[str, object]:
    """An entity that changes has another version: whoever read it before must read it again."""
    columns = holding.table.c
    changes: dict[str, object] = {}
    if "version" in columns:
        changes["version"] = columns["version"] + 1
    if "updated_at" in columns:
        changes["updated_at"] = work.now
    return changes
