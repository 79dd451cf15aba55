"""`graphql-transport-ws` at the edge: every message of the protocol, and every way to break it."""

import asyncio

import aiohttp
import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from gateway.policy.streams import StreamSettings
from tests.gateway.events import QUERY, change
from tests.gateway.streams.edge import KINDS, Edge, connected, edge, opened


async def test_events_arrive_enriched_until_the_client_has_had_enough() -> None:
    async with edge() as it, connected(it) as socket:
        await socket.subscribe("a", QUERY)
        await it.feed.until(1)
        it.feed.publish(change(1), change(2, "p2"))
        expected = [
            {
                "orderChanged": {
                    "kind": f"k{number}",
                    "order": {"id": f"o{number}", "status": "PLACED"},
                    "product": {"id": f"p{number}", "name": name},
                }
            }
            for number, name in ((1, "Kettle"), (2, "Teapot"))
        ]
        assert [await socket.received() for _ in range(2)] == [
            {"id": "a", "type": "next", "payload": {"data": data}} for data in expected
        ]
        await socket.send("complete", id="a")
        await it.feed.until(0)
        # The id is free again.
        await socket.subscribe("a", "{ shop }")
        assert (await socket.received())["type"] == "next"


async def test_exact_bytes_of_a_message() -> None:
    async with edge() as it, connected(it) as socket:
        await socket.subscribe('q"1', "subscription { orderChanged { kind cursor } }")
        await it.feed.until(1)
        it.feed.publish(change(1))
        assert await socket.connection.recv() == (
            '{"id":"q\\"1","type":"next","payload":{"data":{"orderChanged":'
            '{"kind":"k1","cursor":"c1"}},"extensions":{"cursor":"c1"}}}'
        )
        it.feed.publish(None)
        assert await socket.connection.recv() == '{"id":"q\\"1","type":"complete"}'


@pytest.mark.parametrize("size", [90, 125, 126, 40_000, 65_535, 65_536, 300_000])
async def test_messages_of_every_length(size: int) -> None:
    async with edge() as it, connected(it, max_size=None) as socket:
        await socket.subscribe("a", KINDS)
        await it.feed.until(1)
        rest = len('{"id":"a","type":"next","payload":{"data":{"orderChanged":{"kind":""}}}}')
        text = "é" * ((size - rest) // 2) + "x" * ((size - rest) % 2)
        it.feed.publish({"orderChanged": {"kind": text}})
        received = await socket.connection.recv()
        assert isinstance(received, str)
        assert len(received.encode()) == size
        it.feed.publish(None)
        assert await socket.received() == {"id": "a", "type": "complete"}


async def test_queries_and_mutations_and_several_at_once() -> None:
    async with edge() as it, connected(it) as socket:
        for id in ("1", "2"):
            await socket.subscribe(id, "query Q { orders }", operationName="Q", variables={})
        messages = [await socket.received() for _ in range(4)]
        for id in ("1", "2"):
            assert [message for message in messages if message["id"] == id] == [
                {"id": id, "type": "next", "payload": {"data": {"orders": None}}},
                {"id": id, "type": "complete"},
            ]


async def test_invalid_operation_is_an_error_and_the_connection_goes_on() -> None:
    async with edge() as it, connected(it, additional_headers={"x-request-id": "request-7"}) as ws:
        await ws.subscribe("a", "subscription { nothing }")
        message = await ws.received()
        assert (message["type"], message["id"]) == ("error", "a")
        [error] = message["payload"]
        assert error["message"] == "Cannot query field 'nothing' on type 'Subscription'."
        assert error["extensions"]["requestId"] == "request-7.1"
        await ws.subscribe("a", "{ orders }")
        assert (await ws.received())["payload"] == {"data": {"orders": None}}


async def test_ping_and_pong_before_and_after_the_initialisation() -> None:
    async with edge() as it, opened(it) as socket:
        await socket.send("ping")
        assert await socket.received() == {"type": "pong"}
        await socket.send("pong", payload={"any": 1})
        await socket.send("connection_init", payload={})
        assert await socket.received() == {"type": "connection_ack"}
        await socket.send("ping", payload={"at": 1})
        assert await socket.received() == {"type": "pong", "payload": {"at": 1}}
        await socket.send("complete", id="unknown")
        await socket.send("ping")
        assert await socket.received() == {"type": "pong"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "The message is not JSON"),
        ("[]", "The message is not a JSON object"),
        ("{}", "No message type"),
        ('{"type":7}', "No message type"),
        ('{"type":"start"}', "Unknown message type 'start'"),
        ('{"type":"next","id":"a"}', "Unknown message type 'next'"),
        (
            '{"type":"subscribe","payload":{"query":"{a}"}}',
            "The message 'subscribe' needs an id that is a string and not empty",
        ),
        (
            '{"type":"complete","id":""}',
            "The message 'complete' needs an id that is a string and not empty",
        ),
        ('{"type":"ping","payload":1}', "The payload of 'ping' must be an object"),
        ('{"type":"subscribe","id":"a"}', "The payload of 'subscribe' must be an object"),
        (
            '{"type":"subscribe","id":"a","payload":{}}',
            'The parameter "query" must be a string that holds a GraphQL document.',
        ),
        (
            '{"type":"subscribe","id":"a","payload":{"query":"{a}","variables":[]}}',
            'The parameter "variables" must be an object.',
        ),
        ('{"type":"' + "x" * 300 + '"}', "Unknown message type '" + "x" * 101),
    ],
)
async def test_message_that_is_none_closes_with_4400(text: str, reason: str) -> None:
    async with edge() as it, connected(it) as socket:
        await socket.subscribe("before", KINDS)
        await it.feed.until(1)
        await socket.connection.send(text)
        assert await socket.closed() == (4400, reason)
        await it.feed.until(0)


