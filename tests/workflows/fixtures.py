"""Fixtures of every folder that works on the example shop: its data, and a shop of one's own."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from souk.keys import SigningKey, signing_key
from tests.postgres import Server
from tests.workflows import seeded
from tests.workflows.shop import Shop, in_process


@pytest.fixture(scope="session")
async def example_template(server: Server) -> None:
    """The example shop is there to be cloned."""
    await seeded.make_template(server)


@pytest.fixture(scope="session")
def installation_key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    """What the tokens of all callers are signed with."""
    return signing_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture
async def own_shop(
    server: Server, example_template: None, installation_key: SigningKey, tmp_path: Path
) -> AsyncIterator[Shop]:
    """An example shop of the test's own, to be changed."""
    async with (
        seeded.clone(server) as name,
        in_process(partial(server.url, name), installation_key, tmp_path) as shop,
    ):
        yield shop
