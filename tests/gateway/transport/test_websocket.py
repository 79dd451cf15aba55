"""Subscriptions to a subgraph over graphql-transport-ws: what is sent, and every broken peer."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from gateway.transport.protocol import SubgraphUnavailable, SubscriptionFailed
from tests.gateway.transport.upstreams import (
    Script,
    Upstream,
    WebSocketPeer,
    all_of,
    request,
    upstream,
)


async def test_what_the_subgraph_gets_and_what_the_client() -> None:
    async def script(peer: WebSocketPeer) -> None:
        await peer.next()
        await peer.send({"type": "ping"})
        assert await peer.next() == {"type": "pong"}
        await peer.send({"type": "connection_ack", "payload": {"any": 1}})
        await peer.next()
        await peer.event(1, extensions={"cursor": "c1"})
        await peer.send({"type": "ping", "payload": {}}, {"type": "pong"})
        assert await peer.next() == {"type": "pong"}
        await peer.event(2, errors=[{"message": "m"}])
        await peer.send({"type": "complete", "id": "1"})

    server = Upstream(script)
    async with upstream(server.websocket) as transport:
        assert await all_of(transport) == [
            {"data": {"n": 1}, "extensions": {"cursor": "c1"}},
            {"data": {"n": 2}, "errors": [{"message": "m"}]},
        ]
    [peer] = server.peers
    assert peer.headers["authorization"] == "Bearer t"
    assert peer.headers["x-request-id"] == "request-1"
    assert peer.received == [
        {"type": "connection_init", "payload": {"authorization": "Bearer t"}},
        {"type": "pong"},
        {
            "type": "subscribe",
            "id": "1",
            "payload": {
                "query": "subscription($a: Int) { n(a: $a) }",
                "variables": {"a": 1},
            },
        },
        {"type": "pong"},
    ]


async def test_leaving_completes_and_closes() -> None:
    async def script(peer: WebSocketPeer) -> None:
        await peer.begin()
        await peer.event(1)
        while True:
            await peer.next()

    server = Upstream(script)
    async with upstream(server.websocket) as transport:
        async with transport.subscribe(request()) as answers:
            async for answer in answers:
                assert answer == {"data": {"n": 1}}
                break
        async with asyncio.timeout(10):
            await server.over.wait()
    assert server.peers[0].received[-1] == {"type": "complete", "id": "1"}
    assert server.peers[0].socket.close_code == 1000


@pytest.mark.parametrize(
    "message",
    [
        {"type": "error", "id": "1", "payload": [{"message": "no"}]},
        {"type": "next", "id": "1", "payload": {"errors": [{"message": "no"}]}},
    ],
)
async def test_errors_of_the_subgraph(message: dict[str, Any]) -> None:
    async def script(peer: WebSocketPeer) -> None:
        await peer.begin()
        await peer.send(message)

    async with upstream(Upstream(script).websocket) as transport:
        with pytest.raises(SubscriptionFailed) as failed:
            await all_of(transport)
    assert failed.value.errors == [{"message": "no"}]


def saying(*messages: Any, begin: bool = True) -> Script:
    async def script(peer: WebSocketPeer) -> None:
        if begin:
            await peer.begin()
        await peer.send(*messages)
        await asyncio.Event().wait()

    return script


def closing(code: int, reason: str) -> Script:
    async def script(peer: WebSocketPeer) -> None:
        await peer.next()
        await peer.socket.close(code=code, message=reason.encode())

    return script


async def vanishing(peer: WebSocketPeer) -> None:
    await peer.begin()
    await peer.event(1)
    assert peer.socket._req is not None
    assert peer.socket._req.transport is not None
    peer.socket._req.transport.abort()


async def text(peer: WebSocketPeer) -> None:
    await peer.begin()
    await peer.socket.send_str("{")
    await asyncio.Event().wait()


async def binary(peer: WebSocketPeer) -> None:
    await peer.begin()
    await peer.socket.send_bytes(b"{}")
    await asyncio.Event().wait()


async def silent(peer: WebSocketPeer) -> None:
    await asyncio.Event().wait()


NEXT = {"type": "next", "id": "1", "payload": {"data": {"n": 1}}}


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (closing(4403, "Forbidden"), "closed the socket with 4403 Forbidden"),
        (vanishing, "closed the socket with 1006"),
        (text, "sent a message that is not JSON"),
        (binary, "sent a frame that is no text"),
        (saying([]), "sent a message without a type"),
        (saying({"type": "data", "id": "1"}), "sent 'data' that is no message"),
        (saying({**NEXT, "id": "2"}), "sent 'next' for a subscription that there is not"),
        (saying({**NEXT, "payload": []}), "sent an event that is no GraphQL response"),
        (saying({**NEXT, "payload": {"n": 1}}), "sent an event that is no GraphQL response"),
        (
            saying({"type": "error", "id": "1", "payload": {}}),
            "ended the subscription with errors that are none",
        ),
        (saying(NEXT, begin=False), "sent 'next' before it agreed to anything"),
        (saying({**NEXT, "payload": {"data": {"n": "x" * 3_000}}}), "closed the socket with 1009"),
        (silent, "no stream within 0.3 s"),
    ],
)
async def test_broken_peers(script: Script, reason: str) -> None:
    server = Upstream(script)
    async with upstream(server.websocket, open_timeout=0.3, max_message_bytes=2_000) as transport:
        with pytest.raises(SubgraphUnavailable) as unavailable:
            await all_of(transport)
        assert str(unavailable.value).partition("graphql: ")[2].startswith(reason)


async def test_peer_that_answers_no_ping_any_more() -> None:
    async def frozen(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["graphql-transport-ws"], autoping=False)
        await socket.prepare(request)
        peer = WebSocketPeer(socket, {})
        await peer.begin()
        await peer.event(1)
        await asyncio.Event().wait()
        return socket

    async with (
        asyncio.timeout(10),
        upstream(frozen, ping_interval=0.1) as transport,
        transport.subscribe(request()) as answers,
    ):
        assert await anext(answers) == {"data": {"n": 1}}
        with pytest.raises(SubgraphUnavailable):
            await anext(answers)


async def redirecting(_: web.Request) -> web.Response:
    raise web.HTTPFound("http://127.0.0.1:9/graphql")


async def refusing(_: web.Request) -> web.Response:
    return web.Response(status=403)


async def other_protocol(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(protocols=["graphql-ws"])
    await socket.prepare(request)
    await asyncio.Event().wait()
    return socket


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (redirecting, "answered 302, which leads elsewhere"),
        (refusing, "WSServerHandshakeError(403"),
        (other_protocol, "does not speak graphql-transport-ws"),
    ],
)
async def test_no_websocket_to_be_had(handler: Any, reason: str) -> None:
    async with upstream(handler) as transport:
        with pytest.raises(SubgraphUnavailable) as unavailable:
            await all_of(transport)
        said = str(unavailable.value).partition("graphql: ")[2]
        assert said.startswith(reason) or reason[:22] in said


async def test_nobody_listens() -> None:
    async with upstream(refusing) as transport:
        pass
    with pytest.raises(SubgraphUnavailable):
        await all_of(transport)
