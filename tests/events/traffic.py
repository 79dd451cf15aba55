"""Events of the tests, a consumer that counts what takes effect, and what runs beside a test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import text

from events.bell import Bell
from events.catalog.customer import CustomerUpdated
from events.defects import Defects
from events.event import Event
from events.outbox import emit
from events.received import Received
from models.database import Cause, Database, UnitOfWork

T = TypeVar("T")
TOO_LONG = 60.0
CAUSE = Cause(actor="usr_1", correlation_id="req_1", on_behalf_of="cus_1")
CREATE = text("""
    CREATE TABLE platform.effect (
        number bigserial, consumer text NOT NULL, event_id text NOT NULL, key text NOT NULL,
        sequence bigint NOT NULL, position bigint NOT NULL);
""")
GRANT = text("GRANT ALL ON platform.effect, platform.effect_number_seq TO PUBLIC")
REBORN = text("UPDATE platform.log_counter SET incarnation = gen_random_uuid()")
RECORD = text("""
    INSERT INTO platform.effect (consumer, event_id, key, sequence, position)
    VALUES (:consumer, :event_id, :key, :sequence, :position)
""")
EFFECTS = text("""
    SELECT key, sequence FROM platform.effect WHERE consumer = :consumer ORDER BY number
""")
LOGGED = text("SELECT position, aggregate_id, sequence FROM platform.event_log ORDER BY position")


async def until(look: Callable[[], Awaitable[T]], enough: Callable[[T], bool]) -> T:
    """What is seen, once it is enough; TimeoutError where it never is."""
    async with asyncio.timeout(TOO_LONG):
        while not enough(seen := await look()):  # noqa: ASYNC110  # other processes' doing
            await asyncio.sleep(0.01)
    return seen


async def create_effects(db: Database) -> None:
    """And an incarnation of its own: the clones of one database would take each other's events."""
    async with db.unit_of_work() as work:
        await work.execute(CREATE)
        await work.execute(GRANT)
        await work.execute(REBORN)


async def say(db: Database, *keys: str) -> None:
    """One transaction that says something about each key."""
    async with db.unit_of_work(CAUSE) as work:
        emit(work, *(updated(key) for key in keys))


def updated(key: str) -> Event:
    return CustomerUpdated(aggregate_id=key, fields=["locale"])


Hook = Callable[[Received[Event]], Awaitable[None]]


async def _fine(event: Received[Event]) -> None:
    """Nothing is in the way."""


@dataclass
class Counting:
    """A consumer whose effects are rows; `preparing` and `applying` may raise."""

    name: str = "counting"
    types: frozenset[str] = frozenset({CustomerUpdated.type})
    preparing: Hook = _fine
    applying: Hook = _fine

    @property
    def prepares(self) -> frozenset[str]:
        return self.types

    async def prepare(self, event: Received[Event]) -> str:
        await self.preparing(event)
        return event.envelope.id

    async def apply(self, work: UnitOfWork, event: Received[Event], prepared: Any) -> None:
        assert prepared == event.envelope.id
        await self.applying(event)
        effect = {
            "consumer": self.name,
            "event_id": event.envelope.id,
            "key": event.envelope.aggregate_id,
            "sequence": event.envelope.sequence,
            "position": event.position,
        }
        await work.execute(RECORD, effect)

    async def effects(self, db: Database) -> list[tuple[str, int]]:
        """Key and sequence of all that took effect, in that order."""
        return [tuple(row) for row in await db.rows(EFFECTS, {"consumer": self.name})]

    async def took(self, db: Database, count: int) -> list[tuple[str, int]]:
        """The effects, once there are as many."""
        return await until(lambda: self.effects(db), lambda effects: len(effects) >= count)


@dataclass
class Captured:
    """Keeps defects for the test to look at."""

    defects: list[tuple[str, str, BaseException]] = field(default_factory=list)

    async def __call__(
        self, agent: str, path: str, defect: BaseException, correlation_id: str
    ) -> str:
        self.defects.append((agent, path, defect))
        return f"err_{len(self.defects)}"

    @property
    def said(self) -> list[tuple[str, str]]:
        return [(agent, str(defect)) for agent, _, defect in self.defects]


@asynccontextmanager
async def running(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """The loops beside the block; one that ends by itself fails the test."""
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield tasks
        ended = [task for task in tasks if task.done() and not task.cancelled()]
        assert ended == []
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def logged(db: Database, count: int) -> list[tuple[int, str, int]]:
    """Position, key and sequence of all that is in the log, once there are as many."""
    rows = await until(lambda: db.rows(LOGGED), lambda rows: len(rows) >= count)
    return [tuple(row) for row in rows]


@dataclass
class Wires:
    """What the loops of one process share."""

    db: Database
    captured: Captured = field(default_factory=Captured)

    def __post_init__(self) -> None:
        self.bell = Bell(self.db)
        self.defects = Defects(self.captured)
