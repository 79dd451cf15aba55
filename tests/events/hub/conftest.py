"""A hub on the test's database, and what it complains of."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from events.hub import Hub
from events.hub.bell import Bell
from events.hub.source import LogSource
from models.database import Database


@dataclass
class Complaints:
    """The defects that the hub reported."""

    defects: list[BaseException] = field(default_factory=list)

    async def __call__(self, defect: BaseException) -> None:
        self.defects.append(defect)


@pytest.fixture
async def complaints() -> AsyncIterator[Complaints]:
    """None, at the end of every test that does not take them away."""
    complaints = Complaints()
    yield complaints
    assert complaints.defects == []


@pytest.fixture
async def hub(db: Database, complaints: Complaints) -> AsyncIterator[Hub]:
    """Small queues, and no memory: it has to ask the log."""
    async with Hub(db, LogSource(db, Bell(db)), complaints, queue=100, recent=0).running() as hub:
        yield hub
