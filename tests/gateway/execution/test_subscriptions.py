"""Subscriptions through the gateway: events in order, completed, projected, shared, ended."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from gateway.context import RequestContext
from gateway.execution.streams import Subscription
from gateway.gateway import Gateway, GatewaySettings, GraphQLRequest, GraphQLResponse
from gateway.transport.protocol import SubgraphRequest, SubgraphUnavailable
from tests.gateway.events import QUERY, Feed, Recorder, change, orders, products
from tests.gateway.subgraphs import CONTEXT, Federation, Subgraph


class Room:
    """A federation with one feed, and what it takes to listen."""

    def __init__(self, settings: GatewaySettings | None = None, **arguments: Any) -> None:
        self.feed = Feed()
        self.orders, self.products = orders(self.feed), products()
        self.federation = Federation(
            {"orders": self.orders, "products": self.products}, settings, **arguments
        )
        self.gateway: Gateway = self.federation.gateway

    async def listen(
        self, query: str = QUERY, context: RequestContext = CONTEXT, **variables: Any
    ) -> tuple[Recorder, Subscription]:
        recorder = Recorder()
        found = await self.gateway.subscribe(GraphQLRequest(query, variables), context, recorder)
        assert not isinstance(found, GraphQLResponse), found.errors
        await asyncio.sleep(0)
        return recorder, found

    async def refused(self, query: str, context: RequestContext = CONTEXT) -> dict[str, Any]:
        recorder = Recorder()
        found = await self.gateway.subscribe(GraphQLRequest(query), context, recorder)
        assert isinstance(found, GraphQLResponse)
        assert (recorder.events, recorder.ends, self.feed.opened) == ([], [], 0)
        return found.body()


Rooms = Callable[..., Room]


@pytest.fixture
async def rooms() -> AsyncIterator[Rooms]:
    opened: list[Room] = []

    def make(*arguments: Any, **named: Any) -> Room:
        opened.append(Room(*arguments, **named))
        return opened[-1]

    yield make
    for room in opened:
        await room.gateway.close()
        assert (room.orders.streams, room.feed.queues, len(room.gateway.streams)) == (0, [], 0)


async def test_events_come_in_order_completed_from_the_other_subgraph(rooms: Rooms) -> None:
    room = rooms()
    recorder, _ = await room.listen()
    await room.feed.until(1)
    room.feed.publish(change(1), change(2, "p2"), change(3, None), None)
    await recorder.until(events=3, ends=1)
    assert recorder.bodies == [
        {
            "data": {
                "orderChanged": {
                    "kind": f"k{number}",
                    "order": {"id": f"o{number}", "status": "PLACED"},
                    "product": product,
                }
            },
        }
        for number, product in (
            (1, {"id": "p1", "name": "Kettle"}),
            (2, {"id": "p2", "name": "Teapot"}),
            (3, None),
        )
    ]
    assert recorder.ends == [()]
    assert [call.operation for call in room.products.calls] == ["subscription"] * 2
    assert (room.orders.streams, room.feed.queues) == (0, [])


async def test_events_are_completed_at_the_same_time_and_come_in_order(rooms: Rooms) -> None:
    room = rooms()
    gates = [asyncio.Event() for _ in range(3)]
    asked = 0

    async def slowly() -> None:
        nonlocal asked
        gate = gates[asked]
        asked += 1
        await gate.wait()

    room.products.before = slowly
    recorder, _ = await room.listen()
    await room.feed.until(1)
    room.feed.publish(*(change(number) for number in range(3)))
    async with asyncio.timeout(10):
        while asked < 3:  # noqa: ASYNC110 nothing tells
            await asyncio.sleep(0.002)
    gates[2].set()
    gates[1].set()
    await asyncio.sleep(0.01)
    assert recorder.events == []
    gates[0].set()
    await recorder.until(events=3)
    kinds = [body["data"]["orderChanged"]["kind"] for body in recorder.bodies]
    assert kinds == ["k0", "k1", "k2"]


async def test_cursor_and_extensions_of_the_subgraph_reach_the_client(rooms: Rooms) -> None:
    room = rooms()
    recorder, _ = await room.listen("subscription { orderChanged { cursor } }")
    await room.feed.until(1)
    room.feed.publish(change(7))
    await recorder.until(events=1)
    assert recorder.bodies == [
        {"data": {"orderChanged": {"cursor": "c7"}}, "extensions": {"cursor": "c7"}}
    ]
    assert recorder.events[0].cursor == "c7"


async def test_error_of_the_other_subgraph_at_the_clients_path_and_null_above_it(
    rooms: Rooms,
) -> None:
    room = rooms()
    query = "subscription { it: orderChanged { kind what: product { price } } }"
    recorder, _ = await room.listen(query)
    await room.feed.until(1)

    async def away(_: SubgraphRequest) -> Mapping[str, Any]:
        raise SubgraphUnavailable("away")

    room.products.answer = away
    room.feed.publish(change(1))
    await recorder.until(events=1)
    room.products.answer = None
    room.feed.publish(change(2))
    await recorder.until(events=2)
    assert recorder.bodies == [
        {
            "errors": [
                {
                    "message": "The subgraph did not answer.",
                    "path": ["it", "what"],
                    "extensions": {"code": "SUBGRAPH_UNAVAILABLE", "subgraph": "products"},
                }
            ],
            "data": {"it": {"kind": "k1", "what": None}},
        },
        {"data": {"it": {"kind": "k2", "what": {"price": 1}}}},
    ]


async def test_null_where_there_must_be_something_reaches_the_root(rooms: Rooms) -> None:
    room = rooms()
    recorder, _ = await room.listen("subscription { strict { kind } }")
    await room.feed.until(1)
    room.feed.publish({"strict": {"kind": None}})
    await recorder.until(events=1)
    [body] = recorder.bodies
    assert body["data"] is None
    assert [(each["path"], each["extensions"]["subgraph"]) for each in body["errors"]] == [
        (["strict", "kind"], "orders")
    ]
    assert recorder.ends == []


async def test_subgraph_that_refuses() -> None:
    async def refuse(_root: Any, _info: Any) -> Any:
        raise PermissionError("not yours")

    subgraph = Subgraph(
        "type Query { a: Int } type Subscription { mine: Int }",
        events={"Subscription.mine": refuse},
    )
    gateway = Federation({"a": subgraph}).gateway
    recorder = Recorder()
    await gateway.subscribe(GraphQLRequest("subscription { it: mine }"), CONTEXT, recorder)
    await recorder.until(ends=1)
    assert recorder.events == []
    assert recorder.ends == [
        [
            {
                "message": "not yours",
                "path": ["it"],
                "extensions": {"code": "DOWNSTREAM_SERVICE_ERROR", "subgraph": "a"},
            }
        ]
    ]


async def test_words_of_a_masked_subgraph_stay_inside(rooms: Rooms) -> None:
    room = rooms(GatewaySettings(mask_subgraph_errors=True))
    recorder, _ = await room.listen("subscription { orderChanged { kind } }")
    await room.feed.until(1)
    room.feed.publish({"orderChanged": {"kind": ValueError("secret")}})
    await recorder.until(events=1)
    assert b"secret" not in recorder.events[0].body
    assert recorder.bodies[0]["errors"][0]["message"] == "The subgraph reported an error."


async def test_subgraph_that_breaks_off(rooms: Rooms) -> None:
    defects: list[BaseException] = []

    async def on_defect(_: str, defect: BaseException) -> str:
        defects.append(defect)
        return "d1"

    room = rooms(on_defect=on_defect)
    recorder, _ = await room.listen()
    await room.feed.until(1)
    room.feed.publish(change(1), SubgraphUnavailable("gone"))
    await recorder.until(events=1, ends=1)
    assert len(recorder.events) == 1
    assert recorder.ends == [
        [
            {
                "message": "The subgraph did not answer.",
                "path": ["orderChanged"],
                "extensions": {"code": "SUBGRAPH_UNAVAILABLE", "subgraph": "orders"},
            }
        ]
    ]
    broken, _ = await room.listen()
    await room.feed.until(1)
    room.feed.publish(ZeroDivisionError("of ours"))
    await broken.until(ends=1)
    assert broken.ends == [
        [
            {
                "message": "Internal error.",
                "path": ["orderChanged"],
                "extensions": {"code": "INTERNAL", "subgraph": "orders", "id": "d1"},
            }
        ]
    ]
    assert [type(defect) for defect in defects] == [ZeroDivisionError]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { orderChanged { kind } mine { text } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query { shop }", "OPERATION_RESOLUTION_FAILURE"),
        (
            "subscription($customer: ID!) { orderChanged(customer: $customer) { kind } }",
            "BAD_USER_INPUT",
        ),
    ],
)
async def test_what_is_no_subscription_is_refused(query: str, code: str, rooms: Rooms) -> None:
    body = await rooms().refused(query)
    assert "data" not in body
    assert body["errors"][0]["extensions"]["code"] == code


async def test_equal_subscriptions_are_executed_once_and_share_bytes(rooms: Rooms) -> None:
    room = rooms()
    first, second = [await room.listen(customer="1") for _ in range(2)]
    other, _ = await room.listen(QUERY.replace("subscription", "subscription Other"))
    await room.feed.until(2)
    assert (room.orders.streams, room.feed.opened) == (2, 2)
    room.feed.publish(change(1))
    await first[0].until(events=1)
    await other.until(events=1)
    assert first[0].events[0] is second[0].events[0]
    assert first[0].events[0].body == other.events[0].body
    first[1].cancel()
    room.feed.publish(change(2))
    await second[0].until(events=2)
    assert len(first[0].events) == 1
    second[1].cancel()
    await room.feed.until(1)
    assert (first[0].ends, second[0].ends) == ([], [])


async def test_late_joiner_begins_at_the_next_event(rooms: Rooms) -> None:
    room = rooms()
    first, _ = await room.listen()
    await room.feed.until(1)
    room.feed.publish(change(1))
    await first.until(events=1)
    second, _ = await room.listen()
    room.feed.publish(change(2))
    await second.until(events=1)
    assert [body["data"]["orderChanged"]["kind"] for body in second.bodies] == ["k2"]
    assert room.feed.opened == 1


ADA = replace(CONTEXT, claims={"sub": "ada", "scopes": ["read"]})
BOB = replace(CONTEXT, claims={"sub": "bob", "scopes": ["read"]})


async def test_callers_share_only_what_cannot_tell_them_apart(rooms: Rooms) -> None:
    room = rooms()
    for context in (ADA, BOB, ADA, CONTEXT):
        await room.listen(context=context)
    await room.feed.until(3)
    headers = [replace(ADA, headers={"x-tenant": name}) for name in ("one", "two", "one")]
    for context in headers:
        await room.listen(context=context)
    await room.feed.until(5)
    await room.listen(context=ADA, customer="1")
    await room.feed.until(6)


async def test_sharing_may_be_widened_by_whoever_knows_better(rooms: Rooms) -> None:
    def sharing(_: GraphQLRequest, context: RequestContext) -> Any:
        return (context.claims or {}).get("role")

    def who(name: str, role: str | None) -> RequestContext:
        return RequestContext(f"request-{name}", {"sub": name, "role": role})

    room = rooms(sharing=sharing)
    heard = [
        (await room.listen(context=who(name, role)))
        for name, role in (("a", "staff"), ("b", "staff"), ("c", "buyer"), ("d", None), ("e", None))
    ]
    await room.feed.until(4)
    # Who has opened the stream goes; it runs on for the other, on whose behalf it now asks.
    heard[0][1].cancel()
    room.feed.publish(change(1))
    await heard[1][0].until(events=1)
    [stream] = [
        each
        for each in room.gateway.streams
        if (each.source.context.claims or {}).get("role") == "staff"
    ]
    assert stream.source.context.request_id == "request-b"


async def test_denied_field_is_null_with_an_error_and_nothing_is_opened() -> None:
    feed = Feed()
    subgraph = Subgraph(
        """type Query { a: Int }
           type Subscription { mine: Secret @authenticated open: Secret }
           type Secret { text: String owner: String @requiresScopes(scopes: [["all"]]) }""",
        events={f"Subscription.{name}": feed.subscribe for name in ("mine", "open")},
    )
    gateway = Federation({"a": subgraph}).gateway
    recorder = Recorder()
    query = "subscription { mine { text } }"
    answer = await gateway.subscribe(GraphQLRequest(query), CONTEXT, recorder)
    assert isinstance(answer, GraphQLResponse)
    assert answer.body() == {
        "errors": [
            {
                "message": "Not authorized to read Subscription.mine.",
                "path": ["mine"],
                "extensions": {"code": "UNAUTHORIZED_FIELD_OR_TYPE"},
            }
        ],
        "data": {"mine": None},
    }
    assert feed.opened == 0
    wide, narrow = Recorder(), Recorder()
    query = "subscription { open { text owner } }"
    all_of_it = RequestContext("1", {"sub": "a", "scopes": ["all"]})
    await gateway.subscribe(GraphQLRequest(query), all_of_it, wide)
    await gateway.subscribe(GraphQLRequest(query), CONTEXT, narrow)
    await feed.until(2)
    feed.publish({"open": {"text": "t", "owner": "o"}})
    await wide.until(events=1)
    await narrow.until(events=1)
    assert wide.bodies == [{"data": {"open": {"text": "t", "owner": "o"}}}]
    assert narrow.bodies[0]["data"] == {"open": {"text": "t", "owner": None}}
    documents = [call.document for call in subgraph.calls]
    assert documents == ["subscription{ open { text owner } }", "subscription{ open { text } }"]
    await gateway.close()


async def test_closing_cuts_everything_off(rooms: Rooms) -> None:
    room = rooms()
    before = asyncio.all_tasks()
    first, _ = await room.listen()
    second, _ = await room.listen(customer="1")
    await room.feed.until(2)
    await room.gateway.close()
    assert (first.ends, second.ends) == ([()], [()])
    assert (room.orders.streams, room.feed.queues, len(room.gateway.streams)) == (0, [], 0)
    assert asyncio.all_tasks() == before
