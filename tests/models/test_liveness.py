"""A pool outlives the server's connections: killed ones are replaced before anybody meets them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from models.database import Database
from souk.embedded.throwaway import ThrowAwayPostgres
from tests.souk.embedded.queries import query

KILL = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'souk'"
)
PID = text("SELECT pg_backend_pid()")
NEVER = 3_600.0


@pytest.fixture(scope="module")
def server() -> Iterator[ThrowAwayPostgres]:
    with ThrowAwayPostgres() as server:
        yield server


@asynccontextmanager
async def pool(server: ThrowAwayPostgres, idle_seconds: float) -> AsyncIterator[Database]:
    database = Database(server.url("postgres"), connections=2, idle_seconds=idle_seconds)
    try:
        yield database
    finally:
        await database.close()


def kill_behind_the_loops_back(server: ThrowAwayPostgres) -> list[Any]:
    """When this returns the connections are dead, and this thread's loop cannot know it yet."""
    killed: list[Any] = []

    def kill() -> None:
        killed.extend(asyncio.run(query(server.url("postgres"), KILL)))

    thread = threading.Thread(target=kill)
    thread.start()
    thread.join()
    return killed


async def pid(database: Database) -> int:
    [(found,)] = await database.rows(PID)
    return int(found)


async def test_a_killed_connection_is_found_by_asking_the_server(server: ThrowAwayPostgres) -> None:
    async with pool(server, idle_seconds=0) as database:
        before = await pid(database)
        assert kill_behind_the_loops_back(server) == [(True,)]
        assert await pid(database) != before


async def test_last_words_that_nobody_has_read_are_seen(server: ThrowAwayPostgres) -> None:
    async with pool(server, idle_seconds=NEVER) as database:
        before = await pid(database)
        assert kill_behind_the_loops_back(server) == [(True,)]
        assert await pid(database) != before


async def test_a_unit_of_work_begins_on_a_living_connection(server: ThrowAwayPostgres) -> None:
    async with pool(server, idle_seconds=0) as database:
        await pid(database)
        assert kill_behind_the_loops_back(server) == [(True,)]
        async with database.unit_of_work() as work:
            assert await work.rows(text("SELECT 1")) == [(1,)]


async def test_a_closed_connection_is_seen_without_asking(server: ThrowAwayPostgres) -> None:
    async with pool(server, idle_seconds=NEVER) as database:
        before = await pid(database)
        async with database.engine.connect() as connection:
            raw = await connection.get_raw_connection()
            driver: Any = raw.driver_connection
        assert await query(server.url("postgres"), KILL) == [(True,)]
        async with asyncio.timeout(10):
            while not driver.is_closed():  # noqa: ASYNC110 asyncpg tells nobody
                await asyncio.sleep(0.01)
        assert await pid(database) != before


async def test_the_server_is_restarted(server: ThrowAwayPostgres) -> None:
    async with pool(server, idle_seconds=0) as database:
        before = await asyncio.gather(pid(database), pid(database))
        server._cluster.stop("fast")
        server._cluster.start(server.folder)
        after = await asyncio.gather(pid(database), pid(database))
        assert set(before).isdisjoint(after)
