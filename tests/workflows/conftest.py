"""Fixtures of the whole shop: the example data, to be read or to be changed."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from souk.keys import SigningKey, signing_key
from tests.postgres import Server
from tests.workflows import seeded
from tests.workflows.shop import Shop, in_process


@pytest.fixture(scope="session")
async def template(server: Server) -> None:
    """The example shop is there to be cloned."""
    await seeded.make_template(server)


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return signing_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
async def example(server: Server, template: None) -> AsyncIterator[str]:
    """The name of a seeded database that nobody changes."""
    async with seeded.clone(server) as name:
        yield name


@pytest.fixture(scope="session")
async def shop(
    server: Server, example: str, key: SigningKey, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Shop]:
    """The example shop, to be read only."""
    spool = tmp_path_factory.mktemp("spool")
    async with in_process(partial(server.url, example), key, spool) as shop:
        yield shop


@pytest.fixture(scope="session")
async def sql(server: Server, example: str) -> AsyncIterator[AsyncConnection]:
    """The example shop's tables, past everything under test."""
    engine = create_async_engine(server.url(example, "postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


@pytest.fixture
async def fresh(
    server: Server, template: None, key: SigningKey, tmp_path: Path
) -> AsyncIterator[Shop]:
    """An example shop of the test's own, to be changed."""
    async with (
        seeded.clone(server) as name,
        in_process(partial(server.url, name), key, tmp_path) as shop,
    ):
        yield shop
