"""A server that stops: sockets are told to come back, bodies break off, nothing is left."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from websockets.exceptions import InvalidStatus

from tests.gateway.events import change
from tests.gateway.streams.edge import KINDS, connected, edge, opened, posted

PARTS = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'


async def test_streams_end_within_the_window() -> None:
    """What else is checked, tasks and streams of subgraphs that are left, `edge` does."""
    async with AsyncExitStack() as clients, edge(window=0.5) as it:
        sockets = [await clients.enter_async_context(connected(it)) for _ in range(20)]
        for socket in sockets:
            await socket.subscribe("a", KINDS)
        events = await clients.enter_async_context(posted(it, KINDS, "text/event-stream"))
        parts = await clients.enter_async_context(posted(it, KINDS, PARTS))
        idle = await clients.enter_async_context(opened(it))
        await it.until(22)
        await it.feed.until(3)  # the subgraph sees what each accepts
        it.feed.publish(change(1))
        for socket in sockets:
            assert (await socket.received())["id"] == "a"
        started = asyncio.get_running_loop().time()
        it.lifecycle.drain()
        ended = []
        for closing in asyncio.as_completed([socket.closed() for socket in [*sockets, idle]]):
            assert await closing == (1012, "Service Restart")
            ended.append(asyncio.get_running_loop().time() - started)
        assert len(set(ended)) > 1, "they ended at one moment"
        assert await events.rest() == (
            b':\n\nevent: next\ndata: {"data":{"orderChanged":{"kind":"k1"}}}\n\n'
        )
        assert await parts.rest() == (
            b"--graphql\r\ncontent-type: application/json\r\n\r\n"
            b'{"payload":{"data":{"orderChanged":{"kind":"k1"}}}}\r\n--graphql'
        )
        with pytest.raises(InvalidStatus) as refused:
            async with opened(it):
                raise AssertionError("opened")
        assert refused.value.response.status_code == 503


async def test_stopping_server_waits_for_no_stream() -> None:
    async with AsyncExitStack() as clients:
        async with asyncio.timeout(20), edge(window=0.1) as it:
            socket = await clients.enter_async_context(connected(it))
            await socket.subscribe("a", KINDS)
            body = await clients.enter_async_context(posted(it, KINDS, "text/event-stream"))
            await it.until(2)
        assert await socket.closed() == (1012, "Service Restart")
        assert await body.rest() == b":\n\n"
