"""`@override(label:)`: which subgraph answers is decided per request, and plans follow."""

from typing import Any

import pytest

from gateway.context import RequestContext
from gateway.gateway import GraphQLRequest, GraphQLResponse
from gateway.policy.labels import OverrideLabels
from tests.gateway.events import QUERY, Feed, Recorder, change, orders, products
from tests.gateway.subgraphs import CONTEXT, Federation, Subgraph, resolve_with


def moving(**arguments: Any) -> Federation:
    """T.a moves from old to new at 25%, T.b at 75%, T.c where `beta` is on."""
    return Federation(
        {
            "old": Subgraph(
                'type Query { t: T } type T @key(fields: "id") '
                "{ id: ID! a: String b: String c: String }",
                {"Query.t": resolve_with(lambda: {"id": "1", "a": "old", "b": "old", "c": "old"})},
            ),
            "new": Subgraph(
                'type T @key(fields: "id") { id: ID! '
                'a: String @override(from: "old", label: "percent(25)") '
                'b: String @override(from: "old", label: "percent(75)") '
                'c: String @override(from: "old", label: "beta") }',
                {},
                {"T": lambda found: {**found, "a": "new", "b": "new", "c": "new"}},
            ),
        },
        **arguments,
    )


@pytest.mark.parametrize(
    ("drawn", "a", "b"),
    [
        (0.0, "new", "new"),
        (24.99, "new", "new"),
        (25.0, "old", "new"),
        (74.99, "old", "new"),
        (75.0, "old", "old"),
    ],
)
async def test_a_percentage_is_compared_with_one_draw(drawn: float, a: str, b: str) -> None:
    federation = moving(draw=lambda: drawn)
    assert await federation.data("{ t { a b } }") == {"t": {"a": a, "b": b}}
    assert federation.called() == {"old": 1, **({"new": 1} if "new" in (a, b) else {})}


async def test_each_request_draws_again_and_plans_are_kept_per_outcome() -> None:
    drawn = [10.0, 90.0, 50.0, 10.0, 90.0]
    federation = moving(draw=lambda: drawn.pop(0))
    found = [(await federation.data("{ t { a } }"))["t"]["a"] for _ in range(5)]
    assert found == ["new", "old", "old", "new", "old"]
    assert len(federation.gateway._plans.entries) == 3


async def test_other_labels_are_asked_for() -> None:
    asked: list[frozenset[str]] = []

    async def labels(names: frozenset[str], context: RequestContext) -> frozenset[str]:
        asked.append(names)
        return frozenset({"beta", "percent(25)", "strange"}) if context.claims else frozenset()

    federation = moving(labels=labels, draw=lambda: 99.0)
    query = "{ t { a c } }"
    beta = await federation.response_to(RequestContext("test", {}), query)
    assert beta.data == {"t": {"a": "old", "c": "old"}}
    beta = await federation.response_to(RequestContext("test", {"sub": "1"}), query)
    assert beta.data == {"t": {"a": "old", "c": "new"}}
    assert asked == [frozenset({"beta"})] * 2


async def test_without_a_callable_other_labels_are_off() -> None:
    federation = moving(draw=lambda: 99.0)
    assert await federation.data("{ t { c } }") == {"t": {"c": "old"}}
    plan = federation.gateway.plan("{ t { c } }", labels=frozenset({"beta"}))
    assert [request.graph for request in plan.requests] == ["old", "new"]


async def test_labels_that_are_no_percentage_are_names() -> None:
    labels = OverrideLabels(["percent(0)", "percent(100)", "percent(101)", "percent(x)"])
    assert await labels.active(CONTEXT, 99.9) == {"percent(100)"}


async def test_a_field_that_is_a_key_input_moves_with_its_label() -> None:
    """What another field requires is gathered from whoever has it under the active labels."""
    drawn = [0.0]
    federation = Federation(
        {
            "old": Subgraph(
                'type Query { t: T } type T @key(fields: "id") { id: ID! size: Int }',
                {"Query.t": resolve_with(lambda: {"id": "1", "size": 1})},
            ),
            "new": Subgraph(
                'type T @key(fields: "id") { id: ID! '
                'size: Int @override(from: "old", label: "percent(50)") }',
                {},
                {"T": lambda found: {**found, "size": 2}},
            ),
            "boxes": Subgraph(
                'type T @key(fields: "id") { id: ID! size: Int @external '
                'box: Int @requires(fields: "size") }',
                {"T.box": lambda found, _info: found["size"] * 10},
                {"T": lambda found: found},
            ),
        },
        draw=lambda: drawn[0],
    )
    assert await federation.data("{ t { box } }") == {"t": {"box": 20}}
    drawn[0] = 60.0
    assert await federation.data("{ t { box } }") == {"t": {"box": 10}}


@pytest.mark.parametrize(
    ("percentage", "name", "codes"),
    [
        (25, "of new", []),  # the same label
        (50, "of new", []),  # more of them move, and who has moved stays
        (5, None, ["SUBSCRIPTION_SCHEMA_RELOAD"]),  # back to where it was
    ],
)
async def test_a_subscription_keeps_its_draw_in_a_new_gateway(
    percentage: int, name: str | None, codes: list[str]
) -> None:
    feed = Feed()

    def renaming(percentage: int, drawn: float) -> Federation:
        new = Subgraph(
            'type Product @key(fields: "id") { id: ID! '
            f'name: String @override(from: "products", label: "percent({percentage})") }}',
            {},
            {"Product": lambda found: {**found, "name": "of new"}},
        )
        subgraphs = {"orders": orders(feed), "products": products(), "new": new}
        return Federation(subgraphs, draw=lambda: drawn)

    old, new = renaming(25, 10.0), renaming(percentage, 90.0)
    recorder = Recorder()
    found = await old.gateway.subscribe(GraphQLRequest(QUERY), CONTEXT, recorder)
    assert not isinstance(found, GraphQLResponse)
    await feed.until(1)
    await new.gateway.take_over(old.gateway)
    assert [error["extensions"]["code"] for end in recorder.ends for error in end] == codes
    feed.publish(change(1))
    if name is not None:
        await recorder.until(events=1)
        [body] = recorder.bodies
        assert body["data"]["orderChanged"]["product"] == {"id": "p1", "name": name}
    await new.gateway.close()
    await old.gateway.close()
    await feed.until(0)
