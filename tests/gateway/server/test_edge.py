"""Log lines, probes, and what becomes of defects."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest
from aiohttp import ClientSession
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from gateway.server.app import create_app
from gateway.server.logs import JsonFormatter, RequestLog, configure_logs
from gateway.server.record import RequestRecord
from gateway.server.settings import ServerSettings
from tests.gateway.policy.test_authentication import authenticator
from tests.gateway.policy.tokens import Signer, jwks
from tests.gateway.server.running import running
from tests.gateway.server.standin import StandIn

SIGNER = Signer()


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the process logs, as `configure_logs` sets it up; pytest's own handlers come back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    stream = io.StringIO()
    configure_logs(stream, constant={"agent": "gateway"})
    yield stream
    root.handlers, root.level = handlers, level


def requests(lines: io.StringIO) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    return [line for line in found if line["event"] == "request"]


class Wreck:
    """Fails before and in the middle of its answer."""

    @staticmethod
    async def at_once(_: Request) -> Response:
        raise ZeroDivisionError("a secret of ours")

    @staticmethod
    async def midway(_: Request) -> Response:
        async def body() -> AsyncIterator[bytes]:
            yield b"so far so good"
            raise ZeroDivisionError("a secret of ours")

        return StreamingResponse(body())


async def test_line_of_a_request(lines: io.StringIO) -> None:
    settings = ServerSettings(StandIn(), authenticator=authenticator(keys=jwks(SIGNER)))
    token = SIGNER.token(sub="cus_42")
    query = "query Greet($n: String!) { hello(name: $n) }"
    async with running(create_app(settings)) as url, ClientSession(url) as client:
        body = {"query": query, "variables": {"n": "private"}, "operationName": "Greet"}
        headers = {"authorization": f"Bearer {token}", "x-request-id": "request-0001"}
        async with client.post("/graphql", json=body, headers=headers) as response:
            assert response.status == 200
    (line,) = requests(lines)
    assert datetime.fromisoformat(line.pop("ts")).utcoffset() is not None
    assert line.pop("duration_ms") > 0
    assert line == {
        "level": "info",
        "event": "request",
        "agent": "gateway",
        "request_id": "request-0001",
        "method": "POST",
        "path": "/graphql",
        "status": 200,
        "operation": "Greet",
        "document_hash": sha256(query.encode()).hexdigest(),
        "principal": "cus_42",
    }
    assert "private" not in lines.getvalue()
    assert token not in lines.getvalue()


async def test_line_of_a_failure_has_its_code(lines: io.StringIO) -> None:
    async with running(create_app(ServerSettings(StandIn()))) as url, ClientSession(url) as client:
        for path in ("/graphql?query={partly}", "/graphql", "/nowhere"):
            async with client.get(path):
                pass
    assert [(line["status"], line["code"]) for line in requests(lines)] == [
        (200, "SUBGRAPH_UNAVAILABLE"),
        (400, "BAD_REQUEST"),
        (404, "NOT_FOUND"),
    ]


async def test_operation_name_that_is_no_name_is_not_logged(lines: io.StringIO) -> None:
    async with running(create_app(ServerSettings(StandIn()))) as url, ClientSession(url) as client:
        for name in ("not a name", "x" * 101):
            body = {"query": "{ hello }", "operationName": name}
            async with client.post("/graphql", json=body):
                pass
    assert ["operation" in line for line in requests(lines)] == [False, False]


async def test_client_that_left_is_logged_as_such(lines: io.StringIO) -> None:
    standin = StandIn()
    async with running(create_app(ServerSettings(standin))) as url, ClientSession(url) as client:
        request = asyncio.create_task(client.get("/graphql?query={slow}"))
        await standin.started.wait()
        request.cancel()
        await standin.cancelled.wait()
    assert [(line["status"], line["code"]) for line in requests(lines)] == [(499, "CLIENT_GONE")]


async def test_client_that_left_in_the_middle_of_its_body(lines: io.StringIO) -> None:
    standin = StandIn()
    async with running(create_app(ServerSettings(standin))) as url:
        _, writer = await asyncio.open_connection(*url.removeprefix("http://").split(":"))
        head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        writer.write(f'{head}content-length: 100\r\n\r\n{{"query":'.encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(5):
            while not requests(lines):  # noqa: ASYNC110 a stream has no event
                await asyncio.sleep(0.01)
    assert [(line["status"], line["code"]) for line in requests(lines)] == [(499, "CLIENT_GONE")]
    assert standin.requests == []


async def test_defect_is_told_logged_and_masked(lines: io.StringIO) -> None:
    told: list[tuple[str, str]] = []

    async def on_defect(where: str, error: BaseException) -> str:
        told.append((where, repr(error)))
        return "err_1"

    settings = ServerSettings(
        StandIn(),
        on_defect=on_defect,
        routes=[Route("/wreck", Wreck.at_once)],
    )
    async with (
        running(create_app(settings)) as url,
        ClientSession(url) as client,
        client.get("/wreck", headers={"x-request-id": "request-0002"}) as response,
    ):
        assert response.status == 500
        body = await response.json()
        assert response.headers["x-content-type-options"] == "nosniff"
    assert told == [("edge", "ZeroDivisionError('a secret of ours')")]
    assert body["errors"][0]["extensions"] == {
        "code": "INTERNAL",
        "requestId": "request-0002",
    }
    assert "secret" not in json.dumps(body)
    defect, request = (json.loads(line) for line in lines.getvalue().splitlines())
    assert (defect["event"], defect["level"]) == ("defect", "error")
    assert defect["request_id"] == "request-0002"
    assert "ZeroDivisionError: a secret of ours" in defect["error"]
    assert (request["status"], request["level"]) == (500, "error")
    assert request["code"] == "INTERNAL"


async def test_defect_in_the_middle_of_an_answer_cuts_it(lines: io.StringIO) -> None:
    told: list[str] = []

    async def on_defect(_: str, error: BaseException) -> str:
        told.append(type(error).__name__)
        return "err_1"

    settings = ServerSettings(
        StandIn(),
        on_defect=on_defect,
        routes=[Route("/wreck", Wreck.midway)],
    )
    async with running(create_app(settings)) as url:
        reader, writer = await asyncio.open_connection(*url.removeprefix("http://").split(":"))
        writer.write(b"GET /wreck HTTP/1.1\r\nhost: x\r\n\r\n")
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert answer.endswith(b"so far so good\r\n")  # and no chunk of length 0, which would end it
    assert told == ["ZeroDivisionError"]


async def test_probes() -> None:
    reasons: list[str] = ["the supergraph is not loaded"]

    async def readiness() -> Sequence[str]:
        return reasons

    settings = ServerSettings(StandIn(), readiness=readiness)
    async with running(create_app(settings)) as url, ClientSession(url) as client:
        async with client.get("/health/live") as response:
            assert (response.status, await response.json()) == (200, {"status": "alive"})
        async with client.get("/health/ready") as response:
            assert response.status == 503
            assert response.headers["cache-control"] == "no-store"
            assert await response.json() == {"status": "unavailable", "reasons": reasons}
        reasons.clear()
        async with client.get("/health/ready") as response:
            assert (response.status, await response.json()) == (200, {"status": "ready"})


def test_successes_are_sampled_and_failures_are_not(lines: io.StringIO) -> None:
    now = 10.0
    log = RequestLog(successes_per_second=2, clock=lambda: now)
    scope = {"method": "GET", "path": "/"}
    for _ in range(5):
        log.write(scope, RequestRecord("good"), 200, 0.001)
    log.write(scope, RequestRecord("bad", code="TIMEOUT"), 504, 0.001)
    now = 11.0
    log.write(scope, RequestRecord("good"), 200, 0.001)
    assert [(line["status"], line.get("left_out")) for line in requests(lines)] == [
        (200, None),
        (200, None),
        (504, 3),
        (200, None),
    ]


def test_formatter_writes_one_line_whatever_the_message() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "a\n%s", ("b",), sys.exc_info())
    record.fields = {"odd": {1, 2}.__class__}
    text = JsonFormatter({"release": "r1"}).format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert (line["event"], line["level"], line["release"]) == ("a\nb", "error", "r1")
    assert line["odd"] == "<class 'set'>"
    assert line["error"].endswith("ValueError: two\nlines")
