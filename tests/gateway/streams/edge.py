"""The gateway over two subgraphs behind its edge on a real socket, and raw clients of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from gateway.gateway import Gateway
from gateway.policy.streams import StreamSettings
from gateway.server.app import create_app
from gateway.server.lifecycle import Lifecycle
from gateway.server.settings import Authenticates, ServerSettings
from tests.gateway.events import Feed, orders, products
from tests.gateway.server.running import running
from tests.gateway.subgraphs import Federation, Subgraph

KINDS = "subscription { orderChanged { kind } }"


@dataclass
class Edge:
    """`url` is that of the endpoint over HTTP."""

    url: str
    feed: Feed
    federation: Federation
    lifecycle: Lifecycle

    @property
    def gateway(self) -> Gateway:
        return self.federation.gateway

    @property
    def orders(self) -> Subgraph:
        return self.federation.subgraphs["orders"]

    async def until(self, subscribers: int) -> None:
        """So many listen, whatever they share."""
        async with asyncio.timeout(10):
            while sum(map(len, self.gateway.streams)) != subscribers:  # noqa: ASYNC110 nothing tells
                await asyncio.sleep(0.002)

    @property
    def ws(self) -> str:
        return self.url.replace("http:", "ws:")


@asynccontextmanager
async def edge(
    streams: StreamSettings | None = None,
    authenticator: Authenticates | None = None,
    window: float = 0.2,
    timeout_seconds: float = 30.0,
    **gateway: Any,
) -> AsyncIterator[Edge]:
    """Nothing may be left when it ends."""
    feed = Feed()
    federation = Federation({"orders": orders(feed), "products": products()}, **gateway)
    lifecycle = Lifecycle(window)
    streams = streams or StreamSettings()
    settings = ServerSettings(
        federation.gateway,
        authenticator=authenticator,
        lifecycle=lifecycle,
        streams=streams,
        forward_headers=True,
        timeout_seconds=timeout_seconds,
    )
    before = asyncio.all_tasks()
    async with running(create_app(settings), lifecycle, streams) as url:
        yield Edge(f"{url}/graphql", feed, federation, lifecycle)
    await federation.gateway.close()
    assert (feed.queues, len(federation.gateway.streams)) == ([], 0)
    mine = {asyncio.current_task()}
    if left := asyncio.all_tasks() - before - mine:
        await asyncio.wait(left, timeout=1)
    assert asyncio.all_tasks() - before - mine == set()


class Socket:
    """Sends and receives messages as objects."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, type: str, **rest: Any) -> None:
        await self.connection.send(orjson.dumps({"type": type, **rest}).decode())

    async def subscribe(self, id: str, query: str, **rest: Any) -> None:
        await self.send("subscribe", id=id, payload={"query": query, **rest})

    async def received(self) -> Any:
        async with asyncio.timeout(10):
            return orjson.loads(await self.connection.recv())

    async def closed(self) -> tuple[int, str]:
        """The server's close frame, behind which nothing else came."""
        async with asyncio.timeout(10):
            with pytest.raises(ConnectionClosed) as closed:
                await self.connection.recv()
        frame = closed.value.rcvd
        assert frame is not None, "no close frame"
        return frame.code, frame.reason


@asynccontextmanager
async def opened(edge: Edge, **arguments: Any) -> AsyncIterator[Socket]:
    """A WebSocket, without any message yet."""
    arguments.setdefault("subprotocols", [Subprotocol("graphql-transport-ws")])
    async with connect(edge.ws, open_timeout=10, close_timeout=1, **arguments) as connection:
        yield Socket(connection)


@asynccontextmanager
async def connected(
    edge: Edge, payload: dict[str, Any] | None = None, **arguments: Any
) -> AsyncIterator[Socket]:
    """A WebSocket on which everything may be asked."""
    async with opened(edge, **arguments) as socket:
        await socket.send("connection_init", **({} if payload is None else {"payload": payload}))
        assert await socket.received() == {"type": "connection_ack"}
        yield socket


class Body:
    """A response that goes on."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def until(self, end: bytes) -> bytes:
        """What comes, up to and with `end`."""
        async with asyncio.timeout(10):
            return await self.response.content.readuntil(end)

    async def rest(self) -> bytes:
        async with asyncio.timeout(10):
            return await self.response.content.read()


@asynccontextmanager
async def posted(
    edge: Edge, query: str, accept: str, headers: dict[str, str] | None = None, **rest: Any
) -> AsyncIterator[Body]:
    """A POST whose answer is read as it comes."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            edge.url, json={"query": query, **rest}, headers={"accept": accept, **(headers or {})}
        ) as response,
    ):
        yield Body(response)
