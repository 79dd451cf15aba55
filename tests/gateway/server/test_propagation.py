"""Headers all the way: from the client to the subgraphs, and from them to the client."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import ClientSession, web

from gateway.configuration.settings import Settings
from gateway.server.app import create_app
from gateway.server.settings import ServerSettings
from gateway.standalone.supergraph import load
from tests.gateway.served import Fault, Served, composed, served
from tests.gateway.server.running import running
from tests.gateway.subgraphs import Subgraph

RULES = {
    "request": [{"propagate": {"named": "x-tenant"}}, {"propagate": {"named": "cookie"}}],
    "response": [
        {"propagate": {"named": "set-cookie", "algorithm": "append"}},
        {"propagate": {"named": "cache-control", "algorithm": "most_restrictive"}},
        {"propagate": {"named": "x-cost", "algorithm": "append"}},
    ],
}
BOTH = "/graphql?query={a b}"
COOKIES = ["s=1; Path=/a", "t=1; Path=/a", "s=1; Path=/b", "t=1; Path=/b"]


def answering(name: str, cache_control: str | None) -> Fault:
    async def answer(request: web.Request) -> web.Response:
        headers = {"x-cost": name, "x-tenant": request.headers.get("x-tenant", "")}
        if cache_control is not None:
            headers["cache-control"] = cache_control
        cookie = request.headers.get("cookie", "")
        response = web.json_response({"data": {name: cookie or "none"}}, headers=headers)
        for key in ("s", "t"):
            response.set_cookie(key, "1", path=f"/{name}")
        return response

    return answer


@pytest.fixture
async def servers() -> AsyncIterator[dict[str, Served]]:
    subgraphs = {name: Subgraph(f"type Query {{ {name}: String }}") for name in ("a", "b")}
    async with served(subgraphs) as found:
        found["a"].fault = answering("a", "public, max-age=60")
        found["b"].fault = answering("b", "public, max-age=10")
        yield found


@pytest.fixture
async def client(servers: dict[str, Served]) -> AsyncIterator[ClientSession]:
    loaded = load(composed(servers), Settings.model_validate({"headers": {"all": RULES}}))
    app = create_app(ServerSettings(loaded.gateway, forward_headers=True, return_headers=True))
    async with (
        running(app) as url,
        ClientSession(url, cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        yield session
    await loaded.gateway.close()


async def test_all_cookies_come_back(client: ClientSession) -> None:
    async with client.get(BOTH) as response:
        assert await response.json() == {"data": {"a": "none", "b": "none"}}
        assert sorted(response.headers.getall("set-cookie")) == sorted(COOKIES)
        assert sorted(response.headers.getall("x-cost")) == ["a", "b"]
        assert "x-tenant" not in response.headers
        assert len(response.headers.getall("content-type")) == 1


async def test_cookies_go_in(client: ClientSession) -> None:
    async with client.get(BOTH, headers={"cookie": "c=1; d=2"}) as response:
        assert await response.json() == {"data": {"a": "c=1; d=2", "b": "c=1; d=2"}}


async def test_caching_is_the_most_restrictive(client: ClientSession) -> None:
    async with client.get(BOTH) as response:
        assert response.headers.getall("cache-control") == ["public, max-age=10"]


@pytest.mark.parametrize("value", ["€", "\udcff\udcfe"])
async def test_whatever_is_in_a_header_comes_back(
    servers: dict[str, Served], client: ClientSession, value: str
) -> None:
    raw = value.encode("utf-8", "surrogateescape")

    async def odd(request: web.Request) -> web.StreamResponse:
        body = b'{"data":{"a":"1"}}'
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
        assert isinstance(request.transport, asyncio.Transport)
        request.transport.write(head.encode() + b"\r\nx-cost: " + raw + b"\r\n\r\n" + body)
        await asyncio.Event().wait()  # until the gateway hangs up
        raise AssertionError

    servers["a"].fault = odd
    async with client.get("/graphql?query={a}") as response:
        assert response.status == 200
        assert response.headers.getall("x-cost") == [value]


@pytest.mark.parametrize("header", ["authorization", "cookie"])
async def test_a_shared_cache_keeps_nothing_of_a_known_caller(
    client: ClientSession, header: str
) -> None:
    async with client.get(BOTH, headers={header: "Bearer x"}) as response:
        assert response.headers.getall("cache-control") == ["private, max-age=10"]


async def test_one_subgraph_that_says_nothing_forbids(
    servers: dict[str, Served], client: ClientSession
) -> None:
    servers["b"].fault = answering("b", None)
    async with client.get(BOTH) as response:
        assert response.headers.getall("cache-control") == ["no-store"]


async def test_nothing_is_kept_of_an_answer_with_errors(
    servers: dict[str, Served], client: ClientSession
) -> None:
    async def broken(_: web.Request) -> web.Response:
        return web.Response(status=500)

    servers["b"].fault = broken
    async with client.get(BOTH) as response:
        assert (await response.json())["data"] == {"a": "none", "b": None}
        assert response.headers.getall("cache-control") == ["no-store"]


async def test_without_subgraphs_nothing_is_kept(client: ClientSession) -> None:
    async with client.get("/graphql?query={__typename}") as response:
        assert response.headers.getall("cache-control") == ["no-store"]
