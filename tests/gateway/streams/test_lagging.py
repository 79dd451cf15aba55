"""A client that does not read loses its place and is told where it was; others lose nothing."""

import asyncio
import socket as sockets
from typing import Any

import orjson

from gateway.policy.streams import StreamSettings
from tests.gateway.events import change
from tests.gateway.streams.edge import Edge, connected, edge, posted

QUERY = "subscription { orderChanged { kind cursor } }"
LARGE = "x" * 100_000
QUEUE = 8


def small_buffer(edge: Edge) -> sockets.socket:
    """A client's socket that takes little before it is read from."""
    made = sockets.socket()
    made.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4_096)
    host, port = edge.url.split("/")[2].split(":")
    made.connect((host, int(port)))
    made.setblocking(False)
    return made


async def publish(it: Edge, numbers: range) -> None:
    """One at a time, each delivered before the next."""
    for number in numbers:
        it.feed.publish(change(number, kind=f"{number} {LARGE}"))
        await asyncio.sleep(0.005)


async def test_over_a_websocket() -> None:
    async with (
        edge(StreamSettings(queue=QUEUE)) as it,
        connected(it, max_size=None) as quick,
        connected(it, sock=small_buffer(it), max_size=None, max_queue=1) as slow,
    ):
        await quick.subscribe("quick", QUERY)
        await slow.subscribe("slow", QUERY)
        await it.until(2)
        await it.feed.until(1)

        async def read() -> list[str]:
            return [(await quick.received())["payload"]["extensions"]["cursor"] for _ in range(200)]

        reading = asyncio.create_task(read())
        await publish(it, range(200))
        assert await reading == [f"c{number}" for number in range(200)]
        # The one who was slow now reads what had waited for it, and why there is no more.
        received: list[Any] = []
        while not received or received[-1]["type"] == "next":
            received.append(await slow.received())
        *events, last = received
        cursors = [event["payload"]["extensions"]["cursor"] for event in events]
        assert cursors == [f"c{number}" for number in range(len(cursors))]
        assert QUEUE <= len(cursors) < 200
        assert (last["type"], last["id"]) == ("error", "slow")
        [error] = last["payload"]
        assert error["extensions"].pop("requestId")
        assert error == {
            "message": "The client reads too slowly: events were left out. Subscribe again.",
            "extensions": {"code": "SUBSCRIPTION_LAGGED", "cursor": cursors[-1]},
        }
        # Its connection still serves.
        await slow.subscribe("slow", QUERY)
        await slow.send("ping")
        assert await slow.received() == {"type": "pong"}
        await publish(it, range(200, 201))
        assert (await slow.received())["payload"]["extensions"] == {"cursor": "c200"}


async def test_over_server_sent_events() -> None:
    async with (
        edge(StreamSettings(queue=QUEUE)) as it,
        connected(it, max_size=None) as quick,
        posted(it, QUERY, "text/event-stream") as slow,
    ):
        await quick.subscribe("quick", QUERY)
        await it.feed.until(2)
        slow.response.connection.transport.pause_reading()  # type: ignore[union-attr]  # there are

        async def read() -> list[str]:
            return [(await quick.received())["payload"]["extensions"]["cursor"] for _ in range(200)]

        reading = asyncio.create_task(read())
        await publish(it, range(200))
        assert await reading == [f"c{number}" for number in range(200)]
        slow.response.connection.transport.resume_reading()  # type: ignore[union-attr]  # there are
        body = await slow.rest()
        *events, last, complete, nothing = body.removeprefix(b":\n\n").split(b"\n\n")
        data = [orjson.loads(event.removeprefix(b"event: next\ndata: ")) for event in events]
        cursors = [each["extensions"]["cursor"] for each in data]
        assert cursors == [f"c{number}" for number in range(len(cursors))]
        assert QUEUE <= len(cursors) < 200
        [error] = orjson.loads(last.removeprefix(b"event: next\ndata: "))["errors"]
        assert error["extensions"]["code"] == "SUBSCRIPTION_LAGGED"
        assert error["extensions"]["cursor"] == cursors[-1]
        assert (complete, nothing) == (b"event: complete\ndata:", b"")


async def test_who_does_not_read_is_not_answered_for_ever() -> None:
    """Answers to a client that never reads must not pile up: it is not heard any more."""
    async with edge() as it, connected(it, sock=small_buffer(it), max_queue=1) as deaf:
        text = "x" * 200_000
        try:
            async with asyncio.timeout(1):
                for _ in range(1_000):
                    await deaf.send("ping", payload={"text": text})
        except TimeoutError:
            pass
        else:
            raise AssertionError("everything was taken in")
        deaf.connection.transport.abort()
