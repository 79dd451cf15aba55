"""Fixtures of the whole shop: the example data, to be read."""

from collections.abc import AsyncIterator
from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from souk.keys import SigningKey
from tests.postgres import Server
from tests.workflows import seeded
from tests.workflows.shop import Shop, in_process


@pytest.fixture(scope="session")
async def example(server: Server, example_template: None) -> AsyncIterator[str]:
    """The name of a seeded database that nobody changes."""
    async with seeded.clone(server) as name:
        yield name


@pytest.fixture(scope="session")
async def shop(
    server: Server,
    example: str,
    installation_key: SigningKey,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Shop]:
    """The example shop, to be read only."""
    spool = tmp_path_factory.mktemp("spool")
    async with in_process(partial(server.url, example), installation_key, spool) as shop:
        yield shop


@pytest.fixture(scope="session")
async def sql(server: Server, example: str) -> AsyncIterator[AsyncConnection]:
    """The example shop's tables, past everything under test."""
    engine = create_async_engine(server.url(example, "postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()
