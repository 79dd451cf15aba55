"""What carries the events, beside the server: sequencer, bus and hub of this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from events.bell import Bell
from events.defects import Defects
from events.hub.source import LogSource
from events.postgres_bus import PostgresBus
from events.retention import prune
from events.sequencer import Sequencer
from models.database import Database, UnitOfWork
from souk.settings import Settings
from subgraphs.kit.agents import Agents
from subgraphs.kit.consuming import consumers
from subgraphs.kit.schedule import Timer

CONNECTIONS = 3


def retention(settings: Settings) -> Timer:
    """Removes what is older than the installation keeps events."""
    keep = timedelta(days=settings.events.retention_days)

    async def run(work: UnitOfWork, key: str) -> None:
        await prune(work, keep)

    return Timer("event_retention", run, every=timedelta(minutes=10))


@asynccontextmanager
async def event_work(url: str, agents: Agents, role: str | None = None) -> AsyncIterator[Bell]:
    """Runs for as long as the block does. Bell and sequencer have connections of their own, which
    no request takes from them. Gives what tells of news in the log.
    """
    db = Database(url, connections=CONNECTIONS, role=role)
    bell = Bell(db)
    defects = Defects(agents.capture)
    bus = PostgresBus(agents.db, bell, consumers(agents), defects)
    loops = (bell.run(), Sequencer(db, bell, defects).run(), bus.run())
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        async with _hub(agents, bell):
            yield bell
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await db.close()


@asynccontextmanager
async def _hub(agents: Agents, bell: Bell) -> AsyncIterator[None]:
    """What feeds the subscriptions, where there are any."""
    if agents.hub is None:
        yield
        return
    async with agents.hub.running(LogSource(agents.db, bell)):
        yield
