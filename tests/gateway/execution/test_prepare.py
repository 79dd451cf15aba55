"""Which operations are compiled, and when: a flood of unique documents compiles none."""

from typing import Any

import pytest

from gateway.execution import prepare
from gateway.execution.project import compile_projection
from gateway.gateway import GatewaySettings
from tests.gateway.subgraphs import Federation, Subgraph, resolve_with


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one with each compilation."""
    made: list[int] = []

    def counting(*arguments: Any) -> Any:
        made.append(1)
        return compile_projection(*arguments)

    monkeypatch.setattr(prepare, "compile_projection", counting)
    return made


def counter(**settings: Any) -> Federation:
    sdl = "type Query { a(n: Int): Int b: Int }"
    resolvers = {"Query.a": resolve_with(lambda n=0: n), "Query.b": resolve_with(lambda: -1)}
    return Federation({"a": Subgraph(sdl, resolvers)}, settings=GatewaySettings(**settings))


@pytest.mark.parametrize(("after", "uses"), [(1, 1), (2, 2), (3, 3)])
async def test_a_projection_is_compiled_for_the_nth_use(
    compiled: list[int], after: int, uses: int
) -> None:
    federation = counter(compile_after=after)
    for use in range(1, 6):
        assert await federation.data("{ a(n: 4) }") == {"a": 4}
        assert len(compiled) == (1 if use >= uses else 0)


async def test_a_flood_of_unique_documents_compiles_nothing(compiled: list[int]) -> None:
    federation = counter()
    for number in range(50):
        assert await federation.data(f"{{ a(n: {number}) }}") == {"a": number}
    assert compiled == []


async def test_what_is_warmed_is_planned_and_compiled_already(compiled: list[int]) -> None:
    federation = counter()
    query = "query ($x: Boolean!) { a @include(if: $x) b }"
    assert await federation.gateway.warm([query, "{ b }", query]) == {}
    assert len(compiled) == 3  # both values of the condition, and the other document
    plans = len(federation.gateway._plans.entries)
    assert await federation.data(query, x=True) == {"a": 0, "b": -1}
    assert await federation.data(query, x=False) == {"b": -1}
    assert await federation.data("{ b }") == {"b": -1}
    assert (len(compiled), len(federation.gateway._plans.entries)) == (3, plans)
    assert federation.called() == {"a": 1}


async def test_warming_sends_nothing_and_says_what_is_no_longer_valid() -> None:
    federation = counter()
    failures = await federation.gateway.warm(["{ gone }", "{", "{ a }"])
    assert sorted(failures) == ["{", "{ gone }"]
    assert failures["{ gone }"] == "Cannot query field 'gone' on type 'Query'."
    assert federation.called() == {}


async def test_the_documents_asked_for_last_can_warm_a_successor() -> None:
    federation, successor = counter(), counter()
    for query in ("{ a }", "{ b }", "{ a b }", "{ a }"):
        await federation.data(query)
    assert federation.gateway.recent_documents(2) == ["{ a }", "{ a b }"]
    assert await successor.gateway.warm(federation.gateway.recent_documents(9)) == {}
    assert len(successor.gateway._plans.entries) == 3
