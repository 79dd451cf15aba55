"""HttpTransport against real sockets: good answers, and everything that is none."""

import asyncio
from typing import Any

import orjson
import pytest
from aiohttp import web

from gateway.server.listen import listen
from gateway.transport.http import HttpSettings, HttpTransport
from gateway.transport.protocol import SubgraphUnavailable
from tests.gateway.transport.serving import (
    GRAPHQL,
    Dropping,
    answering,
    dropping,
    request,
    subgraph,
)


async def test_what_is_sent() -> None:
    seen: dict[str, Any] = {}

    async def handler(got: web.Request) -> web.Response:
        seen.update(body=await got.json(), headers=got.headers)
        return web.json_response({"data": {"a": 1}})

    given = {"authorization": "Bearer x", "x-request-id": "request-1", "cookie": "c=1"}
    async with subgraph(handler) as transport:
        assert await transport.execute(request({"a": 1}, headers=given)) == {"data": {"a": 1}}
    assert seen["body"] == {"query": "query($a: Int) { a }", "variables": {"a": 1}}
    assert seen["headers"]["authorization"] == "Bearer x"
    assert seen["headers"]["x-request-id"] == "request-1"
    assert seen["headers"]["accept"].startswith(GRAPHQL)
    assert "cookie" not in seen["headers"]


async def test_request_id_is_sent_without_being_among_the_headers() -> None:
    seen: list[str] = []

    async def handler(got: web.Request) -> web.Response:
        seen.append(got.headers["x-request-id"])
        assert "authorization" not in got.headers
        return web.json_response({"data": {}})

    async with subgraph(handler) as transport:
        await transport.execute(request())
    assert seen == ["request-1"]


async def test_one_connection_serves_many_requests() -> None:
    ports: set[int] = set()

    async def handler(got: web.Request) -> web.Response:
        assert got.transport is not None
        ports.add(got.transport.get_extra_info("peername")[1])
        return web.json_response({"data": {}})

    async with subgraph(handler) as transport:
        for _ in range(5):
            await transport.execute(request())
    assert len(ports) == 1


async def test_large_variables_are_sent() -> None:
    async def handler(got: web.Request) -> web.Response:
        return web.json_response({"data": {"a": len((await got.json())["variables"]["a"])}})

    async with subgraph(handler) as transport:
        answer = await transport.execute(request({"a": "x" * 2_000_000}))
    assert answer == {"data": {"a": 2_000_000}}


@pytest.mark.parametrize(
    ("body", "status", "content_type"),
    [
        ({"data": {"a": 1}}, 200, "application/json"),
        ({"data": None, "errors": [{"message": "no"}]}, 200, GRAPHQL),
        ({"data": {"a": None}, "errors": [{"message": "no", "path": ["a"]}]}, 200, GRAPHQL),
        ({"errors": [{"message": "no"}]}, 400, GRAPHQL),
        ({"errors": [{"message": "who?"}]}, 401, GRAPHQL),
    ],
)
async def test_usable_answers(body: dict[str, Any], status: int, content_type: str) -> None:
    handler = answering(body, status=status, content_type=content_type)
    async with subgraph(handler) as transport:
        assert await transport.execute(request()) == body


@pytest.mark.parametrize(
    ("body", "status", "content_type"),
    [
        (b"<html>", 200, "text/html"),
        (b"{", 200, GRAPHQL),
        (b"", 200, GRAPHQL),
        (b"[]", 200, GRAPHQL),
        ({}, 200, GRAPHQL),
        ({"data": None}, 200, GRAPHQL),
        ({"data": [1]}, 200, GRAPHQL),
        ({"errors": []}, 200, GRAPHQL),
        ({"errors": "no"}, 200, GRAPHQL),
        ({"errors": [{}]}, 200, GRAPHQL),
        ({"data": 1, "errors": [{"message": "no"}]}, 200, GRAPHQL),
        ({"errors": [{"message": "from a proxy"}]}, 502, "application/json"),
        ({"data": {}}, 500, "application/json"),
    ],
)
async def test_unusable_answers(body: object, status: int, content_type: str) -> None:
    handler = answering(body, status=status, content_type=content_type)
    async with subgraph(handler) as transport:
        with pytest.raises(SubgraphUnavailable):
            await transport.execute(request())


