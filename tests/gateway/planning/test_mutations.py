"""Mutations: one root field after the other, in the client's order, each exactly once."""

import asyncio
from typing import Any

from tests.gateway.subgraphs import Federation, Subgraph


def ledger() -> tuple[Federation, list[str]]:
    """Every effect and every read is written down in the order in which it happens."""
    log: list[str] = []

    def adding(graph: str) -> Any:
        async def resolve(_root: Any, _info: Any, id: str) -> dict[str, str]:
            await asyncio.sleep(0)
            log.append(f"{graph} adds {id}")
            return {"id": id}

        return resolve

    def reading(graph: str) -> Any:
        def entity(found: dict[str, Any]) -> dict[str, Any]:
            log.append(f"{graph} reads {found['id']}")
            return {**found, graph: len(log)}

        return entity

    return (
        Federation(
            {
                graph: Subgraph(
                    f'type Item @key(fields: "id") {{ id: ID! {graph}: Int }} '
                    f"type Mutation {{ {graph}Add(id: ID!): Item }} "
                    f"type Query {{ {graph}Count: Int }}",
                    {
                        f"Mutation.{graph}Add": adding(graph),
                        f"Query.{graph}Count": lambda _root, _info: len(log),
                    },
                    {"Item": reading(graph)},
                )
                for graph in ("a", "b")
            }
        ),
        log,
    )


async def test_root_fields_of_two_subgraphs_run_in_the_clients_order() -> None:
    federation, log = ledger()
    query = """mutation {
      one: aAdd(id: "1") { b }
      two: bAdd(id: "2") { a }
      three: aAdd(id: "3") { id }
    }"""
    data = await federation.data(query)
    assert log == ["a adds 1", "b reads 1", "b adds 2", "a reads 2", "a adds 3"]
    assert data == {"one": {"b": 2}, "two": {"a": 4}, "three": {"id": "3"}}
    assert list(data) == ["one", "two", "three"]


async def test_neighbours_of_one_subgraph_share_a_request() -> None:
    federation, log = ledger()
    query = 'mutation { x: aAdd(id: "1") { id b } y: aAdd(id: "2") { id } z: bAdd(id: "3") { id } }'
    await federation.data(query)
    assert log == ["a adds 1", "a adds 2", "b reads 1", "b adds 3"]
    assert federation.called() == {"a": 1, "b": 2}


async def test_every_fetch_of_a_mutation_says_so() -> None:
    """A transport must neither repeat one nor share it with a query that began before."""
    federation, _ = ledger()
    await federation.data('mutation { aAdd(id: "1") { b } }')
    operations = {
        call.document.split("{")[0].split("(")[0].strip(): call.operation
        for graph in federation.subgraphs.values()
        for call in graph.calls
    }
    assert operations == {"mutation": "mutation", "query": "mutation"}


async def test_a_failed_field_does_not_stop_the_next() -> None:
    federation, log = ledger()

    async def refuse(_request: Any) -> dict[str, Any]:
        return {"data": {"aAdd": None}, "errors": [{"message": "no", "path": ["aAdd"]}]}

    federation.subgraphs["a"].answer = refuse
    response = await federation.response('mutation { aAdd(id: "1") { b } bAdd(id: "2") { id } }')
    assert response.data == {"aAdd": None, "bAdd": {"id": "2"}}
    assert [error["path"] for error in response.errors] == [["aAdd"]]
    assert log == ["b adds 2"]
