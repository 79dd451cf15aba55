"""Fetches start as soon as their inputs exist, and a cancelled request cancels them."""

import asyncio

import pytest

from gateway.gateway import GraphQLRequest
from tests.gateway.subgraphs import CONTEXT, Federation, Subgraph, resolve_with


def item(graph: str, **entity: int) -> Subgraph:
    fields = " ".join(f"{name}: Int" for name in entity)
    return Subgraph(
        f'type Item @key(fields: "id") {{ id: ID! {fields} }} type Query {{ {graph}: Item }}',
        {f"Query.{graph}": resolve_with(lambda: {"id": graph, **entity})},
        {"Item": lambda found: {**found, **entity}},
    )


async def test_independent_fetches_run_at_the_same_time() -> None:
    federation = Federation({"a": item("a", one=1), "b": item("b", two=2), "c": item("c", three=3)})
    together = asyncio.Barrier(3)
    for subgraph in federation.subgraphs.values():

        async def meet() -> None:
            await asyncio.wait_for(together.wait(), 5)

        subgraph.before = meet
    assert await federation.data("{ a { one } b { two } c { three } }") == {
        "a": {"one": 1},
        "b": {"two": 2},
        "c": {"three": 3},
    }


async def test_a_fetch_does_not_wait_for_strangers() -> None:
    """b's fetch for a's item runs to its end while c's root fetch is still on its way."""
    federation = Federation({"a": item("a", one=1), "b": item("b", two=2), "c": item("c", three=3)})
    b_is_done = asyncio.Event()

    async def after_b() -> None:
        await asyncio.wait_for(b_is_done.wait(), 5)

    async def mark() -> None:
        b_is_done.set()

    federation.subgraphs["c"].before = after_b
    federation.subgraphs["b"].before = mark
    assert await federation.data("{ a { two } c { three } }") == {
        "a": {"two": 2},
        "c": {"three": 3},
    }


async def test_a_cancelled_request_cancels_its_fetches() -> None:
    federation = Federation({"a": item("a", one=1), "b": item("b", two=2)})
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    federation.subgraphs["b"].before = hang
    request = GraphQLRequest("{ a { one } b { two } }")
    task = asyncio.create_task(federation.gateway.execute(request, CONTEXT))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled.is_set()


async def test_one_plan_serves_requests_at_the_same_time() -> None:
    federation = Federation({"a": item("a", one=1), "b": item("b", two=2)})
    request = GraphQLRequest("{ a { id one two } b { id one two } }")
    answers = await asyncio.gather(
        *(federation.gateway.execute(request, CONTEXT) for _ in range(20))
    )
    expected = {"a": {"id": "a", "one": 1, "two": 2}, "b": {"id": "b", "one": 1, "two": 2}}
    assert [answer.data for answer in answers] == [expected] * 20