async def test_redirects_are_not_followed() -> None:
    paths: list[str] = []

    async def handler(got: web.Request) -> web.Response:
        paths.append(got.path)
        return web.Response(status=307, headers={"location": "/elsewhere"})

    async with subgraph(handler) as transport:
        with pytest.raises(SubgraphUnavailable, match="307"):
            await transport.execute(request())
    assert paths == ["/graphql"]


@pytest.mark.parametrize(("size", "fits"), [(100, True), (101, False)])
@pytest.mark.parametrize("chunked", [True, False])
async def test_response_cap(size: int, fits: bool, chunked: bool) -> None:
    body = orjson.dumps({"data": {}}).ljust(size)

    async def handler(got: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": GRAPHQL})
        if chunked:
            response.enable_chunked_encoding()
        else:
            response.content_length = size
        await response.prepare(got)
        await response.write(body)
        await response.write_eof()
        return response

    async with subgraph(handler, HttpSettings(max_response_bytes=100)) as transport:
        if fits:
            assert await transport.execute(request()) == {"data": {}}
        else:
            with pytest.raises(SubgraphUnavailable, match="more than 100 bytes"):
                await transport.execute(request())


async def test_deadline_covers_the_body() -> None:
    never = asyncio.Event()

    async def handler(got: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": GRAPHQL})
        await response.prepare(got)
        await response.write(b'{"data":')
        await never.wait()
        return response

    async with subgraph(handler, HttpSettings(timeout=0.2)) as transport:
        with pytest.raises(SubgraphUnavailable, match=r"no answer within 0\.2 s"):
            await transport.execute(request())


async def test_refused_connection() -> None:
    free = listen("127.0.0.1", 0)
    port = free.getsockname()[1]
    free.close()
    transport = HttpTransport(f"http://127.0.0.1:{port}/graphql")
    with pytest.raises(SubgraphUnavailable, match=str(port)):
        await transport.execute(request())
    await transport.close()


async def test_unknown_host() -> None:
    transport = HttpTransport("http://no-such-host.invalid/graphql")
    with pytest.raises(SubgraphUnavailable, match=r"no-such-host\.invalid"):
        await transport.execute(request())
    await transport.close()


async def test_query_is_sent_again_once() -> None:
    server = Dropping(1)
    async with dropping(server) as transport:
        assert await transport.execute(request()) == {"data": {}}
    assert server.requests == 2


async def test_query_is_not_sent_a_third_time() -> None:
    server = Dropping(9)
    async with dropping(server) as transport:
        with pytest.raises(SubgraphUnavailable):
            await transport.execute(request())
    assert server.requests == 2


async def test_mutation_is_never_sent_again() -> None:
    server = Dropping(1)
    async with dropping(server) as transport:
        with pytest.raises(SubgraphUnavailable):
            await transport.execute(request(operation="mutation"))
    assert server.requests == 1


@pytest.mark.parametrize(
    "started",
    [
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{",
        b"garbage\r\n\r\n",
    ],
)
async def test_answer_that_has_begun_is_not_asked_for_again(started: bytes) -> None:
    server = Dropping(1, started)
    async with dropping(server) as transport:
        with pytest.raises(SubgraphUnavailable):
            await transport.execute(request())
    assert server.requests == 1


async def test_it_can_be_used_after_close() -> None:
    async with subgraph(answering({"data": {}})) as transport:
        await transport.execute(request())
        await transport.close()
        await transport.close()
        assert await transport.execute(request()) == {"data": {}}
