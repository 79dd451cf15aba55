"""A changed supergraph is taken over between two operations; a broken one changes nothing."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from gateway.configuration.settings import Settings
from gateway.context import RequestContext
from gateway.gateway import Gateway, GraphQLRequest
from gateway.policy.requirements import Need
from gateway.server.logs import configure_logs
from gateway.standalone.problems import Problem
from gateway.standalone.reload import Reloader
from gateway.standalone.supergraph import load
from gateway.standalone.swap import SwappableGateway, _Uses
from gateway.standalone.watched import WatchedFile
from tests.gateway.served import Served, composed, served
from tests.gateway.standalone.shop import reviews, stock, users

ALL = "{ me { id name reviews } count }"
ANSWER = {"me": {"id": "u1", "name": "Ada", "reviews": ["of u1"]}, "count": 2}


@dataclass
class Shop:
    """A gateway over served subgraphs, and the file that it follows."""

    servers: dict[str, Served]
    path: Path
    gateway: SwappableGateway
    reloader: Reloader

    async def ask(self, query: str = ALL) -> dict[str, Any]:
        request = GraphQLRequest(query)
        return (await self.gateway.execute(request, RequestContext("test"))).body()

    async def write(self, *names: str) -> None:
        text = composed({name: self.servers[name] for name in names})
        await asyncio.to_thread(self.path.write_text, text)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with served({"users": users(), "reviews": reviews(), "stock": stock()}) as servers:
        path = tmp_path / "supergraph.graphql"
        path.write_text(composed({name: servers[name] for name in ("users", "reviews")}))
        # On a busy machine composing and loading hold up the event loop for seconds.
        patience = {"timeout": "60s", "connect_timeout": "60s"}
        settings = Settings.model_validate({"traffic_shaping": {"all": patience}})
        file = WatchedFile(path)
        gateway = SwappableGateway(load(file.read(), settings))
        yield Shop(servers, path, gateway, Reloader(gateway, file, path, settings, None))
        await gateway.close()


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    stream = io.StringIO()
    configure_logs(stream)
    yield stream
    root.handlers, root.level = handlers, level


def events(lines: io.StringIO) -> list[str]:
    return [json.loads(line)["event"] for line in lines.getvalue().splitlines()]


async def test_a_subgraph_is_added_and_removed(shop: Shop) -> None:
    assert await shop.ask() == {"data": ANSWER}
    assert "errors" in await shop.ask("{ left }")
    await shop.write("users", "reviews", "stock")
    await shop.reloader.look()
    assert await shop.ask("{ left count }") == {"data": {"left": 5, "count": 2}}
    await shop.write("users")
    await shop.reloader.look()
    assert await shop.ask("{ me { name } }") == {"data": {"me": {"name": "Ada"}}}
    assert "errors" in await shop.ask("{ left }")


async def test_nothing_happens_while_nothing_changes(shop: Shop, lines: io.StringIO) -> None:
    before = shop.gateway.loaded
    await shop.reloader.look()
    shop.path.touch()
    await shop.reloader.look()
    assert shop.gateway.loaded is before
    assert events(lines) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("type Query {", "is no valid GraphQL: Syntax Error: Expected Name, found <EOF>. (line 1)"),
        ("type Query { a: Int }", "cannot be served: not a supergraph"),
        ("", "is no valid GraphQL"),
        (None, "cannot be read"),
    ],
)
async def test_a_broken_file_is_refused_once(
    shop: Shop, lines: io.StringIO, text: str | None, reason: str
) -> None:
    before = shop.gateway.loaded
    if text is None:
        shop.path.unlink()
    else:
        shop.path.write_text(text)
    for _ in range(3):
        await shop.reloader.look()
    assert shop.gateway.loaded is before
    assert await shop.ask() == {"data": ANSWER}
    (line,) = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert (line["level"], line["event"]) == ("error", "supergraph refused")
    assert line["reason"].startswith(reason)
    await shop.write("users", "reviews", "stock")
    await shop.reloader.look()
    assert events(lines) == ["supergraph refused", "supergraph reloaded"]
    assert await shop.ask("{ left }") == {"data": {"left": 5}}


async def test_back_to_what_is_served_is_no_reload(shop: Shop, lines: io.StringIO) -> None:
    before = shop.gateway.loaded
    good = shop.path.read_text()
    shop.path.write_text("broken")
    await shop.reloader.look()
    shop.path.write_text(good)
    await shop.reloader.look()
    assert shop.gateway.loaded is before
    assert events(lines) == ["supergraph refused"]


async def test_what_was_asked_most_is_planned_before(shop: Shop, lines: io.StringIO) -> None:
    me = "{ me { name } }"
    for query in (me, me, "{ left }", ALL, ALL, ALL, "{ count }"):
        await shop.ask(query)
    assert shop.gateway.most_used(2) == [ALL, me]
    await shop.write("users", "stock")
    await shop.reloader.look()
    assert json.loads(lines.getvalue())["warmed"] == 2  # of four; the others need what has gone
    assert [key.query for key in shop.gateway.loaded.gateway._plans.entries._entries] == [
        me,
        "{ left }",
    ]


async def test_plans_are_made_for_the_kinds_of_callers_that_asked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mask that was in use before is planned before the swap."""
    seen = frozenset({Need("requiresScopes", (frozenset({"x"}),))})
    asked: list[Any] = []
    warm = Gateway.warm

    async def warming(gateway: Gateway, documents: Any, masks: Any) -> dict[str, str]:
        asked.append(masks)
        return await warm(gateway, documents, masks)

    await shop.ask()
    monkeypatch.setattr(shop.gateway.loaded.gateway, "masks", lambda: {ALL: {seen}})
    monkeypatch.setattr(Gateway, "warm", warming)
    await shop.write("users", "reviews", "stock")
    await shop.reloader.look()
    assert asked == [{ALL: {seen}}]


