"""The clients that people use: they subscribe, get enriched events, reconnect and resume."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.gateway import Gateway
from gateway.policy.authentication import Authenticator
from gateway.server.app import create_app
from gateway.server.lifecycle import Lifecycle
from gateway.server.listen import listen
from gateway.server.serve import serve
from gateway.server.settings import ServerSettings
from tests.gateway.events import ORDERS, Feed, change, products
from tests.gateway.policy.tokens import AUDIENCE, ISSUER, Signer, jwks
from tests.gateway.server.node_programs import installed
from tests.gateway.subgraphs import Federation, Subgraph
from tests.node_server import free_port, node

pytestmark = pytest.mark.node
SIGNER = Signer()


class Log(Feed):
    """Remembers what was published: who subscribes `after` a cursor gets what came since."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []

    async def subscribe(self, _root: Any, info: Any, **given: Any) -> AsyncGenerator[Any, None]:
        after = given.get("after")
        for event in [] if after is None else self.events[int(after[1:]) + 1 :]:
            yield event
        async for event in super().subscribe(_root, info):
            yield event

    def write(self, *numbers: int) -> None:
        for number in numbers:
            event = change(number, "p1" if number % 2 else "p2")
            self.events.append(event)
            self.publish(event)


@asynccontextmanager
async def served(gateway: Gateway, port: int) -> AsyncIterator[None]:
    lifecycle = Lifecycle(0.2)
    authenticator = Authenticator(jwks(SIGNER), issuer=ISSUER, audience=AUDIENCE)
    settings = ServerSettings(gateway, authenticator=authenticator, lifecycle=lifecycle)
    ready, stop = asyncio.Event(), asyncio.Event()
    server = asyncio.create_task(
        serve(
            create_app(settings),
            listen("127.0.0.1", port),
            lifecycle=lifecycle,
            on_ready=ready.set,
            stop=stop,
        )
    )
    await ready.wait()
    try:
        yield
    finally:
        stop.set()
        await server


async def lines(process: asyncio.subprocess.Process, count: int) -> list[Any]:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        found = [await process.stdout.readline() for _ in range(count)]
    if not found[-1]:
        assert process.stderr is not None
        raise AssertionError((await process.stderr.read()).decode())
    return [orjson.loads(line) for line in found]


def expected(*numbers: int) -> list[Any]:
    names = {"p1": "Kettle", "p2": "Teapot"}
    events = []
    for number in numbers:
        id = "p1" if number % 2 else "p2"
        data = {
            "kind": f"k{number}",
            "cursor": f"c{number}",
            "order": {"id": f"o{number}", "__typename": "Order"},
            "product": {"id": id, "name": names[id], "__typename": "Product"},
            "__typename": "OrderChange",
        }
        events.append({"data": {"orderChanged": data}, "cursor": f"c{number}"})
    return events


@pytest.mark.parametrize("client", ["graphql-ws", "graphql-sse", "@apollo/client"])
async def test_events_a_restart_and_what_came_meanwhile(client: str) -> None:
    folder = await asyncio.to_thread(installed, Path(__file__).parent / "node")
    log, port = Log(), free_port()
    orders = Subgraph(ORDERS, events={"Subscription.orderChanged": log.subscribe})
    gateway = Federation({"orders": orders, "products": products()}).gateway
    token = SIGNER.token(exp=time.time() + 300)
    program = [str(folder / "subscribe.mjs"), client, f"http://127.0.0.1:{port}/graphql", "9"]
    async with served(gateway, port):
        process = await asyncio.create_subprocess_exec(
            str(node()),
            *program,
            token,
            cwd=folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(60):
                await log.until(1)
            log.write(0, 1, 2)
            assert await lines(process, 3) == expected(0, 1, 2)
        except BaseException:
            process.kill()
            raise
    try:
        await log.until(0)
        log.write(3, 4, 5)
        async with served(gateway, port):
            assert await lines(process, 3) == expected(3, 4, 5)
            await log.until(1)
            log.write(6, 7, 8)
            *events, last = await lines(process, 4)
            assert events == expected(6, 7, 8)
            assert last["attempts"] >= 2
            assert await process.wait() == 0
            await log.until(0)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    await gateway.close()
