"""The GraphQL-over-HTTP audits of the npm package graphql-http, against a real server."""

import asyncio
from pathlib import Path

import orjson
import pytest

from gateway.server.app import create_app
from gateway.server.pages.node import run_node
from gateway.server.settings import ServerSettings
from tests.gateway.server.node_programs import installed
from tests.gateway.server.running import running
from tests.gateway.server.standin import StandIn


@pytest.mark.node
async def test_all_audits_are_ok() -> None:
    folder = await asyncio.to_thread(installed, Path(__file__).parent / "node")
    async with running(create_app(ServerSettings(StandIn()))) as url:
        output = await asyncio.to_thread(
            run_node, folder / "audits.mjs", [f"{url}/graphql"], folder=folder
        )
    results = orjson.loads(output)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
