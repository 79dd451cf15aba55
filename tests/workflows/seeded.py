"""The example shop's database: seeded once for all tests, cloned for whoever changes it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from souk.seed import seed
from tests.postgres import PLATFORM, Server

TEMPLATE = "template_shop"
_numbers = count()


async def make_template(server: Server) -> None:
    """What `souk migrate` and `souk seed` leave, as the source of every clone."""
    await _copy(server, "template_souk", TEMPLATE)
    await seed(server.url(TEMPLATE), lambda line: None)


@asynccontextmanager
async def clone(server: Server) -> AsyncIterator[str]:
    """The name of a seeded database that is dropped afterwards."""
    name = f"shop_{next(_numbers)}"
    await _copy(server, TEMPLATE, name)
    yield name
    await server.command(f"DROP DATABASE {name} WITH (FORCE)")


async def _copy(server: Server, source: str, name: str) -> None:
    await server.command(
        f"CREATE DATABASE {name} TEMPLATE {source} OWNER {PLATFORM} STRATEGY FILE_COPY"
    )
