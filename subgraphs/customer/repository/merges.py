"""All SQL of merges: which records are one, and which agents have yet to take note of it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import insert, select, update

from models import customer as tables
from subgraphs.kit import ID, Reads, UnitOfWork

CUSTOMER = tables.customer.c
MERGE = tables.merge_agent.c


async def begin(work: UnitOfWork, merged: ID, into: ID, agents: Iterable[str]) -> None:
    """The record is merged as soon as the work commits; these agents have to acknowledge it."""
    rows = [{"merged_id": merged, "into_id": into, "agent": agent} for agent in sorted(agents)]
    await work.execute(insert(tables.merge_agent), rows)


async def acknowledge(work: UnitOfWork, merged: str, agent: str) -> None:
    """All that the agent had under the merged record's id is the other's."""
    done = update(tables.merge_agent).where(MERGE.merged_id == merged, MERGE.agent == agent)
    await work.execute(done.values(acknowledged_at=work.now))


async def family(db: Reads, id: ID) -> list[ID]:
    """The record's id, and those of all that were merged into it, or into one that was."""
    tree = select(CUSTOMER.id).where(CUSTOMER.id == id).cte("tree", recursive=True)
    tree = tree.union(select(CUSTOMER.id).join(tree, CUSTOMER.merged_into_id == tree.c.id))
    rows = await db.rows(select(tree.c.id))
    return [id, *sorted(row.id for row in rows if row.id != id)]


async def outstanding(db: Reads, merged: Sequence[ID]) -> list[str]:
    """The agents that have not acknowledged one of these merges yet."""
    waiting = select(MERGE.agent).where(
        MERGE.merged_id.in_(merged), MERGE.acknowledged_at.is_(None)
    )
    return sorted({row.agent for row in await db.rows(waiting)})


async def survivor(db: Reads, id: ID) -> ID:
    """The record that this one is part of now: itself, unless it was merged."""
    line = select(CUSTOMER.id, CUSTOMER.merged_into_id).where(CUSTOMER.id == id)
    tree = line.cte("line", recursive=True)
    more = select(CUSTOMER.id, CUSTOMER.merged_into_id)
    tree = tree.union(more.join(tree, CUSTOMER.id == tree.c.merged_into_id))
    rows = await db.rows(select(tree.c.id).where(tree.c.merged_into_id.is_(None)))
    return ID(rows[0].id)
