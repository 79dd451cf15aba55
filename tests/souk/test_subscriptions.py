"""Subscriptions of an agent: through the gateway in one process, and through its own edge."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.composition import SubgraphSource, compose
from gateway.context import RequestContext
from gateway.execution.streams import Subscription
from gateway.gateway import Gateway, GraphQLRequest, GraphQLResponse
from gateway.server.app import create_app
from gateway.server.lifecycle import Lifecycle
from gateway.server.settings import ServerSettings
from gateway.transport.http import HttpSettings, HttpTransport
from gateway.transport.local import LocalTransport
from gateway.transport.upstream import UpstreamSettings
from models.database import Database
from souk.agent_server import AgentExecutor
from souk.local import local_transports
from subgraphs.kit import (
    ID,
    Info,
    Principal,
    anyone,
    entity,
    invalid,
    query,
    resolver,
    staff,
    subgraph,
    subscription,
)
from subgraphs.kit.agents import Agents
from subgraphs.kit.capture import DatabaseCapture
from subgraphs.kit.tokens import claims_of
from tests.callers import ANONYMOUS, reader
from tests.gateway.events import Recorder
from tests.gateway.server.running import running

RINGER = reader("bell")


@entity("id")
class Bell:
    id: ID
    rung: int
    read_at: datetime


@dataclass
class Tower:
    """Who listens, and what they hear: numbers, or what goes wrong."""

    queues: list[asyncio.Queue[int | Exception | None]] = field(default_factory=list)

    def ring(self, *numbers: int | Exception | None) -> None:
        for queue in self.queues:
            for number in numbers:
                queue.put_nowait(number)

    async def until(self, listeners: int) -> None:
        async with asyncio.timeout(10):
            while len(self.queues) != listeners:  # noqa: ASYNC110 nothing tells
                await asyncio.sleep(0.002)


def room(tower: Tower) -> Any:
    @query(anyone)
    async def bells(info: Info) -> int:
        return len(tower.queues)

    @resolver(Bell, "id", anyone)
    async def bell_by_id(keys: Sequence[ID], info: Info) -> list[Bell | Exception | None]:
        return [Bell(id=key, rung=0, read_at=info.now) for key in keys]

    @subscription(staff("bell:read"))
    async def bell_rung(info: Info, since: int = 0) -> AsyncGenerator[Sequence[Bell], None]:
        if since < 0:
            raise invalid("There are no negative rings.", "since")
        queue: asyncio.Queue[int | Exception | None] = asyncio.Queue()
        tower.queues.append(queue)
        try:
            while (number := await queue.get()) is not None:
                if isinstance(number, Exception):
                    raise number
                yield [Bell(id=ID("bel_1"), rung=number, read_at=info.now)]
        finally:
            tower.queues.remove(queue)

    return subgraph("tower", queries=[bells], subscriptions=[bell_rung], resolvers=[bell_by_id])


@dataclass
class Stand:
    tower: Tower
    gateway: Gateway
    defects: list[BaseException]

    async def listen(
        self,
        principal: Principal = RINGER,
        query: str = "subscription { bellRung { rung } }",
    ) -> tuple[Recorder, Subscription]:
        context = RequestContext("request-1", claims_of(principal))
        recorder = Recorder()
        found = await self.gateway.subscribe(GraphQLRequest(query), context, recorder)
        assert not isinstance(found, GraphQLResponse), found.errors
        return recorder, found


@pytest.fixture(params=["local", "ws", "sse"])
async def stand(
    request: pytest.FixtureRequest, db: Database, tmp_path: Path
) -> AsyncIterator[Stand]:
    tower = Tower()
    found = room(tower)
    defects: list[BaseException] = []

    class Capture(DatabaseCapture):
        async def __call__(
            self, agent: str, path: str, defect: BaseException, correlation_id: str
        ) -> str:
            defects.append(defect)
            return "def_1"

    agents = Agents({"tower": found}, db, Capture(db, tmp_path / "spool"))
    composition = compose({"tower": SubgraphSource("http://tower.test", found.sdl)})
    assert composition.supergraph_sdl is not None, composition.errors
    lifecycle = Lifecycle(0.1)
    executor = AgentExecutor(agents, "tower")

    class Anyone:
        def authenticate(self, authorization: str | None) -> dict[str, Any] | None:
            name = (authorization or "").removeprefix("Bearer ")
            return claims_of(reader(name)) if name else None

    settings = ServerSettings(executor, authenticator=Anyone(), lifecycle=lifecycle)
    async with running(create_app(settings), lifecycle) as url:
        transport: LocalTransport | HttpTransport
        if request.param == "local":
            transport = local_transports(agents, 10)["tower"]
        else:
            subscriptions = UpstreamSettings(protocol=request.param)
            transport = _ByScope(f"{url}/graphql", HttpSettings(subscriptions=subscriptions))
        gateway = Gateway(composition.supergraph_sdl, {"tower": transport})
        yield Stand(tower, gateway, defects)
        await gateway.close()
        await tower.until(0)


class _ByScope(HttpTransport):
    """Sends the caller's scope as its token."""

    def subscribe(self, request: Any) -> Any:
        scopes = (request.context.claims or {}).get("scopes") or []
        headers = {"authorization": f"Bearer {scopes[0].partition(':')[0]}"} if scopes else {}
        context = RequestContext(request.context.request_id, None, headers)
        return super().subscribe(
            type(request)(request.document, request.variables, "subscription", context)
        )


