"""Whose timeline is whose: as events named the owners. Merged records pass theirs on."""

from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, exists, literal, select, true
from sqlalchemy.dialects.postgresql import insert as upsert

from models.monitoring import timeline
from models.owners import owner_mark
from subgraphs.kit import Reads, Scope, UnitOfWork

TIMELINE = timeline.c
MERGED = owner_mark.alias("merged").c
OURS = MERGED.agent == "monitoring"
NEW = upsert(timeline).excluded
CLAIM = upsert(timeline).on_conflict_do_update(
    index_elements=["id"],
    set_={"customer_id": NEW.customer_id, "position": NEW.position},
    where=TIMELINE.position > NEW.position,
)


def claim(work: UnitOfWork, id: str, customer: str, position: int) -> None:
    """The timeline is this customer's when the transaction ends, unless an earlier event says whose
    it is.
    """
    claimed = {"id": id, "customer_id": customer, "position": position}
    work.whole.queue(_claim).append(claimed)


async def _claim(work: UnitOfWork, claimed: list[dict[str, Any]]) -> None:
    """The first for each; in the order of their ids, so that no two wait for each other."""
    first: dict[str, dict[str, Any]] = {}
    for claim in sorted(claimed, key=itemgetter("id", "position")):
        first.setdefault(claim["id"], claim)
    await work.execute(CLAIM, list(first.values()))


async def owners(db: Reads, customer: str) -> frozenset[str]:
    """Under which ids events name what is this customer's: their own, and those of records that
    went into theirs. None where their record went into another: nothing is theirs any more.
    """
    id = literal(customer)
    gone = exists().where(OURS, MERGED.owner_id == customer, MERGED.into_id.is_not(None))
    family = select(id.label("id")).where(~gone).cte("family", recursive=True)
    children = select(MERGED.owner_id).join(family, MERGED.into_id == family.c.id).where(OURS)
    family = family.union(children)
    return frozenset(row.id for row in await db.rows(select(family.c.id)))


def owned(scope: Scope, id: ColumnElement[str | None]) -> ColumnElement[bool]:
    """The condition that `id` is a timeline of the caller's."""
    if scope.owner is None:
        return true()
    return id.in_(select(TIMELINE.id).where(scope.covers(TIMELINE.customer_id)))
