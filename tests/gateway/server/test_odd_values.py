"""Values that are JSON and yet cannot be written as it again: never an exception page."""

from typing import Any

import orjson
import pytest
from aiohttp import ClientSession

from gateway.gateway import Gateway
from gateway.server.app import create_app
from gateway.server.settings import ServerSettings
from tests.gateway.server.running import running
from tests.gateway.subgraphs import Federation, Subgraph
from tests.gateway.transport.serving import answering
from tests.gateway.transport.serving import subgraph as served

SDL = "scalar JSON type Query { any: JSON name: String }"


def nested(levels: int) -> bytes:
    return b"[" * levels + b"1" + b"]" * levels


def depth(value: Any) -> int:
    levels = 0
    while isinstance(value, list):
        [value] = value
        levels += 1
    return levels


async def asked(body: bytes, query: str) -> tuple[int, Any]:
    async with served(answering(body)) as transport:
        gateway = Gateway(Federation({"a": Subgraph(SDL)}).sdl, {"a": transport})
        async with (
            running(create_app(ServerSettings(gateway))) as url,
            ClientSession(url) as client,
            client.post("/graphql", json={"query": query}) as response,
        ):
            return response.status, orjson.loads(await response.read())


async def test_a_deep_value_is_given_as_it_is() -> None:
    answer = b'{"data":{"any":' + nested(190) + b',"name":"n"}}'
    status, body = await asked(answer, "{ any name }")
    assert (status, depth(body["data"].pop("any"))) == (200, 190)
    assert body == {"data": {"name": "n"}}


@pytest.mark.parametrize("levels", [300, 900])
async def test_a_value_that_is_too_deep_costs_nothing_but_its_depth(levels: int) -> None:
    answer = b'{"data":{"any":' + nested(levels) + b',"name":"n"}}'
    status, body = await asked(answer, "{ any name }")
    assert (status, body["data"]["name"]) == (200, "n")
    assert depth(body["data"]["any"]) == 198
    [error] = body["errors"]
    assert error["message"] == "A value was nested more than 200 deep: what lies deeper is null."
    assert error["extensions"]["code"] == "INVALID_SUBGRAPH_ANSWER"


@pytest.mark.parametrize("levels", [300, 900])
async def test_nor_does_an_extension_of_an_error(levels: int) -> None:
    deep = (
        b'{"message":"m","path":["name"],"extensions":{"code":"X","deep":' + nested(levels) + b"}}"
    )
    answer = b'{"data":{"name":null},"errors":[' + deep + b"]}"
    status, body = await asked(answer, "{ name }")
    assert (status, body["data"]) == (200, {"name": None})
    assert [error["extensions"]["code"] for error in body["errors"]] == [
        "X",
        "INVALID_SUBGRAPH_ANSWER",
    ]
