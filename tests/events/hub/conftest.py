"""A hub on the test's database: small queues, and no memory, so that it has to ask the log."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from events.bell import Bell
from events.hub import Hub
from events.hub.source import LogSource
from models.database import Database
from tests.events.traffic import Wires, running


@asynccontextmanager
async def hub_on_log(wires: Wires, queue: int = 1000, recent: int = 2000) -> AsyncIterator[Hub]:
    """Fed by the log, in which every defect fails the test."""
    bell = Bell(wires.db)
    hub = Hub(wires.db, wires.defects, queue=queue, recent=recent)
    async with running(bell.run()), hub.running(LogSource(wires.db, bell)):
        yield hub
    assert wires.captured.said == []


@pytest.fixture
def wires(db: Database) -> Wires:
    return Wires(db)


@pytest.fixture
async def hub(wires: Wires) -> AsyncIterator[Hub]:
    async with hub_on_log(wires, queue=100, recent=0) as hub:
        yield hub