async def test_binary_message_closes_with_4400() -> None:
    async with edge() as it, connected(it) as socket:
        await socket.connection.send(b'{"type":"ping"}')
        assert await socket.closed() == (4400, "Messages are text, not binary")


async def test_subscribing_before_the_acknowledgement_closes_with_4401() -> None:
    async with edge() as it, opened(it) as socket:
        await socket.subscribe("a", KINDS)
        assert await socket.closed() == (4401, "Unauthorized")
        assert it.feed.opened == 0


async def test_second_initialisation_closes_with_4429() -> None:
    async with edge() as it, connected(it) as socket:
        await socket.send("connection_init")
        assert await socket.closed() == (4429, "Too many initialisation requests")


async def test_missing_initialisation_closes_with_4408() -> None:
    async with edge(StreamSettings(init_timeout=0.05)) as it, opened(it) as socket:
        assert await socket.closed() == (4408, "Connection initialisation timeout")


async def test_same_id_twice_closes_with_4409() -> None:
    async with edge() as it, connected(it) as socket:
        await socket.subscribe("a", KINDS)
        await it.feed.until(1)
        await socket.subscribe("a", KINDS)
        assert await socket.closed() == (4409, "Subscriber for a already exists")
        await it.feed.until(0)


@pytest.mark.parametrize("subprotocols", [None, [Subprotocol("graphql-ws")]])
async def test_other_subprotocols_close_with_4406(subprotocols: list[Subprotocol] | None) -> None:
    async with edge() as it, opened(it, subprotocols=subprotocols) as socket:
        assert socket.connection.subprotocol is None
        assert await socket.closed() == (4406, "Subprotocol not acceptable")


async def test_large_message_closes_with_1009() -> None:
    async with edge(StreamSettings(max_message_bytes=1_000)) as it, connected(it) as socket:
        await socket.subscribe("a", KINDS, variables={"x": "y" * 1_000})
        code, _ = await socket.closed()
        assert (code, it.feed.opened) == (1009, 0)


async def test_subgraph_that_ends_with_an_error() -> None:
    async with edge() as it, connected(it) as socket:
        await socket.subscribe("a", KINDS)
        await it.feed.until(1)
        it.feed.publish(RuntimeError("of ours"))
        message = await socket.received()
        assert (message["type"], message["id"]) == ("error", "a")
        [error] = message["payload"]
        assert (error["message"], error["path"]) == ("Internal error.", ["orderChanged"])
        await socket.send("ping")
        assert await socket.received() == {"type": "pong"}


async def test_other_paths_are_no_websockets() -> None:
    async with edge() as it:
        elsewhere = Edge(f"{it.url}/elsewhere", it.feed, it.federation, it.lifecycle)
        with pytest.raises(InvalidStatus) as refused:
            async with opened(elsewhere):
                raise AssertionError("opened")
        assert refused.value.response.status_code == 403


async def test_query_that_takes_too_long() -> None:
    async with edge(timeout_seconds=0.05) as it, connected(it) as socket:

        async def slowly() -> None:
            await asyncio.Event().wait()

        it.orders.before = slowly
        await socket.subscribe("a", "{ orders }")
        message = await socket.received()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "TIMEOUT"


async def test_cancelled_query_is_cancelled() -> None:
    cancelled = asyncio.Event()
    async with edge() as it, connected(it) as socket:
        started = asyncio.Event()

        async def slowly() -> None:
            started.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.set()
                raise

        it.orders.before = slowly
        await socket.subscribe("a", "{ orders }")
        await started.wait()
        await socket.send("complete", id="a")
        async with asyncio.timeout(10):
            await cancelled.wait()
        it.orders.before = None
        await socket.subscribe("a", "{ orders }")
        assert (await socket.received())["payload"] == {"data": {"orders": None}}


async def test_client_that_vanishes_leaves_nothing() -> None:
    async with edge() as it:
        async with connected(it) as socket:
            await socket.subscribe("a", KINDS)
            await it.feed.until(1)
            socket.connection.transport.abort()
            await it.feed.until(0)
        assert len(it.gateway.streams) == 0


async def test_client_that_answers_no_ping_is_gone() -> None:
    async with (
        edge(StreamSettings(ping_interval=0.05)) as it,
        aiohttp.ClientSession() as session,
        session.ws_connect(
            it.url, protocols=["graphql-transport-ws"], autoping=False, autoclose=False
        ) as socket,
    ):
        await socket.send_str('{"type":"connection_init"}')
        assert (await socket.receive()).data == '{"type":"connection_ack"}'
        assert (await socket.receive()).type is aiohttp.WSMsgType.PING
        closed = await socket.receive()
        assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 1011)


async def test_client_that_answers_pings_stays() -> None:
    async with (
        edge(StreamSettings(ping_interval=0.2)) as it,
        aiohttp.ClientSession() as session,
        session.ws_connect(it.url, protocols=["graphql-transport-ws"], autoping=False) as socket,
    ):
        await socket.send_str('{"type":"connection_init"}')
        assert (await socket.receive()).data == '{"type":"connection_ack"}'
        for _ in range(4):
            ping = await socket.receive()
            assert ping.type is aiohttp.WSMsgType.PING
            await socket.pong(ping.data)
        await socket.send_str('{"type":"ping"}')
        assert (await socket.receive()).data == '{"type":"pong"}'
