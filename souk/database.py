"""The installation's database: the one that DATABASE_URL names, or the embedded PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from souk.embedded.postgres import EmbeddedPostgres
from souk.problems import Problem
from souk.settings import Settings

DRIVER = "postgresql+asyncpg"
SCHEMES = ("postgres", "postgresql", DRIVER)
RENAMED = {"sslmode": "ssl", "connect_timeout": "timeout"}  # libpq's names for asyncpg's options
OPTIONS = {"host", "port", "ssl", "timeout", "command_timeout", "statement_cache_size"}
OLDEST = 15
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """A PostgreSQL that answers; ``url`` is SQLAlchemy's for asyncpg, and holds a password."""

    url: str = field(repr=False)
    embedded: bool
    version: str
    place: str
    """For people: the embedded server's folder, or host and database without the password."""


@asynccontextmanager
async def open_database(
    settings: Settings, *, share: bool = False
) -> AsyncIterator[DatabaseServer]:
    """The database for as long as the block runs; the embedded server lives exactly that long.

    With ``share`` a running platform's embedded server is used too, and left running. Raises
    Problem where the database cannot be reached, started or written.
    """
    if settings.database_url is not None:
        yield await _reached(settings.database_url)
        return
    if not settings.embedded_allowed:
        raise Problem(
            "production has no database",
            "Set DATABASE_URL, or SOUK_EMBEDDED_POSTGRES=true for the embedded PostgreSQL",
        )
    server = EmbeddedPostgres(settings.postgres_dir)
    if share and server.attach():
        yield _embedded(server)
        return
    try:
        await _whole(server.start)
    except asyncio.CancelledError:
        await _whole(server.stop)
        raise
    try:
        yield _embedded(server)
    finally:
        await _whole(server.stop)


def _embedded(server: EmbeddedPostgres) -> DatabaseServer:
    return DatabaseServer(server.url(), True, server.version, str(server.folder))


def driver_url(given: str) -> URL:
    """A PostgreSQL URL as the driver takes it; Problem where it is none."""
    try:
        url = make_url(given)
    except (ArgumentError, ValueError) as error:
        raise Problem("DATABASE_URL is not a URL", _EXAMPLE) from error
    if url.drivername not in SCHEMES:
        raise Problem(f"DATABASE_URL is for {url.drivername}, not for PostgreSQL", _EXAMPLE)
    query = {RENAMED.get(name, name): value for name, value in url.query.items()}
    for name in query.keys() - OPTIONS:
        raise Problem(f"DATABASE_URL has the option {name}, which asyncpg lacks", "Remove it")
    return url.set(drivername=DRIVER, query=query)


_EXAMPLE = "Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE"


async def _reached(given: str) -> DatabaseServer:
    url = driver_url(given)
    place = _place(url)
    version = await _version(url, place)
    if version // 10_000 < OLDEST:
        raise Problem(f"the database at {place} is PostgreSQL {version // 10_000}", _UPGRADE)
    full = url.render_as_string(hide_password=False)
    return DatabaseServer(full, False, f"{version // 10_000}.{version % 10_000}", place)


def _place(url: URL) -> str:
    host = url.host or url.query.get("host", "")
    port = f":{url.port}" if url.port else ""
    return f"{host}{port}/{url.database or ''}"


async def _version(url: URL, place: str) -> int:
    # The engine that the platform will use, so that an option it does not know is found here.
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with asyncio.timeout(PATIENCE), engine.connect() as connection:
            found = await connection.execute(text("SHOW server_version_num"))
            return int(found.scalar_one())
    except (OSError, SQLAlchemyError) as error:
        raise Problem(
            f"the database at {place} cannot be reached ({reason(error)})",
            "Start it or correct DATABASE_URL, or unset it to use the embedded PostgreSQL",
        ) from error
    finally:
        await engine.dispose()


def reason(error: OSError | SQLAlchemyError) -> str:
    """The first line of what the driver or the server said."""
    driver = error.orig if isinstance(error, DBAPIError) else error
    cause = driver.__cause__ if isinstance(error, DBAPIError) and driver is not None else driver
    return str(cause or driver).partition("\n")[0] or "it does not answer"


_UPGRADE = f"Upgrade it to {OLDEST} or later, or unset DATABASE_URL to use the embedded PostgreSQL"


async def _whole(work: Callable[[], None]) -> None:
    """Run ``work`` in a thread to its end, and only then let a cancellation through."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await running
        raise
