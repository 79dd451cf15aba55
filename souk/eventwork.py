"""What carries the events, beside the server: sequencer, bus and hub of this process."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from events.bell import Bell
from events.defects import Defects
from events.hub.ordered import OrderedSource
from events.hub.source import LogSource
from events.kafka.bus import KafkaBus
from events.kafka.feed import Feed
from events.postgres_bus import PostgresBus
from events.retention import prune
from events.sequencer import Sequencer
from models.database import Database, UnitOfWork
from souk.lasting import Loop, beside
from souk.settings import Settings
from subgraphs.kit.agents import Agents
from subgraphs.kit.consuming import consumers
from subgraphs.kit.schedule import Timer

CONNECTIONS = 3


def _bus(
    settings: Settings, agents: Agents, bell: Bell, defects: Defects
) -> PostgresBus | KafkaBus:
    """With a broker, where one is named."""
    found = consumers(agents)
    servers = settings.kafka_bootstrap_servers
    if servers is None:
        return PostgresBus(agents.db, bell, found, defects)
    return KafkaBus(agents.db, bell, found, defects, servers, keep=_kept(settings))


def _kept(settings: Settings) -> timedelta:
    return timedelta(days=settings.events.retention_days)


def retention(settings: Settings) -> Timer:
    """Removes what is older than the installation keeps events."""
    keep = _kept(settings)

    async def run(work: UnitOfWork, key: str) -> None:
        await prune(work, keep)

    return Timer("event_retention", run, every=timedelta(minutes=10))


@asynccontextmanager
async def event_work(
    settings: Settings, url: str, agents: Agents, role: str | None = None
) -> AsyncIterator[Bell]:
    """Runs for as long as the block does. Bell and sequencer have connections of their own, which
    no request takes from them. Gives what tells of news in the log.
    """
    db = Database(url, connections=CONNECTIONS, role=role)
    bell = Bell(db)
    defects = Defects(agents.capture)
    loops: Mapping[str, Loop] = {
        "loop of the bell": bell.run,
        "loop of the sequencer": Sequencer(db, bell, defects).run,
        "loop of the bus": lambda: _bus(settings, agents, bell, defects).run(),
    }
    try:
        async with beside(defects, loops), _hub(settings, agents, bell, defects):
            yield bell
    finally:
        await db.close()


@asynccontextmanager
async def _hub(
    settings: Settings, agents: Agents, bell: Bell, defects: Defects
) -> AsyncIterator[None]:
    """What feeds the subscriptions, where there are any."""
    servers = settings.kafka_bootstrap_servers
    if agents.hub is None:
        yield
    elif servers is None:
        async with agents.hub.running(LogSource(agents.db, bell)):
            yield
    else:
        source = OrderedSource(agents.db)
        feed = Feed(source, servers, defects)
        async with agents.hub.running(source), beside(defects, {"loop of the feed": feed.run}):
            yield
