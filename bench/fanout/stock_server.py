"""Stock Strawberry behind uvicorn, one schema with everything: `/publish?n=` publishes events."""

import argparse
import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

from bench.fanout.event import PRODUCT, changed
from bench.fanout.load import raise_file_limit


@strawberry.type
class Product:
    id: strawberry.ID
    name: str
    price: str


@strawberry.type
class Order:
    id: strawberry.ID
    number: str
    status: str
    total: str
    currency: str


@strawberry.type
class OrderChange:
    kind: str
    cursor: str
    order: Order
    product: Product | None


def change(number: int) -> OrderChange:
    given: dict[str, Any] = changed(number)
    order = Order(**given["order"])
    product = Product(id=strawberry.ID(PRODUCT["id"]), name=PRODUCT["name"], price=PRODUCT["price"])
    return OrderChange(kind=given["kind"], cursor=given["cursor"], order=order, product=product)


QUEUES: set[asyncio.Queue[OrderChange]] = set()


@strawberry.type
class Query:
    orders: int = 0


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def order_changed(self) -> AsyncGenerator[OrderChange, None]:
        queue: asyncio.Queue[OrderChange] = asyncio.Queue()
        QUEUES.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            QUEUES.discard(queue)


published = 0


async def publish(request: Request) -> Response:
    global published
    for _ in range(int(request.query_params["n"])):
        published += 1
        event = change(published)
        for queue in QUEUES:
            queue.put_nowait(event)
    return PlainTextResponse("published")


schema = strawberry.Schema(
    Query, subscription=Subscription, extensions=[lambda: ParserCache(), lambda: ValidationCache()]
)
app = Starlette(routes=[Route("/publish", publish), WebSocketRoute("/graphql", GraphQL(schema))])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    raise_file_limit()
    uvicorn.run(
        app, host="127.0.0.1", port=parser.parse_args().port, log_level="warning", access_log=False
    )
