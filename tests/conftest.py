"""Fixtures of all tests: the server, a database of their own, and a way to ask the platform."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import event

from models.database import Database
from models.migrations.grants import role_of
from models.migrations.run import AGENTS
from souk.embedded.throwaway import ThrowAwayPostgres
from subgraphs.kit import Kind, Principal
from tests.callers import ADMIN
from tests.kafka.broker import Broker
from tests.platform import Platform
from tests.postgres import PLATFORM, RolledBack, Server, Transaction

pytest_plugins = ["tests.graphiql", "tests.prerequisites", "tests.workflows.fixtures"]

# The same examples in every run, however busy the machine: a failure is a failure again.
settings.register_profile(
    "souk", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("souk")

Ask = Callable[..., Coroutine[Any, Any, Any]]


@pytest.fixture(scope="session")
async def server() -> AsyncIterator[Server]:
    with ThrowAwayPostgres() as postgres:
        server = Server(postgres)
        await server.migrate()
        yield server
        await server.close()


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    broker = Broker()
    try:
        broker.start()
        yield broker
    finally:
        broker.close()


@pytest.fixture(scope="session")
async def shared(server: Server) -> AsyncIterator[Database]:
    """The database of all tests that are rolled back, entered by whoever may become any role."""
    async with server.database() as name:
        db = Database(server.url(name, "postgres"))
        yield db
        await db.close()


@pytest.fixture
async def databases(
    request: pytest.FixtureRequest, shared: Database, server: Server
) -> AsyncIterator[dict[str, Database]]:
    """By role: rolled back after the test, or in a clone where it is marked `commits`."""
    roles = {"platform": PLATFORM, **{agent: role_of(agent) for agent in AGENTS}}
    async with AsyncExitStack() as stack:
        if request.node.get_closest_marker("commits"):
            name = await stack.enter_async_context(server.database())
            found = {who: Database(server.url(name, role)) for who, role in roles.items()}
            for db in found.values():
                stack.push_async_callback(db.close)
            yield found
        else:
            connection = await stack.enter_async_context(shared.engine.connect())
            outer = await connection.begin()
            transaction = Transaction(connection)
            yield {who: RolledBack(transaction, role) for who, role in roles.items()}
            await outer.rollback()


@pytest.fixture
def agent(request: pytest.FixtureRequest) -> str:
    """The agent that the test's folder is named after."""
    folders = Path(str(request.node.fspath)).parts
    return next((agent for agent in AGENTS if agent in folders), "platform")


@pytest.fixture
def db(databases: dict[str, Database], agent: str) -> Database:
    """The database as the role of the agent under test sees it."""
    return databases[agent]


@pytest.fixture
def platform(databases: dict[str, Database], tmp_path: Path) -> Platform:
    return Platform(databases, tmp_path / "spool")


@pytest.fixture
def ask(platform: Platform, agent: str) -> Ask:
    """Execute a document; its data, or the GraphQL errors (as dicts) where `errors=True`.

    Everybody goes through the gateway but services: they are sent straight to the owner.
    """

    async def ask(
        document: str, principal: Principal = ADMIN, errors: bool = False, **variables: Any
    ) -> Any:
        if principal.kind is Kind.SERVICE:
            answer = await platform.ask(agent, document, principal, variables)
        else:
            answer = await platform.through_gateway(document, principal, variables)
        if errors:
            for error in answer["errors"]:
                # Which agent refused is the gateway's to say; its own tests look at that.
                error.get("extensions", {}).pop("subgraph", None)
            return answer["errors"]
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    return ask


@pytest.fixture
def statements(databases: dict[str, Database]) -> Iterator[list[str]]:
    """The SQL that has run so far on any connection; a growing list."""
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    engines = {db.engine.sync_engine for db in databases.values()}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