async def test_events_until_nobody_listens(stand: Stand) -> None:
    recorder, subscription = await stand.listen()
    await stand.tower.until(1)
    stand.tower.ring(1, 2)
    await recorder.until(events=2)
    assert recorder.bodies == [{"data": {"bellRung": {"rung": number}}} for number in (1, 2)]
    subscription.cancel()
    await stand.tower.until(0)


async def test_end_of_the_agents_own(stand: Stand) -> None:
    recorder, _ = await stand.listen()
    await stand.tower.until(1)
    stand.tower.ring(1, None)
    await recorder.until(events=1, ends=1)
    assert recorder.ends == [()]


async def test_caller_who_may_not(stand: Stand) -> None:
    recorder, _ = await stand.listen(ANONYMOUS)
    await recorder.until(ends=1)
    [[error]] = recorder.ends
    assert (error["message"], error["extensions"]["code"]) == (
        "This role may not do this.",
        "FORBIDDEN",
    )
    assert (recorder.events, stand.tower.queues, stand.defects) == ([], [], [])


async def test_refusal_before_the_first_event(stand: Stand) -> None:
    recorder, _ = await stand.listen(query="subscription { bellRung(since: -1) { rung } }")
    await recorder.until(ends=1)
    [[error]] = recorder.ends
    assert error["message"] == "There are no negative rings."
    assert (recorder.events, stand.defects) == ([], [])


async def test_defect_is_captured_and_masked(stand: Stand) -> None:
    recorder, _ = await stand.listen()
    await stand.tower.until(1)
    stand.tower.ring(1, ZeroDivisionError("a secret of ours"))
    await recorder.until(events=1, ends=1)
    [[error]] = recorder.ends
    assert error["message"] == "Internal error."
    assert error["extensions"]["id"] == "def_1"
    assert "secret" not in str(recorder.ends)
    assert [type(defect) for defect in stand.defects] == [ZeroDivisionError]


async def test_invalid_document_is_the_agents_to_refuse(stand: Stand, db: Database) -> None:
    """The agent's own edge; the gateway has validated what it sends."""
    capture = DatabaseCapture(db, Path("unused"))
    executor = AgentExecutor(Agents({"tower": room(Tower())}, db, capture), "tower")
    for text, expected in (
        ("subscription { bellRung { rung } }", True),
        ("subscription { nothing }", True),
        ("{ bells }", False),
        ("subscription {", False),
    ):
        assert await executor.is_subscription(GraphQLRequest(text)) is expected
    recorder = Recorder()
    request = GraphQLRequest("subscription { nothing }")
    await executor.subscribe(request, RequestContext("request-1"), recorder)
    await recorder.until(ends=1)
    [[error]] = recorder.ends
    assert error["message"].startswith("Cannot query field 'nothing' on type 'Subscription'.")
    assert recorder.events == []
