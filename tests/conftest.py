"""Fixtures of all tests: the server, a database of their own, and a way to ask a subgraph."""

import traceback
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import event

from models.database import Database
from models.migrations.grants import role_of
from models.migrations.run import AGENTS
from souk.embedded.throwaway import ThrowAwayPostgres
from subgraphs.kit import Principal, Subgraph
from subgraphs.kit.agents import Agents
from subgraphs.kit.capture import DatabaseCapture
from tests.callers import ADMIN
from tests.postgres import PLATFORM, RolledBack, Server

Ask = Callable[..., Coroutine[Any, Any, Any]]


class LoudCapture(DatabaseCapture):
    """Shows the defect in the test's output, too."""

    async def __call__(
        self, agent: str, path: str, defect: BaseException, correlation_id: str
    ) -> str:
        traceback.print_exception(defect)
        return await super().__call__(agent, path, defect, correlation_id)


@pytest.fixture(scope="session")
async def server() -> AsyncIterator[Server]:
    with ThrowAwayPostgres() as postgres:
        server = Server(postgres)
        await server.migrate()
        yield server
        await server.close()


@pytest.fixture
def role(request: pytest.FixtureRequest) -> str:
    """Who logs in: the agent that the test's folder is named after, else the platform."""
    folders = Path(str(request.node.fspath)).parts
    return next((role_of(agent) for agent in AGENTS if agent in folders), PLATFORM)


class Pools(Protocol):
    async def __call__(self, role: str) -> Database: ...


@pytest.fixture(scope="session")
async def pools(server: Server) -> AsyncIterator[Pools]:
    """One shared database for all that is rolled back, with a pool for each role."""
    opened: dict[str, Database] = {}

    async with server.database() as name:

        async def pool(role: str) -> Database:
            if role not in opened:
                opened[role] = Database(server.url(name, role))
            return opened[role]

        yield pool
        for db in opened.values():
            await db.close()


@pytest.fixture
async def db(request: pytest.FixtureRequest, pools: Pools, role: str) -> AsyncIterator[Database]:
    """A clean database: rolled back after the test, or a clone where it is marked `commits`."""
    if request.node.get_closest_marker("commits"):
        async with request.getfixturevalue("server").clone(role) as db:
            yield db
    else:
        shared = await pools(role)
        async with shared.engine.connect() as connection:
            transaction = await connection.begin()
            yield RolledBack(connection)
            await transaction.rollback()


@pytest.fixture
def ask(db: Database, tmp_path: Path) -> Ask:
    """Execute a document on one subgraph; its data, or the errors where `errors=True`."""

    async def ask(
        subgraph: Subgraph,
        document: str,
        principal: Principal = ADMIN,
        errors: bool = False,
        lease: float = 30,
        **variables: Any,
    ) -> Any:
        agents = Agents(
            {subgraph.name: subgraph},
            db,
            LoudCapture(db, tmp_path / "spool"),
            lease=timedelta(seconds=lease),
        )
        result = await agents.execute(subgraph.name, document, variables, principal, "req_test")
        if errors:
            return result.errors
        assert result.errors is None, result.errors
        return result.data

    return ask


@pytest.fixture
def statements(db: Database) -> Iterator[list[str]]:
    """The SQL that has run so far; a growing list."""
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine.sync_engine, "before_cursor_execute", note)
