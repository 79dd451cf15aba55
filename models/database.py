"""The process's connection pool, reads outside a transaction, and the unit of work."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Executable, Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from models.announcing import Announcer
from models.ids import new_id
from models.liveness import IDLE_SECONDS, ping_after_idle

T = TypeVar("T")
Clock = Callable[[], datetime]
NewId = Callable[[str], str]
Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]
Flush = Callable[["UnitOfWork", list[T]], Awaitable[None]]

_inside: ContextVar[bool] = ContextVar("inside_unit_of_work", default=False)


_PATIENCE = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}
"""No statement, lock or forgotten transaction outlives the request that it serves."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def inside_unit_of_work() -> bool:
    """Whether this task holds an open transaction: then nobody may wait for the outside world."""
    return _inside.get()


@contextmanager
def marked() -> Iterator[None]:
    """Marks this task, and the tasks it starts, as inside a unit of work."""
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


@dataclass(frozen=True, slots=True)
class Cause:
    """Who set off a unit of work, and in which chain of happenings; every event carries it."""

    actor: str
    correlation_id: str
    causation_id: str | None = None
    on_behalf_of: str | None = None


SYSTEM = Cause(actor="system", correlation_id="system")
"""For what no caller set off: timers and maintenance."""


class Reads(Protocol):
    """What a repository's query needs: satisfied by the pool and by an open unit of work."""

    async def rows(
        self, statement: Executable, values: Values | None = None
    ) -> Sequence[Row[Any]]: ...

    async def fetch(self, statement: Executable, into: type[T]) -> list[T]:
        """Each row as an instance of `into`, columns matched to fields by name."""
        return [into(**row._mapping) for row in await self.rows(statement)]


class UnitOfWork(Reads):
    """One transaction of one mutation. Only who opened it commits; `now` stands still in it."""

    def __init__(
        self, connection: AsyncConnection, now: datetime, cause: Cause, make_id: NewId = new_id
    ) -> None:
        self.now = now
        self.cause = cause
        self.connection = connection
        self.new_id = make_id
        self.bells: set[str] = set()
        self.announced: set[str] = set()
        self.whole: UnitOfWork = self
        """The one that ends with the transaction, whichever cause this one is for."""
        self._queues: dict[Flush[Any], list[Any]] = {}

    def because(self, cause: Cause) -> "UnitOfWork":
        """The same transaction, for another cause; its queues are its own, so flush it."""
        other = UnitOfWork(self.connection, self.now, cause, self.new_id)
        other.bells, other.announced, other.whole = self.bells, self.announced, self.whole
        return other

    def announce(self, channel: str) -> None:
        """Have whoever listens to `channel` woken after the commit."""
        self.announced.add(channel)

    async def rows(self, statement: Executable, values: Values | None = None) -> Sequence[Row[Any]]:
        return (await self.connection.execute(statement, values)).all()

    async def execute(self, statement: Executable, values: Values | None = None) -> int:
        """Run a write, with many rows of `values` at once; how many rows it changed."""
        return (await self.connection.execute(statement, values)).rowcount

    def queue(self, flush: Flush[T]) -> list[T]:
        """A list that `flush` writes, all at once, just before the commit."""
        return self._queues.setdefault(flush, [])

    def queued(self, flush: Flush[T]) -> list[T]:
        """What waits for `flush`, without its being written."""
        return list(self._queues.get(flush, ()))

    def ring(self, bell: str) -> None:
        """Wake who waits for this bell in this process, once the work is committed."""
        self.bells.add(bell)

    async def flush(self) -> None:
        for flush, items in self._queues.items():
            await flush(self, items)


class Database(Reads):
    """The pool. As `Reads`, each statement takes a connection for itself and gives it back."""

    def __init__(
        self,
        url: str,
        *,
        connections: int = 10,
        clock: Clock = utc_now,
        make_id: NewId = new_id,
        role: str | None = None,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """`role` is whose rights every statement has, where it is not who the URL logs in as.

        A connection that was idle for `idle_seconds` is tried before it is used.
        """
        session = {"jit": "off", "application_name": role or "souk", **_PATIENCE}
        self.clock = clock
        self.make_id = make_id
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=connections,
            max_overflow=0,
            hide_parameters=True,  # an error is captured and kept: no personal data in it
            connect_args={"server_settings": session | ({"role": role} if role else {})},
        )
        self._bells: dict[str, set[asyncio.Event]] = defaultdict(set)
        ping_after_idle(self.engine, idle_seconds)
        self._autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._announcer = Announcer(self._autocommit)

    async def rows(self, statement: Executable, values: Values | None = None) -> Sequence[Row[Any]]:
        async with self._autocommit.connect() as connection:
            return (await connection.execute(statement, values)).all()

    @asynccontextmanager
    async def unit_of_work(self, cause: Cause = SYSTEM) -> AsyncIterator[UnitOfWork]:
        """Commits when the block ends, rolls back when it raises."""
        with marked():
            async with self.engine.begin() as connection:
                work = UnitOfWork(connection, self.clock(), cause, self.make_id)
                yield work
                await work.flush()
        for bell in work.bells:
            for waiting in self._bells[bell]:
                waiting.set()
        self._announcer.announce(work.announced)

    @contextmanager
    def listening(self, bell: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever a unit of work that rang `bell` was committed here.

        Other processes are not heard: who listens looks for itself now and then.
        """
        waiting = asyncio.Event()
        self._bells[bell].add(waiting)
        try:
            yield waiting
        finally:
            self._bells[bell].discard(waiting)

    @asynccontextmanager
    async def standing(self) -> AsyncIterator[AsyncConnection]:
        """A connection of one's own, on which each statement commits by itself."""
        async with self._autocommit.connect() as connection:
            yield connection

    async def close(self) -> None:
        await self._announcer.close()
        await self.engine.dispose()
