"""Values that are JSON and yet cannot be written again: one request's trouble, never a page."""

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession

from gateway.server.app import create_app
from gateway.server.settings import ServerSettings
from gateway.transport.protocol import SubgraphRequest
from tests.gateway.server.running import running
from tests.gateway.subgraphs import Federation, Subgraph

SDL = "scalar JSON type Query { any(of: JSON): JSON name: String }"


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


async def asked(body: Mapping[str, Any], query: str, **variables: Any) -> tuple[int, Any]:
    async def answer(_: SubgraphRequest) -> Mapping[str, Any]:
        return body

    federation = Federation({"a": Subgraph(SDL, answer=answer)})
    app = create_app(ServerSettings(federation.gateway))
    async with running(app) as url, ClientSession(url) as client:
        sent = {"query": query, "variables": variables}
        async with client.post("/graphql", json=sent) as response:
            return response.status, orjson.loads(await response.read())


@pytest.mark.parametrize("levels", [100, 300, 900])
async def test_a_deep_value_of_a_subgraph(levels: int) -> None:
    status, body = await asked({"data": {"any": nested(levels), "name": "n"}}, "{ any name }")
    print(status, str(body)[:300])
    assert 0


@pytest.mark.parametrize("levels", [300, 900])
async def test_a_deep_extension_of_an_error(levels: int) -> None:
    error = {"message": "m", "path": ["name"], "extensions": {"code": "X", "deep": nested(levels)}}
    status, body = await asked({"data": {"name": None}, "errors": [error]}, "{ name }")
    print(status, str(body)[:300])
    assert 0


@pytest.mark.parametrize("levels", [300, 900])
async def test_a_deep_variable(levels: int) -> None:
    status, body = await asked({"data": {"any": 1}}, "query($v: JSON){ any(of: $v) }", v=nested(levels))
    print(status, str(body)[:300])
    assert 0
