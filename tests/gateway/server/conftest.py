"""What several tests of the edge need."""

import asyncio

import pytest

from gateway.server.pages.build import build, is_current
from gateway.server.pages.node import NodeMissing, RegistryAway
from tests.gateway.server.node_programs import missing


@pytest.fixture(scope="session")
async def built() -> None:
    """GraphiQL's files are where the app looks for them."""
    if is_current():
        return
    try:
        await asyncio.to_thread(build)
    except (NodeMissing, RegistryAway) as error:
        missing(f"GraphiQL cannot be built: {error!r}"[:300])
