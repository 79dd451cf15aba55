"""Servers of subscriptions that do as they are told, right or wrong, for transports to them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiohttp import WSCloseCode, WSMsgType, web

from gateway.context import RequestContext
from gateway.transport.http import HttpSettings, HttpTransport
from gateway.transport.protocol import SubgraphRequest
from gateway.transport.upstream import UpstreamSettings

Script = Callable[["WebSocketPeer"], Awaitable[None]]


class WebSocketPeer:
    """The subgraph's side of one socket. `received` are the client's messages."""

    def __init__(self, socket: web.WebSocketResponse, headers: dict[str, str]) -> None:
        self.socket = socket
        self.headers = headers
        self.received: list[dict[str, Any]] = []

    async def next(self) -> dict[str, Any]:
        frame = await self.socket.receive()
        if frame.type is not WSMsgType.TEXT:
            raise ConnectionError(f"closed with {self.socket.close_code}")
        message: dict[str, Any] = orjson.loads(frame.data)
        self.received.append(message)
        return message

    async def send(self, *messages: Any) -> None:
        for message in messages:
            await self.socket.send_str(orjson.dumps(message).decode())

    async def begin(self) -> None:
        """Up to the subscription, which has the id that the client gave it."""
        await self.next()
        await self.send({"type": "connection_ack"})
        await self.next()

    async def event(self, number: int, **more: Any) -> None:
        await self.send({"type": "next", "id": "1", "payload": {"data": {"n": number}, **more}})


class Upstream:
    """`over` is set when the last connection has ended."""

    def __init__(
        self, script: Script | None = None, body: web.StreamResponse | None = None
    ) -> None:
        self.script = script
        self.peers: list[WebSocketPeer] = []
        self.bodies: list[Any] = []
        self.over = asyncio.Event()

    async def websocket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["graphql-transport-ws"], timeout=1)
        await socket.prepare(request)
        peer = WebSocketPeer(socket, {k.lower(): v for k, v in request.headers.items()})
        self.peers.append(peer)
        assert self.script is not None
        try:
            await self.script(peer)
        except (ConnectionError, asyncio.CancelledError):
            self.over.set()
            raise
        await socket.close(code=WSCloseCode.OK)
        self.over.set()
        return socket


@asynccontextmanager
async def upstream(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]], **settings: Any
) -> AsyncIterator[HttpTransport]:
    app = web.Application()
    app.router.add_route("*", "/graphql", handler)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/graphql"
    transport = HttpTransport(url, HttpSettings(subscriptions=UpstreamSettings(**settings)))
    try:
        yield transport
    finally:
        await transport.close()
        await runner.cleanup()


def request(**headers: str) -> SubgraphRequest:
    context = RequestContext("request-1", None, headers)
    return SubgraphRequest("subscription($a: Int) { n(a: $a) }", {"a": 1}, "subscription", context)


async def numbers(transport: HttpTransport, most: int = 1_000) -> AsyncGenerator[Any, None]:
    async with asyncio.timeout(10), transport.subscribe(request(authorization="Bearer t")) as found:
        count = 0
        async for answer in found:
            yield answer
            count += 1
            if count == most:
                return


async def all_of(transport: HttpTransport) -> list[Any]:
    return [answer async for answer in numbers(transport)]
