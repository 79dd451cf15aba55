"""A real PostgreSQL for the tests: a throw-away server, and two ways to a clean database."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from sqlalchemy import Executable, Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from models.database import SYSTEM, Cause, Database, UnitOfWork, Values, marked, utc_now
from models.ids import new_id
from models.migrations import run
from souk.embedded.throwaway import ThrowAwayPostgres

PLATFORM = "souk"
"""The role that the platform logs in as: no superuser, but it may create the agents' roles."""


class Server:
    """The throw-away server with a migrated template."""

    def __init__(self, postgres: ThrowAwayPostgres) -> None:
        self._postgres = postgres
        self._numbers = count()
        self._admin = create_async_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")

    def url(self, database: str, role: str = PLATFORM) -> str:
        return self._postgres.url(database, user=role)

    async def migrate(self) -> None:
        """Fill the template that the tests clone, with the rights that an installation has."""
        await self.command(f"CREATE ROLE {PLATFORM} LOGIN NOSUPERUSER CREATEROLE")
        await self.command(f"CREATE DATABASE template_souk OWNER {PLATFORM}")
        await run.upgrade(self.url("template_souk"))

    @asynccontextmanager
    async def clone(self, role: str = PLATFORM, connections: int = 10) -> AsyncIterator[Database]:
        """A database of one's own: for whatever is concurrent, or must survive its connection."""
        async with self.database() as name:
            db = Database(self.url(name, role), connections=connections)
            yield db
            await db.close()

    @asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """The name of a migrated database that is dropped afterwards."""
        name = f"test_{next(self._numbers)}"
        await self.command(
            f"CREATE DATABASE {name} TEMPLATE template_souk OWNER {PLATFORM} STRATEGY FILE_COPY"
        )
        yield name
        await self.command(f"DROP DATABASE {name} WITH (FORCE)")

    async def command(self, sql: str) -> None:
        """As the superuser, outside any transaction."""
        async with self._admin.connect() as connection:
            await connection.execute(text(sql))

    async def close(self) -> None:
        await self._admin.dispose()


class Transaction:
    """One connection whose transaction never commits; callers take turns on it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.turn = asyncio.Lock()
        self._role: str | None = None

    async def become(self, role: str) -> None:
        """From here on the statements run with the rights of `role`."""
        if role != self._role:
            await self.connection.execute(text(f"SET LOCAL ROLE {role}"))
            self._role = role


class RolledBack(Database):
    """A role's view of a transaction that never commits; a unit of work is a savepoint in it.

    Forty times cheaper than a clone. Callers take turns, so it shows nothing about races.
    """

    def __init__(self, transaction: Transaction, role: str) -> None:
        self.clock = utc_now
        self.make_id = new_id
        self.engine = transaction.connection.engine
        self._bells = defaultdict(set)
        self._transaction = transaction
        self._role = role

    async def rows(self, statement: Executable, values: Values | None = None) -> Sequence[Row[Any]]:
        async with self._transaction.turn:
            await self._transaction.become(self._role)
            return (await self._transaction.connection.execute(statement, values)).all()

    @asynccontextmanager
    async def unit_of_work(self, cause: Cause = SYSTEM) -> AsyncIterator[UnitOfWork]:
        async with self._transaction.turn:
            await self._transaction.become(self._role)
            async with self._transaction.connection.begin_nested():
                with marked():
                    work = UnitOfWork(
                        self._transaction.connection, self.clock(), cause, self.make_id
                    )
                    yield work
                    await work.flush()
