"""Rules of planning that show in which requests are sent: FEDERATION.md, section 5."""

from typing import Any

from tests.gateway.subgraphs import Federation, Subgraph, resolve_with


async def test_paths_of_equal_cost_are_kept_until_the_other_leaves_have_chosen() -> None:
    """From a or from b, c is as near; only b has `y`, so that a need not be asked at all."""
    shared = 'type Query {{ t: T @shareable }} type T @key(fields: "id") {{ id: ID! {} }}'
    found = {"id": "1", "y": 2}
    federation = Federation(
        {
            "a": Subgraph(shared.format(""), {"Query.t": resolve_with(lambda: found)}),
            "b": Subgraph(shared.format("y: Int"), {"Query.t": resolve_with(lambda: found)}),
            "c": Subgraph(
                'type T @key(fields: "id") { id: ID! x: Int }', {}, {"T": lambda t: {**t, "x": 1}}
            ),
        }
    )
    assert await federation.data("{ t { x y } }") == {"t": {"x": 1, "y": 2}}
    assert federation.called() == {"b": 1, "c": 1}


def reentering() -> tuple[Federation, list[str]]:
    """Query is returned by a list's items, by an entity's field, and by a mutation."""
    log: list[str] = []

    def did(name: str, value: Any) -> Any:
        log.append(name)
        return value

    federation = Federation(
        {
            "a": Subgraph(
                'type Query { items: [Item] } type Item @key(fields: "id") { id: ID! query: Query }'
                " type Mutation { first: Payload second: Int } type Payload { query: Query }",
                {
                    "Query.items": resolve_with(lambda: [{"id": "1"}, None, {"id": "2"}]),
                    "Item.query": lambda _item, _info: {},
                    "Payload.query": lambda _payload, _info: {},
                    "Mutation.first": resolve_with(lambda: did("first", {})),
                    "Mutation.second": resolve_with(lambda: did("second", 2)),
                },
                {"Item": lambda found: found},
            ),
            "b": Subgraph(
                'type Query { count: Int one: Item } type Item @key(fields: "id") '
                "{ id: ID! size: Int }",
                {
                    "Query.count": resolve_with(lambda: did("count", 3)),
                    "Query.one": resolve_with(lambda: {"id": "1", "size": 9}),
                },
                {"Item": lambda found: {**found, "size": 9}},
            ),
        }
    )
    return federation, log


async def test_the_query_type_below_a_list_is_asked_once_for_all_items() -> None:
    federation, log = reentering()
    assert await federation.data("{ items { id query { count } } }") == {
        "items": [
            {"id": "1", "query": {"count": 3}},
            None,
            {"id": "2", "query": {"count": 3}},
        ]
    }
    assert (log, federation.called()) == (["count"], {"a": 1, "b": 1})


async def test_the_query_type_is_reentered_from_an_entity_of_another_subgraph() -> None:
    federation, _ = reentering()
    query = "{ one { size query { items { size } count } } }"
    assert await federation.data(query) == {
        "one": {
            "size": 9,
            "query": {"items": [{"size": 9}, None, {"size": 9}], "count": 3},
        }
    }


async def test_a_mutations_query_is_read_after_it_and_before_the_next() -> None:
    federation, log = reentering()
    query = "mutation { first { query { count } } second }"
    assert await federation.data(query) == {"first": {"query": {"count": 3}}, "second": 2}
    # Neighbours of one subgraph share a request, so both have run when the reading begins.
    assert log == ["first", "second", "count"]
    reentry = federation.subgraphs["b"].calls[0]
    assert (reentry.document, reentry.operation) == ("{ count }", "mutation")
