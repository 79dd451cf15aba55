"""Subgraphs of `tests.gateway.subgraphs` on real sockets, and what is composed of them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from gateway.composition import SubgraphSource, compose
from gateway.context import RequestContext
from gateway.transport.protocol import SubgraphRequest
from tests.gateway.subgraphs import LINK, Subgraph

Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Served:
    """A subgraph and where it is served. `fault` answers instead of it; `seen` are requests."""

    subgraph: Subgraph
    url: str = ""
    fault: Fault | None = None
    seen: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen += 1
        body = await request.json()
        if self.fault is not None:
            return await self.fault(request)
        answer = await self.subgraph.execute(
            SubgraphRequest(body["query"], body["variables"], "query", RequestContext("test"))
        )
        made = dict(answer)
        if not made.get("errors"):
            made.pop("errors", None)
        return web.json_response(made)


@asynccontextmanager
async def served(subgraphs: Mapping[str, Subgraph]) -> AsyncIterator[dict[str, Served]]:
    """Each on a port of its own."""
    async with AsyncExitStack() as stack:
        servers = {}
        for name, subgraph in subgraphs.items():
            subgraph.name = name
            servers[name] = await stack.enter_async_context(_one(Served(subgraph)))
        yield servers


@asynccontextmanager
async def _one(server: Served) -> AsyncIterator[Served]:
    app = web.Application()
    app.router.add_post("/graphql", server.handle)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/graphql"
    try:
        yield server
    finally:
        await runner.cleanup()


def composed(servers: Mapping[str, Served]) -> str:
    """The supergraph SDL of the servers."""
    composition = compose(
        {
            name: SubgraphSource(url=server.url, sdl=LINK + server.subgraph.sdl)
            for name, server in servers.items()
        }
    )
    assert composition.supergraph_sdl is not None, composition.errors
    return composition.supergraph_sdl
