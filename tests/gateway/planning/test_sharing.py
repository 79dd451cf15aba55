"""Fewer requests for the same answer, and what that must not cost."""

import pytest

from gateway.gateway import GatewaySettings
from gateway.transport.protocol import SubgraphRequest, SubgraphUnavailable
from tests.gateway.subgraphs import Federation, Subgraph, resolve_with


async def unavailable(_request: SubgraphRequest) -> dict[str, object]:
    raise SubgraphUnavailable("down")


def store() -> Federation:
    """inventory resolves inStock by itself, and shipping with a price from products."""
    return Federation(
        {
            "catalog": Subgraph(
                'type Product @key(fields: "id") { id: ID! } type Query { products: [Product] }',
                {"Query.products": resolve_with(lambda: [{"id": "1"}, {"id": "2"}])},
            ),
            "inventory": Subgraph(
                'type Product @key(fields: "id") { id: ID! price: Int @external inStock: Boolean '
                'shipping: Int @requires(fields: "price") }',
                {"Product.shipping": lambda product, _info: product["price"] + 1},
                {"Product": lambda found: {**found, "inStock": found["id"] == "1"}},
            ),
            "products": Subgraph(
                'type Product @key(fields: "id") { id: ID! price: Int }',
                {},
                {"Product": lambda found: {**found, "price": int(found["id"]) * 10}},
            ),
        }
    )


@pytest.mark.parametrize("fields", ["inStock shipping", "shipping inStock"])
async def test_a_field_without_inputs_rides_with_one_that_waits_for_some(fields: str) -> None:
    federation = store()
    data = await federation.data(f"{{ products {{ {fields} }} }}")
    assert data == {
        "products": [{"inStock": True, "shipping": 11}, {"inStock": False, "shipping": 21}]
    }
    assert federation.called() == {"catalog": 1, "products": 1, "inventory": 1}
    assert "_s0" not in federation.subgraphs["inventory"].calls[0].document


async def test_missing_inputs_cost_the_field_that_needs_them_and_not_the_rider() -> None:
    federation = store()
    federation.subgraphs["products"].answer = unavailable
    response = await federation.response("{ products { inStock shipping } }")
    assert response.data == {
        "products": [{"inStock": True, "shipping": None}, {"inStock": False, "shipping": None}]
    }
    assert [error["path"] for error in response.errors] == [["products", 0], ["products", 1]]
    assert federation.called() == {"catalog": 1, "products": 1, "inventory": 1}
    assert "shipping" not in federation.subgraphs["inventory"].calls[0].document


async def test_an_entity_at_two_paths_is_sent_once() -> None:
    federation = Federation(
        {
            "a": Subgraph(
                'type User @key(fields: "id") { id: ID! } '
                "type Query { one: User two: [User] three: User }",
                {
                    "Query.one": resolve_with(lambda: {"id": "x"}),
                    "Query.two": resolve_with(lambda: [{"id": "x"}, {"id": "y"}]),
                    "Query.three": resolve_with(lambda: {"id": "x"}),
                },
            ),
            "b": Subgraph(
                'type User @key(fields: "id") { id: ID! name: String age: Int }',
                {},
                {"User": lambda found: {**found, "name": found["id"].upper(), "age": 3}},
            ),
        }
    )
    assert await federation.data("{ one { name } two { name } three { age } }") == {
        "one": {"name": "X"},
        "two": [{"name": "X"}, {"name": "Y"}],
        "three": {"age": 3},
    }
    assert federation.called() == {"a": 1, "b": 1}
    assert federation.subgraphs["b"].calls[0].variables == {
        "_e0representations": [
            {"__typename": "User", "id": "x"},
            {"__typename": "User", "id": "y"},
        ],
        "_e1representations": [{"__typename": "User", "id": "x"}],
    }


@pytest.mark.parametrize(("merge_waves", "calls"), [(True, 1), (False, 2)])
async def test_waves_are_merged_if_so_set(merge_waves: bool, calls: int) -> None:
    users = 'type User @key(fields: "id") { id: ID! } '
    federation = Federation(
        {
            "a": Subgraph(
                users + "type Query { a: User }", {"Query.a": resolve_with(lambda: {"id": "1"})}
            ),
            "b": Subgraph(
                users + "type Query { b: User }", {"Query.b": resolve_with(lambda: {"id": "2"})}
            ),
            "c": Subgraph(
                'type User @key(fields: "id") { id: ID! name: String }',
                {},
                {"User": lambda found: {**found, "name": f"n{found['id']}"}},
            ),
        },
        settings=GatewaySettings(merge_waves=merge_waves),
    )
    assert await federation.data("{ a { name } b { name } }") == {
        "a": {"name": "n1"},
        "b": {"name": "n2"},
    }
    assert federation.called() == {"a": 1, "b": 1, "c": calls}
