"""Merge and erasure over the real bus, every agent apart: to the end, whoever is cut off when."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from events.bell import Bell
from events.defects import Defects
from events.postgres_bus import PostgresBus
from events.sequencer import Sequencer
from models.database import Database
from models.migrations.run import AGENTS
from subgraphs.kit import ID
from subgraphs.kit.consuming import consumers
from tests.callers import ADMIN
from tests.conftest import Ask
from tests.customer import canaries
from tests.customer.people import change
from tests.events.traffic import running, until
from tests.order.shop import Shop
from tests.platform import Platform
from tests.postgres import Server

pytestmark = pytest.mark.commits
STATE = "query ($id: ID!) { customer(id: $id) { status erasure { state } } }"


@pytest.fixture
async def shop(databases: dict[str, Database]) -> Shop:
    return await Shop(databases).open()


@pytest.fixture
async def superuser(databases: dict[str, Database], server: Server) -> AsyncIterator[Database]:
    """Sees every table of the clone that the test has."""
    name = databases["platform"].engine.url.database
    db = Database(server.url(str(name), "postgres"))
    yield db
    await db.close()


@asynccontextmanager
async def _carried(platform: Platform, *names: str) -> AsyncIterator[None]:
    """These agents' buses, each with its agent's rights, and a sequencer."""
    async with AsyncExitStack() as stack:
        for name in names:
            agents = platform.agent(name)
            bell, defects = Bell(agents.db), Defects(agents.capture)
            bus = PostgresBus(agents.db, bell, consumers(agents), defects)
            sequencer = Sequencer(agents.db, bell, defects)
            loops = running(bell.run(), sequencer.run(), bus.run())
            await stack.enter_async_context(loops)
        yield


async def _state(ask: Ask, id: ID) -> Any:
    return (await ask(STATE, ADMIN, id=id))["customer"]


async def _asked(ask: Ask, platform: Platform) -> ID:
    """A customer whose erasure is requested."""
    id = await canaries.full(platform)
    payload = await change(ask, "anonymizeCustomer", ADMIN, customerId=id, idempotencyKey="k")
    assert payload["errors"] == []
    return id


async def test_nothing_is_left_in_any_table(
    ask: Ask, shop: Shop, platform: Platform, superuser: Database
) -> None:
    id = await _asked(ask, platform)
    async with _carried(platform, *AGENTS):
        done = {"status": "ANONYMIZED", "erasure": {"state": "DONE"}}
        await until(lambda: _state(ask, id), lambda found: bool(found == done))
    assert await canaries.seen(superuser) == set()
    assert not platform.spool.exists()


@pytest.mark.parametrize("seed", range(3))
async def test_agents_that_come_and_go(
    ask: Ask, shop: Shop, platform: Platform, superuser: Database, seed: int
) -> None:
    """Each turn other agents are there, and all are cut off in the middle of what they do."""
    id = await _asked(ask, platform)
    chance = random.Random(seed)
    for _ in range(6):
        async with _carried(platform, *chance.sample(AGENTS, 2)):
            await asyncio.sleep(chance.random() / 10)
    async with _carried(platform, *AGENTS):
        done = {"status": "ANONYMIZED", "erasure": {"state": "DONE"}}
        await until(lambda: _state(ask, id), lambda found: bool(found == done))
    assert await canaries.seen(superuser) == set()
