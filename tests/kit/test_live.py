"""Subscriptions told in batches: in order, each with its cursor, whatever the events wait for."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from models.database import Database
from subgraphs.kit import Info, Private, anyone, field, output, query, subgraph, subscription
from subgraphs.kit.agents import Agents
from subgraphs.kit.live import AT_ONCE, IN_ALL, LiveExecutor, _Begun
from tests.callers import ADMIN
from tests.events.traffic import Captured

DOCUMENT = "subscription ($size: Int!) { told(size: $size) { number slow } }"
SIZE = 3 * AT_ONCE


@output
class Told:
    """An event that knows where to resume behind it."""

    number: int
    cursor: Private[str]


class Watch:
    """What of the executions is under way."""

    def __init__(self) -> None:
        self.now = self.most = self.ended = 0
        self.held: asyncio.Event | None = None

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            yield
        finally:
            self.now -= 1
            self.ended += 1


WATCH = Watch()


@field(Told, anyone)
async def slow(parents: Sequence[Told], info: Info) -> list[int]:
    """Every seventh takes longer than those behind it."""
    async with WATCH.one():
        if WATCH.held is not None:
            await WATCH.held.wait()
        await asyncio.sleep(0.01 if any(each.number % 7 == 0 for each in parents) else 0)
    return [each.number for each in parents]


@query(anyone)
async def nothing(info: Info) -> str | None:
    return None


@subscription(anyone)
async def told(info: Info, size: int) -> AsyncGenerator[Sequence[Told], None]:
    """Two batches, and an empty one between them."""
    yield [Told(number=number, cursor=f"c{number}") for number in range(size)]
    yield []
    yield [Told(number=size, cursor=f"c{size}")]


schema = subgraph("live", queries=[nothing], subscriptions=[told], fields=[slow])


@pytest.fixture
def agents(db: Database) -> Agents:
    WATCH.__init__()  # type: ignore[misc]  # as new
    return Agents({"live": schema}, db, Captured())


def _subscribed(agents: Agents, document: str = DOCUMENT) -> AsyncGenerator[Any, None]:
    return agents.subscribe("live", document, {"size": SIZE}, ADMIN, "req_live")


async def test_every_event_is_told_once_in_order_with_its_own_cursor(agents: Agents) -> None:
    results = [each async for each in _subscribed(agents)]
    assert [each.data for each in results] == [
        {"told": {"number": number, "slow": number}} for number in range(SIZE + 1)
    ]
    assert [each.extensions["cursor"] for each in results] == [f"c{n}" for n in range(SIZE + 1)]
    assert _Begun.untold == 0


async def test_what_waits_for_nothing_is_told_alike(agents: Agents) -> None:
    document = DOCUMENT.replace(" slow", "")
    results = [each async for each in _subscribed(agents, document)]
    assert [each.data["told"]["number"] for each in results] == list(range(SIZE + 1))
    assert [each.extensions["cursor"] for each in results] == [f"c{n}" for n in range(SIZE + 1)]
    assert _Begun.untold == 0


async def test_who_goes_leaves_no_execution_behind(agents: Agents) -> None:
    before = asyncio.all_tasks()
    WATCH.held = asyncio.Event()
    async with aclosing(_subscribed(agents)) as results:
        first = asyncio.ensure_future(anext(results))
        while not WATCH.now:  # noqa: ASYNC110  # a count, not an event
            await asyncio.sleep(0.01)
        assert 1 <= _Begun.untold <= AT_ONCE
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    for _ in range(10):
        await asyncio.sleep(0)
    assert (_Begun.untold, WATCH.now) == (0, 0)
    assert asyncio.all_tasks() == before


async def test_thousands_begin_no_more_than_there_is_room_for(agents: Agents) -> None:
    WATCH.held = asyncio.Event()
    streams = [_subscribed(agents) for _ in range(60)]
    firsts = [asyncio.ensure_future(anext(each)) for each in streams]
    for _ in range(2000):
        await asyncio.sleep(0)
    assert IN_ALL - AT_ONCE <= _Begun.untold <= IN_ALL
    WATCH.held.set()
    results = await asyncio.gather(*firsts)
    assert [each.data["told"]["number"] for each in results] == [0] * 60
    for each in streams:
        await each.aclose()
    assert _Begun.untold == 0


async def test_an_execution_that_cannot_begin_takes_no_room(
    agents: Agents, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Any, serially: bool | None = None) -> Any:
        raise ZeroDivisionError("cannot begin")

    monkeypatch.setattr(LiveExecutor, "execute_operation", broken)
    [result] = [each async for each in _subscribed(agents)]
    assert [each.message for each in result.errors] == ["Internal error."]
    assert _Begun.untold == 0
