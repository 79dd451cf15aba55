"""The log: a line for each operation of a WebSocket, when it ends, beside that of the socket."""

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

import pytest

from gateway.context import REQUEST_ID
from gateway.policy.authentication import Authenticator
from gateway.policy.streams import StreamSettings
from gateway.server.app import create_app
from gateway.server.settings import ServerSettings
from tests.gateway.events import change
from tests.gateway.policy.test_authentication import authenticator
from tests.gateway.policy.tokens import Signer, jwks
from tests.gateway.server.running import running
from tests.gateway.server.standin import StandIn
from tests.gateway.streams.edge import KINDS, Edge, Socket, connected, edge, posted

NAMED = "subscription Watch { orderChanged { kind } }"
SIGNER = Signer()
ID = {"x-request-id": "request-7"}
Line = dict[str, Any]
Lines = Callable[[], list[Line]]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    """What the lines of requests say so far, without how long they took."""
    caplog.set_level("INFO", logger="gateway.request")

    def found() -> list[Line]:
        each = [dict(record.fields) for record in caplog.records if record.msg == "request"]  # type: ignore[attr-defined]  # ours have them
        assert all(isinstance(line.pop("duration_ms"), float) for line in each)
        return each

    return found


def known() -> Authenticator:
    return authenticator(keys=jwks(SIGNER))


def line(number: int, query: str, status: int = 200, **more: Any) -> Line:
    return {
        "request_id": f"request-7.{number}",
        "method": "WEBSOCKET",
        "path": "/graphql",
        "status": status,
        "document_hash": sha256(query.encode()).hexdigest(),
        **more,
    }


async def until(lines: Lines, count: int) -> list[Line]:
    async with asyncio.timeout(10):
        while len(lines()) < count:  # noqa: ASYNC110 a log has no event
            await asyncio.sleep(0.002)
    return lines()


async def test_queries_and_mutations(lines: Lines) -> None:
    token = SIGNER.token(sub="cus_42")
    query, mutation = "query Count { orders }", "mutation { pack }"
    async with edge(authenticator=known()) as it:
        async with connected(it, {"authorization": f"Bearer {token}"}, additional_headers=ID) as ws:
            await ws.subscribe("a", query, operationName="Count")
            assert [(await ws.received())["type"] for _ in range(2)] == ["next", "complete"]
            await ws.subscribe("b", mutation, variables={"secret": "private"})
            assert [(await ws.received())["type"] for _ in range(2)] == ["next", "complete"]
            assert lines() == [
                line(1, query, operation="Count", operation_type="query", principal="cus_42"),
                line(2, mutation, operation_type="mutation", principal="cus_42"),
            ]
        # The socket's own line is the last.
        assert (await until(lines, 3))[2] == {
            "request_id": "request-7",
            "method": "WEBSOCKET",
            "path": "/graphql",
            "status": 101,
            "principal": "cus_42",
        }


async def test_subscription_that_its_client_ends(lines: Lines) -> None:
    async with edge() as it, connected(it, additional_headers=ID) as ws:
        await ws.subscribe("a", NAMED, operationName="Watch")
        await it.feed.until(1)
        it.feed.publish(change(1), change(2))
        for _ in range(2):
            assert (await ws.received())["type"] == "next"
        assert lines() == []
        await ws.send("complete", id="a")
        await it.feed.until(0)
        assert lines() == [
            line(1, NAMED, operation="Watch", operation_type="subscription", events=2)
        ]


async def test_subscription_that_ends_by_itself_or_breaks(lines: Lines) -> None:
    async with edge() as it, connected(it, additional_headers=ID) as ws:
        for item, last in ((None, "complete"), (ZeroDivisionError("private"), "error")):
            await ws.subscribe("a", KINDS)
            await it.feed.until(1)
            it.feed.publish(change(1), item)
            assert [(await ws.received())["type"] for _ in range(2)] == ["next", last]
        assert lines() == [
            line(1, KINDS, operation_type="subscription", events=1),
            line(2, KINDS, operation_type="subscription", events=1, code="INTERNAL"),
        ]


async def test_subscription_of_a_client_that_vanishes(lines: Lines) -> None:
    async with edge() as it, connected(it, additional_headers=ID) as ws:
        await ws.subscribe("a", KINDS)
        await it.feed.until(1)
        ws.connection.transport.abort()
        first, _ = await until(lines, 2)
        assert first == line(1, KINDS, operation_type="subscription", events=0)


async def test_operations_that_fail(lines: Lines) -> None:
    async with edge() as it, connected(it, additional_headers=ID) as ws:

        async def away(_: Any) -> Any:
            return {"data": None, "errors": [{"message": "Away."}]}

        it.orders.answer = away
        for query, kind in (("{ orders }", "complete"), ("subscription { no }", "error")):
            await ws.subscribe("a", query)
            while (await ws.received())["type"] != kind:
                pass
        assert lines() == [
            line(1, "{ orders }", operation_type="query", code="DOWNSTREAM_SERVICE_ERROR"),
            line(2, "subscription { no }", 400, code="GRAPHQL_VALIDATION_FAILED"),
        ]


