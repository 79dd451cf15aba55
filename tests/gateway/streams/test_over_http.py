"""Subscriptions as server-sent events and in parts: exact bodies, and what gets a plain answer."""

import aiohttp
import pytest

from gateway.policy.streams import StreamSettings
from tests.gateway.events import QUERY, change
from tests.gateway.streams.edge import KINDS, edge, posted

SSE = "text/event-stream"
MULTIPART = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0, application/json'
PART = b"\r\ncontent-type: application/json\r\n\r\n"


async def test_server_sent_events() -> None:
    async with edge() as it, posted(it, QUERY, SSE) as body:
        assert body.response.status == 200
        assert body.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert body.response.headers["cache-control"] == "no-store"
        assert await body.until(b"\n\n") == b":\n\n"
        await it.feed.until(1)
        it.feed.publish(change(1))
        assert await body.until(b"}\n\n") == (
            b'event: next\ndata: {"data":{"orderChanged":{"kind":"k1",'
            b'"order":{"id":"o1","status":"PLACED"},"product":{"id":"p1","name":"Kettle"}}}}\n\n'
        )
        it.feed.publish(None)
        assert await body.rest() == b"event: complete\ndata:\n\n"


async def test_parts() -> None:
    async with edge() as it, posted(it, KINDS, MULTIPART) as body:
        assert body.response.status == 200
        assert body.response.headers["content-type"] == (
            'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
        )
        await it.feed.until(1)
        it.feed.publish(change(1))
        assert await body.until(b"\r\n--graphql") == (
            b'--graphql%b{"payload":{"data":{"orderChanged":{"kind":"k1"}}}}\r\n--graphql' % PART
        )
        it.feed.publish(None)
        assert await body.rest() == b"--\r\n"


async def test_heartbeats() -> None:
    async with edge(StreamSettings(heartbeat=0.02)) as it:
        async with posted(it, KINDS, SSE) as body:
            assert [await body.until(b"\n\n") for _ in range(3)] == [b":\n\n"] * 3
        async with posted(it, KINDS, MULTIPART) as body:
            assert await body.until(b"\r\n--graphql") == b"--graphql%b{}\r\n--graphql" % PART
            assert await body.until(b"\r\n--graphql") == b"%b{}\r\n--graphql" % PART


async def test_subgraph_that_breaks_off() -> None:
    error = (
        b'{"message":"Internal error.","path":["orderChanged"],'
        b'"extensions":{"code":"INTERNAL","subgraph":"orders","requestId":"request-1"}}'
    )
    for accept, expected in (
        (
            SSE,
            b':\n\nevent: next\ndata: {"errors":[%b]}\n\nevent: complete\ndata:\n\n' % error,
        ),
        (
            MULTIPART,
            b'--graphql%b{"payload":null,"errors":[%b]}\r\n--graphql--\r\n' % (PART, error),
        ),
    ):
        async with edge() as it, posted(it, KINDS, accept, {"x-request-id": "request-1"}) as body:
            await it.feed.until(1)
            it.feed.publish(RuntimeError("of ours"))
            assert await body.rest() == expected


INVALID = (
    b'{"errors":[{"message":"Cannot query field \'nothing\' on type \'Subscription\'.",'
    b'"locations":[{"line":1,"column":16}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED",'
    b'"requestId":"request-1"}}]}'
)


@pytest.mark.parametrize(
    ("query", "accept", "content_type", "expected"),
    [
        (
            "{ orders }",
            SSE,
            "text/event-stream",
            b':\n\nevent: next\ndata: {"data":{"orders":null}}\n\nevent: complete\ndata:\n\n',
        ),
        ("{ orders }", MULTIPART, "application/json", b'{"data":{"orders":null}}'),
        ("{ orders }", f"{SSE}, application/json", "application/json", b'{"data":{"orders":null}}'),
        (
            "subscription { nothing }",
            SSE,
            "text/event-stream",
            b":\n\nevent: next\ndata: %b\n\nevent: complete\ndata:\n\n" % INVALID,
        ),
        ("subscription { nothing }", MULTIPART, "application/json", INVALID),
        (
            KINDS,
            "application/json",
            "application/json",
            b'{"errors":[{"message":"Subscriptions are not served as single responses: use a '
            b'WebSocket, or accept text/event-stream or multipart/mixed.","extensions":{"code":'
            b'"OPERATION_RESOLUTION_FAILURE","requestId":"request-1"}}]}',
        ),
    ],
)
async def test_what_is_answered_at_once(
    query: str, accept: str, content_type: str, expected: bytes
) -> None:
    async with edge() as it:
        async with posted(it, query, accept, {"x-request-id": "request-1"}) as body:
            assert (body.response.status, body.response.content_type) == (200, content_type)
            assert await body.rest() == expected
        assert it.feed.opened == 0


async def test_subscription_by_get() -> None:
    async with edge() as it, aiohttp.ClientSession() as session:
        address = f"{it.url}?query={KINDS}".replace(" ", "%20")
        async with session.get(address, headers={"accept": SSE}) as response:
            await it.feed.until(1)
            it.feed.publish(change(1), None)
            assert await response.read() == (
                b':\n\nevent: next\ndata: {"data":{"orderChanged":{"kind":"k1"}}}\n\n'
                b"event: complete\ndata:\n\n"
            )


async def test_client_that_goes_away() -> None:
    async with edge() as it:
        for accept in (SSE, MULTIPART):
            async with posted(it, KINDS, accept) as body:
                await it.feed.until(1)
                body.response.close()
                await it.feed.until(0)
