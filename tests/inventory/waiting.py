"""Waits until other connections are held up by a lock, so that a race is sure to be one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from models.database import Database
from subgraphs.inventory import repository
from subgraphs.kit import ID, UnitOfWork

BLOCKED = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def blocked(db: Database, number: int = 1) -> list[int]:
    """The process ids of `number` connections that wait for a lock."""
    while True:
        found = [row.pid for row in await db.rows(text(BLOCKED))]
        if len(found) >= number:
            return found
        await asyncio.sleep(0.01)


@asynccontextmanager
async def held(db: Database, level: str) -> AsyncIterator[UnitOfWork]:
    """The stock level is locked by somebody else."""
    async with db.unit_of_work() as work:
        assert list(await repository.lock_levels(work, [ID(level)])) == [level]
        yield work
