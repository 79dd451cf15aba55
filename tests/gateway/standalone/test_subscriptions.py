"""The standalone gateway over remote subgraphs: both protocols, and a supergraph that changes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from gateway.configuration.settings import Settings
from gateway.context import RequestContext
from gateway.gateway import GraphQLRequest, GraphQLResponse
from gateway.standalone.reload import Reloader
from gateway.standalone.supergraph import load
from gateway.standalone.swap import SwappableGateway
from gateway.standalone.watched import WatchedFile
from tests.gateway.events import ORDERS, PRODUCTS, QUERY, Feed, Recorder, change, orders, products
from tests.gateway.streams.remote import remote, supergraph
from tests.gateway.subgraphs import LINK, Subgraph

KINDS = "subscription { orderChanged { kind } }"
RESUMED = 'subscription {{ orderChanged(after: "{number}") {{ product {{ name }} }} }}'
# Half of the subscriptions get `name` from where the events come from.
LABELLED = ORDERS.replace(
    'type Product @key(fields: "id", resolvable: false) { id: ID! }',
    'type Product @key(fields: "id") { id: ID! '
    'name: String @override(from: "products", label: "percent(50)") }',
)


@dataclass
class Shop:
    feed: Feed
    urls: dict[str, tuple[str, str]]
    path: Path
    gateway: SwappableGateway
    reloader: Reloader
    context: RequestContext = field(
        default_factory=lambda: RequestContext("request-1", None, {"authorization": "Bearer t"})
    )

    async def listen(self, query: str) -> Recorder:
        recorder = Recorder()
        found = await self.gateway.subscribe(GraphQLRequest(query), self.context, recorder)
        assert not isinstance(found, GraphQLResponse), found.errors
        return recorder

    def plans(self) -> dict[str, Any]:
        """Of what is subscribed to, by its text."""
        live = [stream.source for stream in self.gateway.loaded.gateway.streams]
        return {each.request.query: each.binding.prepared.plan.to_json() for each in live}

    async def reload(self, **sdl: str) -> None:
        """Other SDL of some subgraphs, or another URL where it begins with one."""
        found = dict(self.urls)
        for name, text in sdl.items():
            url, before = found[name]
            found[name] = (text, before) if text.startswith("http") else (url, LINK + text)
        self.path.write_text(supergraph(found))
        await self.reloader.look()


@pytest.fixture(params=["ws", "sse"])
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    feed = Feed()
    async with opened(tmp_path, request.param, feed, orders(feed)) as shop:
        yield shop


@asynccontextmanager
async def opened(
    tmp_path: Path, protocol: Literal["ws", "sse"], feed: Feed, source: Subgraph
) -> AsyncIterator[Shop]:
    async with remote({"orders": source, "products": products()}) as found:
        path = tmp_path / "supergraph.graphql"
        path.write_text(supergraph(found))
        settings = Settings.model_validate({"subscriptions": {"all": {"protocol": protocol}}})
        file = WatchedFile(path)
        gateway = SwappableGateway(load(file.read(), settings))
        yield Shop(feed, found, path, gateway, Reloader(gateway, file, path, settings, None))
        await gateway.close()
        await feed.until(0)


async def test_events_of_one_subgraph_completed_by_the_other(shop: Shop) -> None:
    first, second = [await shop.listen(QUERY) for _ in range(2)]
    await shop.feed.until(1)
    shop.feed.publish(change(1), change(2, "p2"), None)
    for recorder in (first, second):
        await recorder.until(events=2, ends=1)
        assert recorder.bodies == [
            {
                "data": {
                    "orderChanged": {
                        "kind": f"k{number}",
                        "order": {"id": f"o{number}", "status": "PLACED"},
                        "product": {"id": f"p{number}", "name": name},
                    }
                }
            }
            for number, name in ((1, "Kettle"), (2, "Teapot"))
        ]
        assert recorder.ends == [()]
    assert shop.feed.opened == 1


async def test_unchanged_plans_go_on_and_changed_ones_are_told(shop: Shop) -> None:
    alone, enriched = await shop.listen(KINDS), await shop.listen(QUERY)
    await shop.feed.until(2)
    before = shop.gateway.loaded
    # `name` moves: what asks for it is planned in another way.
    moved = ORDERS.replace(
        "resolvable: false) { id: ID! }", ') { id: ID! name: String @override(from: "products") }'
    ).replace('"id", )', '"id")')
    await shop.reload(orders=moved)
    assert shop.gateway.loaded is not before
    await enriched.until(ends=1)
    assert enriched.ends == [
        [
            {
                "message": "The schema has changed: subscribe again.",
                "extensions": {"code": "SUBSCRIPTION_SCHEMA_RELOAD"},
            }
        ]
    ]
    await shop.feed.until(1)
    shop.feed.publish(change(1))
    await alone.until(events=1)
    assert alone.bodies == [{"data": {"orderChanged": {"kind": "k1"}}}]
    # It has moved to the new gateway, which others join it in.
    [stream] = shop.gateway.loaded.gateway.streams
    await shop.listen(KINDS)
    assert (len(stream), shop.feed.opened, alone.ends) == (2, 2, [])


async def test_percentages_are_not_drawn_anew(tmp_path: Path) -> None:
    """Of 16 subscriptions each would change its plan with the chance of one half."""
    feed = Feed()
    source = Subgraph(LABELLED, events=orders(feed).events)
    async with opened(tmp_path, "ws", feed, source) as shop:
        recorders = [await shop.listen(RESUMED.format(number=number)) for number in range(16)]
        await feed.until(16)
        before, serving = shop.plans(), shop.gateway.loaded
        await shop.reload(products=PRODUCTS.replace("shop: String", "shop: String other: Int"))
        assert shop.gateway.loaded is not serving
        async with asyncio.timeout(10):  # each is taken over, or cut
            while len(shop.plans()) + sum(len(each.ends) for each in recorders) < 16:  # noqa: ASYNC110 nothing tells
                await asyncio.sleep(0.002)
        assert shop.plans() == before
        assert len(before) == 16
        feed.publish(change(1))
        for recorder in recorders:
            await recorder.until(events=1)
            assert recorder.ends == []
        assert feed.opened == 16


async def test_enrichment_goes_through_the_new_gateway(shop: Shop) -> None:
    recorder = await shop.listen(QUERY)
    await shop.feed.until(1)
    await shop.reload(products=PRODUCTS.replace("shop: String", "shop: String other: Int"))
    old_transports_closed = all(
        not each.is_open for each in shop.gateway.loaded.transports.values()
    )
    assert old_transports_closed
    shop.feed.publish(change(1))
    await recorder.until(events=1)
    assert recorder.bodies[0]["data"]["orderChanged"]["product"] == {"id": "p1", "name": "Kettle"}
    assert shop.gateway.loaded.transports["products"].is_open


@pytest.mark.parametrize(
    ("subgraph", "sdl"),
    [
        # The same text of the request, another type of the answer.
        ("orders", ORDERS.replace("kind: String!", "kind: String")),
        ("orders", "http://127.0.0.1:9/graphql"),
    ],
)
async def test_other_types_and_other_places_cut_too(shop: Shop, subgraph: str, sdl: str) -> None:
    recorder = await shop.listen(KINDS)
    await shop.feed.until(1)
    await shop.reload(**{subgraph: sdl})
    await recorder.until(ends=1)
    assert [error["extensions"]["code"] for error in recorder.ends[0]] == [
        "SUBSCRIPTION_SCHEMA_RELOAD"
    ]
    await shop.feed.until(0)


async def test_field_that_is_gone(shop: Shop) -> None:
    recorder = await shop.listen("subscription { mine { text } }")
    await shop.feed.until(1)
    await shop.reload(orders=ORDERS.replace("mine: Secret", ""))
    await recorder.until(ends=1)
    [[error]] = recorder.ends
    assert error["extensions"] == {"code": "SUBSCRIPTION_SCHEMA_RELOAD"}


async def test_subgraph_that_restarts_ends_its_streams(tmp_path: Path) -> None:
    feed = Feed()
    async with remote({"products": products()}) as lasting:
        async with remote({"orders": orders(feed)}) as found:
            gateway = load(supergraph({**lasting, **found}), Settings()).gateway
            recorder = Recorder()
            await gateway.subscribe(GraphQLRequest(QUERY), RequestContext("1"), recorder)
            await feed.until(1)
        await recorder.until(ends=1)
        assert recorder.ends == [
            [
                {
                    "message": "The subgraph did not answer.",
                    "path": ["orderChanged"],
                    "extensions": {"code": "SUBGRAPH_UNAVAILABLE", "subgraph": "orders"},
                }
            ]
        ]
        await gateway.close()


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ({}, {"protocol": "ws", "path": None, "silence": 60.0}),
        (
            {"all": {"silence": "never"}, "subgraphs": {"orders": {"protocol": "sse"}}},
            {"protocol": "sse", "path": None, "silence": None},
        ),
        (
            {"all": {"path": "/live"}, "subgraphs": {"other": {"path": "/other"}}},
            {"protocol": "ws", "path": "/live", "silence": 60.0},
        ),
    ],
)
def test_settings_of_one_subgraph_win_key_by_key(
    section: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = Settings.model_validate({"subscriptions": section}).http("orders").subscriptions
    assert {name: getattr(found, name) for name in expected} == expected


def test_settings_of_clients() -> None:
    section = {
        "queue": 7,
        "max_connections_per_principal": 8,
        "init_timeout": "9s",
        "allowed_origins": ["https://shop.example"],
    }
    streams = Settings.model_validate({"subscriptions": section}).subscriptions.streams()
    assert (streams.queue, streams.connections_per_principal, streams.init_timeout) == (7, 8, 9.0)
    assert streams.allowed_origins == frozenset({"https://shop.example"})