async def test_a_document_that_breaks_the_planner_does_not_stop_a_reload(
    shop: Shop, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_arguments: Any) -> dict[str, str]:
        raise ZeroDivisionError

    await shop.ask()
    monkeypatch.setattr(Gateway, "warm", broken)
    await shop.write("users", "reviews", "stock")
    await shop.reloader.look()
    assert events(lines) == ["defect", "supergraph reloaded"]
    assert await shop.ask("{ left }") == {"data": {"left": 5}}


def test_uses_are_bounded_and_fade() -> None:
    uses = _Uses()
    for _ in range(3):
        uses.count("often")
    for number in range(5_000):
        uses.count(f"once {number}")
    uses.count("x" * 30_000)
    assert len(uses._counts) <= 2_000
    assert uses.most(1) == ["often"]
    uses.fade()
    for _ in range(4):
        uses.count("new")
    assert uses.most(2) == ["new", "often"]


async def test_what_has_begun_ends_on_the_old_one(shop: Shop) -> None:
    arrived, go = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        arrived.set()
        await go.wait()

    shop.servers["reviews"].subgraph.before = slow
    old = shop.gateway.loaded
    asking = asyncio.create_task(shop.ask("{ count me { reviews } }"))
    await arrived.wait()
    await shop.write("users", "stock")
    await shop.reloader.look()
    assert "errors" in await shop.ask("{ count }")
    assert old.transports["reviews"].is_open
    go.set()
    assert await asking == {"data": {"count": 2, "me": {"reviews": ["of u1"]}}}
    await shop.gateway.close()
    assert not any(each.is_open for each in old.transports.values())


async def test_reloads_under_load_lose_nothing(shop: Shop) -> None:
    stop = asyncio.Event()
    answers: list[dict[str, Any]] = []

    async def client() -> None:
        while not stop.is_set():
            answers.append(await shop.ask())

    clients = [asyncio.create_task(client()) for _ in range(4)]
    for number in range(6):
        await shop.write("users", "reviews", *(["stock"] if number % 2 == 0 else []))
        before, asked = shop.gateway.loaded, len(answers)
        await shop.reloader.look()
        assert shop.gateway.loaded is not before
        while len(answers) < asked + 8:  # noqa: ASYNC110 several tasks count
            await asyncio.sleep(0.001)
    stop.set()
    await asyncio.gather(*clients)
    assert answers == [{"data": ANSWER}] * len(answers)


async def test_a_url_can_be_overridden(shop: Shop) -> None:
    text = shop.path.read_text().replace(shop.servers["reviews"].url, "")
    with pytest.raises(Problem, match=r"no HTTP URL of the subgraph reviews: .*override"):
        load(text, Settings())
    override = {"override_subgraph_url": {"reviews": shop.servers["reviews"].url}}
    shop.gateway.swap(load(text, Settings.model_validate(override)))
    assert await shop.ask() == {"data": ANSWER}


async def test_credentials_in_a_url_are_refused_without_being_told(shop: Shop) -> None:
    text = shop.path.read_text()
    override = {"override_subgraph_url": {"reviews": "http://ada:secret@127.0.0.1/"}}
    with pytest.raises(Problem, match="credentials in the URL of the subgraph reviews") as refused:
        load(text, Settings.model_validate(override))
    assert "secret" not in str(refused.value)


async def test_the_state_of_circuits(shop: Shop) -> None:
    settings = Settings.model_validate(
        {"traffic_shaping": {"all": {"circuit_breaker": {"min_requests": 1}}}}
    )
    shop.gateway.swap(load(shop.path.read_text(), settings))
    await shop.ask()
    assert shop.gateway.circuits() == {"users": "closed", "reviews": "closed"}

    async def broken(_: web.Request) -> web.Response:
        return web.Response(status=500)

    shop.servers["reviews"].fault = broken
    await asyncio.gather(*(shop.ask(f"{{ c{n}: count }}") for n in range(3)))
    assert shop.gateway.circuits() == {"users": "closed", "reviews": "open"}
