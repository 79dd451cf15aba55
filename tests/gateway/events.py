"""Two subgraphs that tests subscribe to: one gives the events, the other completes them."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from gateway.execution.streams import Event
from tests.gateway.subgraphs import Subgraph

ORDERS = """
  type Query { orders: Int }
  type Mutation { pack: Int }
  type Subscription {
    orderChanged(customer: ID, after: String): OrderChange
    strict: OrderChange!
    mine: Secret
  }
  type OrderChange { kind: String! cursor: String order: Order! product: Product }
  type Order @key(fields: "id") { id: ID! status: String! }
  type Product @key(fields: "id", resolvable: false) { id: ID! }
  type Secret { owner: String! text: String! product: Product }
"""
PRODUCTS = """
  type Query { shop: String }
  type Product @key(fields: "id") { id: ID! name: String price: Int! }
"""
QUERY = "subscription { orderChanged { kind order { id status } product { id name } } }"


class Feed:
    """Events by hand: whoever subscribes gets what is published from then on.

    `owners`: on whose behalf each of the `queues` is filled.
    """

    def __init__(self) -> None:
        self.queues: list[asyncio.Queue[Any]] = []
        self.owners: list[str] = []
        self.opened = 0

    async def subscribe(self, _root: Any, info: Any, **_: Any) -> AsyncGenerator[Any, None]:
        self.opened += 1
        queue: asyncio.Queue[Any] = asyncio.Queue()
        self.queues.append(queue)
        owner = str(((info.context and info.context.claims) or {}).get("sub"))
        self.owners.append(owner)
        try:
            while (item := await queue.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self.owners.pop(self.queues.index(queue))
            self.queues.remove(queue)

    def publish(self, *items: Any) -> None:
        """None ends the streams, an exception breaks them."""
        for queue in self.queues:
            for item in items:
                queue.put_nowait(item)

    async def until(self, subscribers: int) -> None:
        async with asyncio.timeout(10):
            while len(self.queues) != subscribers:  # noqa: ASYNC110 nothing tells
                await asyncio.sleep(0.002)


def change(number: int, product: str | None = "p1", **more: Any) -> dict[str, Any]:
    """The root object of one event."""
    return {
        "orderChanged": {
            "kind": f"k{number}",
            "cursor": f"c{number}",
            "order": {"id": f"o{number}", "status": "PLACED"},
            "product": None if product is None else {"id": product},
            **more,
        }
    }


def orders(feed: Feed) -> Subgraph:
    events = {f"Subscription.{name}": feed.subscribe for name in ("orderChanged", "strict", "mine")}
    return Subgraph(ORDERS, events=events)


def products(names: dict[str, str] | None = None) -> Subgraph:
    known = {"p1": "Kettle", "p2": "Teapot"} if names is None else names
    return Subgraph(
        PRODUCTS,
        entities={
            "Product": lambda asked: {"id": asked["id"], "name": known[asked["id"]], "price": 1}
        },
    )


@dataclass
class Recorder:
    """A sink that keeps what it is told."""

    events: list[Event] = field(default_factory=list)
    ends: list[Sequence[dict[str, Any]]] = field(default_factory=list)

    def next(self, event: Event) -> None:
        self.events.append(event)

    def end(self, errors: Sequence[dict[str, Any]]) -> None:
        self.ends.append(errors)

    @property
    def bodies(self) -> list[Any]:
        return [orjson.loads(event.body) for event in self.events]

    async def until(self, events: int = 0, ends: int = 0) -> None:
        async with asyncio.timeout(10):
            while len(self.events) < events or len(self.ends) < ends:  # noqa: ASYNC110 nothing tells
                await asyncio.sleep(0.002)
