"""Subgraphs on real sockets, good ones and bad ones, and transports to them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

import orjson
from aiohttp import web

from gateway.context import RequestContext
from gateway.response_headers import ResponseHeaders
from gateway.transport.http import HttpSettings, HttpTransport
from gateway.transport.protocol import SubgraphRequest

GRAPHQL = "application/graphql-response+json"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def subgraph(
    handler: Handler, settings: HttpSettings | None = None
) -> AsyncIterator[HttpTransport]:
    app = web.Application(client_max_size=8 * 1_048_576)
    app.router.add_post("/graphql", handler)
    app.router.add_post("/elsewhere", handler)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    transport = HttpTransport(
        f"http://127.0.0.1:{runner.addresses[0][1]}/graphql", settings or HttpSettings()
    )
    try:
        yield transport
    finally:
        await transport.close()
        await runner.cleanup()


def request(
    variables: dict[str, Any] | None = None,
    operation: Literal["query", "mutation"] = "query",
    headers: dict[str, str] | None = None,
    claims: dict[str, Any] | None = None,
    returned: ResponseHeaders | None = None,
) -> SubgraphRequest:
    context = RequestContext("request-1", claims, headers or {}, returned)
    return SubgraphRequest("query($a: Int) { a }", variables or {}, operation, context)


def answering(body: object, *, status: int = 200, content_type: str = GRAPHQL) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        return web.Response(body=data, status=status, content_type=content_type)

    return handler


class Dropping:
    """A server that reads a request and then hangs up, `drops` times; later it answers."""

    def __init__(self, drops: int, before_hanging_up: bytes = b"") -> None:
        self.drops = drops
        self.before = before_hanging_up
        self.requests = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        if self.requests <= self.drops:
            writer.write(self.before)
        else:
            head = f"HTTP/1.1 200 OK\r\ncontent-type: {GRAPHQL}\r\ncontent-length: 11\r\n\r\n"
            writer.write(head.encode() + b'{"data":{}}')
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def dropping(
    server: Dropping, settings: HttpSettings | None = None
) -> AsyncIterator[HttpTransport]:
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    transport = HttpTransport(f"http://127.0.0.1:{port}/graphql", settings or HttpSettings())
    try:
        yield transport
    finally:
        await transport.close()
        listening.close()
        await listening.wait_closed()