async def slow_query(it: Edge, ws: Socket) -> None:
    """One that is never answered, when it has reached the subgraph."""
    started = asyncio.Event()

    async def forever() -> None:
        started.set()
        await asyncio.Event().wait()

    it.orders.before = forever
    await ws.subscribe("slow", "{ orders }")
    await started.wait()


async def complete(_: Edge, ws: Socket) -> None:
    await ws.send("complete", id="slow")


async def vanish(_: Edge, ws: Socket) -> None:
    ws.connection.transport.abort()


async def misbehave(_: Edge, ws: Socket) -> None:
    await ws.connection.send("{")


async def restart(it: Edge, _: Socket) -> None:
    it.lifecycle.drain()


@pytest.mark.parametrize(
    ("end", "query", "subscription"),
    [
        (complete, "CLIENT_GONE", None),
        (vanish, "CLIENT_GONE", None),
        (misbehave, "BAD_REQUEST", "BAD_REQUEST"),
        (restart, "RESTART", "RESTART"),
    ],
)
async def test_operations_that_are_cut(
    lines: Lines,
    end: Callable[[Edge, Socket], Awaitable[None]],
    query: str,
    subscription: str | None,
) -> None:
    async with edge() as it, connected(it, additional_headers=ID) as ws:
        await ws.subscribe("watch", KINDS)
        await it.feed.until(1)
        await slow_query(it, ws)
        await end(it, ws)
        if end is complete:
            await ws.send("complete", id="watch")
        found = {each["request_id"]: each for each in await until(lines, 2)}
        code: Line = {} if subscription is None else {"code": subscription}
        assert found["request-7.1"] == line(
            1, KINDS, operation_type="subscription", events=0, **code
        )
        assert found["request-7.2"] == line(2, "{ orders }", 499, code=query)


async def test_operation_that_takes_too_long(lines: Lines) -> None:
    async with edge(timeout_seconds=0.05) as it, connected(it, additional_headers=ID) as ws:
        await slow_query(it, ws)
        assert (await ws.received())["type"] == "error"
        assert lines() == [line(1, "{ orders }", 504, code="TIMEOUT")]


async def test_operation_too_many(lines: Lines) -> None:
    limits = StreamSettings(operations_per_connection=1)
    async with edge(limits) as it, connected(it, additional_headers=ID) as ws:
        await ws.subscribe("a", KINDS)
        await it.feed.until(1)
        await ws.subscribe("b", "{ orders }")
        assert (await ws.received())["type"] == "error"
        assert lines() == [line(2, "{ orders }", 429, code="TOO_MANY_SUBSCRIPTIONS")]


async def test_slow_client_was_given_what_it_reads_before_the_error(lines: Lines) -> None:
    limits = StreamSettings(queue=0)
    async with edge(limits) as it, connected(it, additional_headers=ID) as ws:
        await ws.subscribe("a", KINDS)
        await it.feed.until(1)
        it.feed.publish(change(1))
        assert (await ws.received())["payload"][0]["extensions"]["code"] == "SUBSCRIPTION_LAGGED"
        assert lines() == [
            line(1, KINDS, operation_type="subscription", events=0, code="SUBSCRIPTION_LAGGED")
        ]


async def test_defect_has_the_operations_id(lines: Lines, caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []

    async def on_defect(_: str, defect: BaseException) -> str:
        told.append(f"{REQUEST_ID.get()} {type(defect).__name__}")
        return "err_1"

    settings = ServerSettings(StandIn(), on_defect=on_defect)
    async with running(create_app(settings)) as url:
        it = Edge(f"{url}/graphql", *[None] * 3)  # type: ignore[arg-type]  # only its URL is used
        async with connected(it, additional_headers=ID) as ws:
            await ws.subscribe("a", "{ broken }")
            [error] = (await ws.received())["payload"]
            assert error["extensions"] == {"code": "INTERNAL", "requestId": "request-7.1"}
            assert lines() == [line(1, "{ broken }", 500, code="INTERNAL")]
    assert told == ["request-7.1 ZeroDivisionError"]
    [defect] = [record for record in caplog.records if record.msg == "defect"]
    assert defect.fields["request_id"] == "request-7.1"  # type: ignore[attr-defined]  # ours have them


async def test_http_tells_the_same(lines: Lines) -> None:
    async with edge() as it:
        async with posted(it, "{ orders }", "application/json", ID) as body:
            assert await body.rest() == b'{"data":{"orders":null}}'
        assert lines() == [
            {
                **line(1, "{ orders }", operation_type="query"),
                "request_id": "request-7",
                "method": "POST",
            }
        ]
        async with posted(it, NAMED, "text/event-stream", ID, operationName="Watch") as body:
            await it.feed.until(1)
            it.feed.publish(change(1), change(2), ZeroDivisionError("private"))
            await body.rest()
        _, found = await until(lines, 2)
        assert found == {
            **line(1, NAMED, operation="Watch", operation_type="subscription", events=2),
            "request_id": "request-7",
            "method": "POST",
            "code": "INTERNAL",
        }
