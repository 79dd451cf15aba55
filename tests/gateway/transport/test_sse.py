"""Subscriptions to a subgraph over graphql-sse: what is sent, and every broken stream."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from gateway.transport.event_stream import EventStreamReader, ServerSentEvent
from gateway.transport.protocol import SubgraphUnavailable, SubscriptionFailed
from tests.gateway.transport.upstreams import all_of, request, upstream

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def streaming(
    *chunks: bytes, then: str = "end", content_type: str = "text/event-stream"
) -> tuple[Handler, list[Any]]:
    """A subgraph that sends these; then it ends the body, hangs up, or stays silent."""
    seen: list[Any] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        seen.append((headers, await request.json()))
        response = web.StreamResponse(headers={"content-type": content_type})
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk)
        if then == "vanish":
            assert request.transport is not None
            request.transport.abort()
        elif then == "silence":
            await asyncio.Event().wait()
        return response

    return handler, seen


async def test_what_the_subgraph_gets_and_what_the_client() -> None:
    handler, seen = streaming(
        b":\n\nevent: next\nda",
        b'ta: {"data":{"n":1},"extensions":{"cursor":"c1"}}\n\n',
        b'event: next\r\ndata: {"data":\r\ndata: {"n":2}}\r\n\r\n: still here\n\n',
        b"event: other\ndata: {}\n\nevent: complete\ndata\n\n",
        then="silence",
    )
    async with upstream(handler, protocol="sse") as transport:
        assert await all_of(transport) == [
            {"data": {"n": 1}, "extensions": {"cursor": "c1"}},
            {"data": {"n": 2}},
        ]
    [(headers, body)] = seen
    assert body == {"query": "subscription($a: Int) { n(a: $a) }", "variables": {"a": 1}}
    assert headers["authorization"] == "Bearer t"
    assert headers["accept"].startswith("text/event-stream")


async def test_leaving_closes_the_connection() -> None:
    gone = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b'event: next\ndata: {"data":{"n":1}}\n\n')
        try:
            await asyncio.Event().wait()
        finally:
            gone.set()
        return response

    async with upstream(handler, protocol="sse") as transport:
        async with transport.subscribe(request()) as answers:
            async for answer in answers:
                assert answer == {"data": {"n": 1}}
                break
        async with asyncio.timeout(10):
            await gone.wait()


NEXT = b'event: next\ndata: {"data":{"n":1}}\n\n'


@pytest.mark.parametrize(
    ("chunks", "then", "reason"),
    [
        ((NEXT,), "end", "the stream broke off"),
        ((NEXT,), "vanish", "ClientPayloadError("),
        ((NEXT,), "silence", "silent for 0.2 s"),
        ((b"event: next\ndata: {\n\n",), "silence", "sent an event that is not JSON"),
        ((b"event: next\ndata: []\n\n",), "silence", "sent an event that is no GraphQL response"),
        ((b"event: next\ndata: {}\n\n",), "silence", "sent an event that is no GraphQL response"),
        (
            (b"event: next\ndata: " + b"x" * 3_000,),
            "silence",
            "sent an event of more than 2000 bytes",
        ),
        (
            (b"event: next\n" + b"data: x\n" * 3_000,),
            "silence",
            "sent an event of more than 2000 bytes",
        ),
    ],
)
async def test_broken_streams(chunks: tuple[bytes, ...], then: str, reason: str) -> None:
    handler, _ = streaming(*chunks, then=then)
    async with upstream(handler, protocol="sse", silence=0.2, max_message_bytes=2_000) as transport:
        with pytest.raises(SubgraphUnavailable) as unavailable:
            await all_of(transport)
        assert str(unavailable.value).partition("graphql: ")[2].startswith(reason)


def answering(body: bytes, content_type: str, status: int = 200) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type=content_type, status=status)

    return handler


async def never(_: web.Request) -> web.Response:
    await asyncio.Event().wait()
    return web.Response()


async def elsewhere(_: web.Request) -> web.Response:
    raise web.HTTPTemporaryRedirect("http://127.0.0.1:9/graphql")


GRAPHQL = "application/graphql-response+json"


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (answering(b"<html>", "text/html"), "answered 200 text/html"),
        (answering(b"", "text/event-stream", 503), "answered 503 text/event-stream"),
        (
            answering(b'{"data":{"n":1}}', "application/json"),
            "answered 200 application/json, no stream",
        ),
        (answering(b"{" + b" " * 3_000, GRAPHQL), "answered more than 2000 bytes"),
        (never, "no stream within 0.2 s"),
        (elsewhere, "answered 307, which leads elsewhere"),
    ],
)
async def test_no_stream_to_be_had(handler: Handler, reason: str) -> None:
    async with upstream(
        handler, protocol="sse", open_timeout=0.2, max_message_bytes=2_000
    ) as transport:
        with pytest.raises(SubgraphUnavailable) as unavailable:
            await all_of(transport)
        assert str(unavailable.value).partition("graphql: ")[2] == reason


async def test_errors_of_a_subgraph_that_refuses() -> None:
    body = b'{"errors":[{"message":"no"}]}'
    streamed, _ = streaming(b"event: next\ndata: %b\n\n" % body)
    for handler in (answering(body, GRAPHQL, 400), streamed):
        async with upstream(handler, protocol="sse") as transport:
            with pytest.raises(SubscriptionFailed) as failed:
                await all_of(transport)
        assert failed.value.errors == [{"message": "no"}]


LINES = st.lists(
    st.sampled_from(
        [b"event: next", b"event:x", b"data: a", b"data:b", b"data", b": c", b"", b"id: 1"]
    ),
    max_size=12,
)


@given(LINES, st.sampled_from([b"\n", b"\r\n", b"\r"]), st.randoms())
def test_line_ends_and_chunks_make_no_difference(
    lines: list[bytes], end: bytes, random: Any
) -> None:
    expected = EventStreamReader(10_000).feed(b"".join(line + b"\n" for line in [*lines, b""]))
    text = b"".join(line + end for line in [*lines, b""]) + b":"
    reader, found = EventStreamReader(10_000), list[ServerSentEvent]()
    while text:
        size = random.randint(1, len(text))
        found += reader.feed(text[:size])
        text = text[size:]
    assert found == expected
