"""Identical queries that are under way together are sent once, and never shared too widely."""

import asyncio
from collections.abc import Mapping
from typing import Any, Literal

import pytest
from aiohttp import web

from gateway.response_headers import ResponseHeaders
from gateway.transport.flights import Flights
from gateway.transport.headers import Named, Propagate
from gateway.transport.http import HttpSettings
from gateway.transport.local import LocalTransport
from gateway.transport.protocol import Owned, SubgraphRequest, SubgraphUnavailable
from tests.gateway.transport.serving import Handler, request, subgraph

ON = HttpSettings(deduplicate=True)


class Held:
    """A subgraph that answers when `expected` requests have come, or when it is let go."""

    def __init__(self, expected: int = 99, cookies: bool = False) -> None:
        self.expected = expected
        self.cookies = cookies
        self.seen = 0
        self.go = asyncio.Event()
        self.first = asyncio.Event()

    async def __call__(self, _: web.Request) -> web.Response:
        self.seen += 1
        mine = self.seen
        self.first.set()
        if self.seen >= self.expected:
            self.go.set()
        await self.go.wait()
        response = web.json_response({"data": {"a": mine}})
        if self.cookies:
            response.set_cookie("session", str(mine))
        return response


def handler(held: Held) -> Handler:
    async def handle(got: web.Request) -> web.Response:
        return await held(got)

    return handle


async def together(held: Held, settings: HttpSettings, *requests: SubgraphRequest) -> list[Any]:
    async with subgraph(handler(held), settings) as transport:
        tasks = [asyncio.create_task(transport.execute(each)) for each in requests]
        await held.first.wait()
        for _ in range(5):
            await asyncio.sleep(0)
        if held.expected == 99:
            held.go.set()
        return list(await asyncio.gather(*tasks))


async def test_identical_queries_are_sent_once() -> None:
    held = Held()
    answers = await together(held, ON, request(), request(), request())
    assert answers == [{"data": {"a": 1}}] * 3
    assert held.seen == 1


@pytest.mark.parametrize(
    "other",
    [
        request(headers={"authorization": "Bearer other"}),
        request({"a": 2}),
        request(headers={}),
    ],
    ids=["authorization", "variables", "anonymous"],
)
async def test_what_differs_is_sent(other: SubgraphRequest) -> None:
    held = Held(expected=2)
    await together(held, ON, request(headers={"authorization": "Bearer one"}), other)
    assert held.seen == 2


async def test_headers_that_are_not_forwarded_do_not_matter() -> None:
    held = Held()
    await together(held, ON, request(headers={"user-agent": "a", "x-request-id": "1"}), request())
    assert held.seen == 1


@pytest.mark.parametrize("operation", ["query", "mutation"])
async def test_never_for_fetches_of_a_mutation(operation: Literal["query", "mutation"]) -> None:
    held = Held(expected=2)
    await together(held, ON, request(operation="mutation"), request(operation=operation))
    assert held.seen == 2


async def test_off_means_off() -> None:
    held = Held(expected=2)
    await together(held, HttpSettings(), request(), request())
    assert held.seen == 2


async def test_one_after_the_other_is_sent_again() -> None:
    held = Held(expected=1)
    async with subgraph(handler(held), ON) as transport:
        assert await transport.execute(request()) == {"data": {"a": 1}}
        assert await transport.execute(request()) == {"data": {"a": 2}}


async def test_only_what_nobody_shares_may_be_written_into() -> None:
    shared = await together(Held(), ON, request(), request())
    alone = await together(Held(), ON, request())
    assert [isinstance(each, Owned) for each in (*shared, *alone)] == [False, False, True]
    assert shared[0]["data"] is shared[1]["data"]


async def test_a_cookie_is_nobody_elses() -> None:
    rule = Propagate(Named("set-cookie"), algorithm="append")
    settings = HttpSettings(deduplicate=True, response_headers=(rule,))
    returned = [ResponseHeaders(), ResponseHeaders()]
    held = Held(cookies=True)
    await together(held, settings, *(request(returned=each) for each in returned))
    assert sorted(value for each in returned for _, value in each) == [
        "session=1; Path=/",
        "session=2; Path=/",
    ]


async def test_returned_headers_reach_everybody() -> None:
    rule = Propagate(Named("content-language"))

    async def handle(got: web.Request) -> web.Response:
        await got.read()
        return web.json_response({"data": {}}, headers={"content-language": "ar"})

    settings = HttpSettings(deduplicate=True, response_headers=(rule,))
    returned = [ResponseHeaders(), ResponseHeaders()]
    async with subgraph(handle, settings) as transport:
        await asyncio.gather(*(transport.execute(request(returned=each)) for each in returned))
    assert [list(each) for each in returned] == [[("content-language", "ar")]] * 2


async def test_a_failure_is_everybodys() -> None:
    flights: Flights[int] = Flights()
    sent = 0

    async def fail() -> int:
        nonlocal sent
        sent += 1
        await asyncio.sleep(0.01)
        raise SubgraphUnavailable("down")

    results = await asyncio.gather(
        *(flights.join("key", fail) for _ in range(3)), return_exceptions=True
    )
    assert [str(result) for result in results] == ["down"] * 3
    assert len({id(result) for result in results}) == 3
    assert sent == 1


async def test_another_sends_when_the_first_is_cancelled() -> None:
    flights: Flights[int] = Flights()
    sent: list[asyncio.Event] = []

    async def send() -> int:
        go = asyncio.Event()
        sent.append(go)
        await go.wait()
        return len(sent)

    tasks = [asyncio.create_task(flights.join("key", send)) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    await asyncio.sleep(0.01)
    assert len(sent) == 2
    sent[1].set()
    assert await asyncio.gather(*tasks[1:]) == [(2, True, True), (2, False, True)]


async def test_one_who_waits_may_go() -> None:
    flights: Flights[int] = Flights()
    go = asyncio.Event()

    async def send() -> int:
        await go.wait()
        return 7

    first = asyncio.create_task(flights.join("key", send))
    await asyncio.sleep(0)
    second = asyncio.create_task(flights.join("key", send))
    await asyncio.sleep(0)
    second.cancel()
    go.set()
    assert await first == (7, True, True)  # another may have had it


@pytest.mark.parametrize(
    ("other", "executed"),
    [
        (request(claims={"sub": "ada", "roles": ["x"]}), 1),
        (request(claims={"sub": "ada", "roles": []}), 2),
        (request(claims={"sub": "bob", "roles": ["x"]}), 2),
        (request(), 2),
        (request(operation="mutation", claims={"sub": "ada", "roles": ["x"]}), 2),
    ],
)
async def test_local_subgraphs_share_by_principal(other: SubgraphRequest, executed: int) -> None:
    seen = 0

    async def execute(_: SubgraphRequest) -> Mapping[str, Any]:
        nonlocal seen
        seen += 1
        await asyncio.sleep(0.01)
        return {"data": {}}

    transport = LocalTransport(execute, deduplicate=True)
    first = request(claims={"sub": "ada", "roles": ["x"]})
    await asyncio.gather(transport.execute(first), transport.execute(other))
    assert seen == executed
