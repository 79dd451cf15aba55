"""Our gateway and two subgraphs in its process, behind its edge: `/publish?n=` publishes."""

import argparse
import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bench.fanout.event import PRODUCT, changed
from bench.fanout.load import raise_file_limit
from gateway.composition import SubgraphSource, compose
from gateway.gateway import Gateway
from gateway.policy.authentication import Claims
from gateway.policy.streams import StreamSettings
from gateway.server.app import create_app
from gateway.server.listen import listen
from gateway.server.memory import settle
from gateway.server.serve import run, serve
from gateway.server.settings import ServerSettings
from gateway.transport.local import LocalTransport
from gateway.transport.protocol import SubgraphRequest

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
ORDERS = """
type Query { orders: Int }
type Subscription { orderChanged: OrderChange! }
type OrderChange { kind: String! cursor: String! order: Order! product: Product }
type Order @key(fields: "id") {
  id: ID! number: String! status: String! total: String! currency: String!
}
type Product @key(fields: "id", resolvable: false) { id: ID! }
"""
PRODUCTS = """
type Query { products: Int }
type Product @key(fields: "id") { id: ID! name: String! price: String! }
"""


class ByName:
    """Takes any name for a token: what a signature costs is no matter of fan-out."""

    def authenticate(self, authorization: str | None) -> Claims | None:
        return {"sub": authorization} if authorization else None


class Orders:
    def __init__(self) -> None:
        self.queues: set[asyncio.Queue[int]] = set()
        self.published = 0

    async def execute(self, _: SubgraphRequest) -> Mapping[str, Any]:
        return {"data": {"orders": self.published}}

    async def subscribe(self, _: SubgraphRequest) -> AsyncGenerator[Mapping[str, Any], None]:
        queue: asyncio.Queue[int] = asyncio.Queue()
        self.queues.add(queue)
        try:
            while True:
                number = await queue.get()
                yield {
                    "data": {"orderChanged": changed(number)},
                    "extensions": {"cursor": f"c{number}"},
                }
        finally:
            self.queues.discard(queue)

    def publish(self, count: int) -> None:
        for _ in range(count):
            self.published += 1
            for queue in self.queues:
                queue.put_nowait(self.published)


async def product(request: SubgraphRequest) -> Mapping[str, Any]:
    asked = request.variables["representations"]
    return {"data": {"_entities": [{"__typename": "Product", **PRODUCT} for _ in asked]}}


async def main(port: int) -> None:
    orders = Orders()
    composition = compose(
        {
            "orders": SubgraphSource("http://orders.test", LINK + ORDERS),
            "products": SubgraphSource("http://products.test", LINK + PRODUCTS),
        }
    )
    assert composition.supergraph_sdl is not None, composition.errors
    gateway = Gateway(
        composition.supergraph_sdl,
        {
            "orders": LocalTransport(orders.execute, subscribe=orders.subscribe),
            "products": LocalTransport(product),
        },
    )

    async def publish(request: Request) -> Response:
        orders.publish(int(request.query_params["n"]))
        return PlainTextResponse("published")

    streams = StreamSettings(
        init_timeout=60, connections_per_principal=20_000, subscriptions_per_principal=20_000
    )
    settings = ServerSettings(
        gateway,
        authenticator=ByName(),
        streams=streams,
        routes=[Route("/publish", publish)],
    )
    app = create_app(settings)
    settle()
    await serve(
        app, listen("127.0.0.1", port), lifecycle=settings.lifecycle, streams=settings.streams
    )
    await gateway.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    raise_file_limit()
    run(main(parser.parse_args().port))
