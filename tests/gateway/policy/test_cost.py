"""Estimates of what operations cost: weights, sizes of lists, fragments; and the refusal."""

from typing import Any

import orjson
import pytest
from graphql import (
    FragmentDefinitionNode,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    parse,
    validate,
)

from gateway.gateway import GatewaySettings
from gateway.policy.cost import Costs
from gateway.policy.estimate import Estimate
from tests.gateway.composition.sdl import composed, linked
from tests.gateway.subgraphs import Federation, Subgraph

LINK = (
    'schema @link(url: "https://specs.apollo.dev/link/v1.0") '
    '@link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", "@listSize"]) '
    "{ query: Query mutation: Mutation }\n"
    "directive @link(url: String, import: [String], as: String) repeatable on SCHEMA\n"
    "directive @cost(weight: Int!) on FIELD_DEFINITION | OBJECT | SCALAR | ARGUMENT_DEFINITION\n"
    "directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], "
    "requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION\n"
)
SDL = """
input Page { first: Int }
scalar Slow @cost(weight: 4)
interface Thing { id: ID! }
type Book implements Thing { id: ID! pages: [Page1] heavy: Int @cost(weight: 7) slow: Slow }
type Film implements Thing @cost(weight: 5) { id: ID! books: [Book] }
type Page1 { words: [String] }
type Edge { node: Book }
type Connection { edges: [Edge] nodes: [Book] total: Int odd(first: Int): [Book] }
type Query {
  book: Book
  film: Film
  things: [Thing]
  relay(first: Int = 50, last: Int): Connection
  plain(first: Int): [Book]
  assumed: [Book] @listSize(assumedSize: 3)
  sliced(limit: Int = 6, page: Page): Connection
    @listSize(assumedSize: 2, slicingArguments: ["limit", "page.first"], sizedFields: ["edges"])
  searched(text: String @cost(weight: 9)): Book
}
type Mutation { write: Book erase: Int }
"""


def estimate(query: str, list_size: int = 10, **variables: Any) -> int:
    text = LINK + SDL
    document = parse(query)
    assert validate(build_schema(text, assume_valid_sdl=True), document) == []
    [operation] = [x for x in document.definitions if isinstance(x, OperationDefinitionNode)]
    fragments = {
        x.name.value: x for x in document.definitions if isinstance(x, FragmentDefinitionNode)
    }
    root = "Query" if operation.operation is OperationType.QUERY else "Mutation"
    costs = Costs(parse(text))
    return Estimate(costs, root, operation, fragments, list_size).of(variables)


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ __typename __schema { types { name } } }", 0),
        ("{ book { id } }", 1),
        ("{ book { id heavy slow } }", 1 + 7 + 4),
        ("{ film { id } }", 5),
        ("{ film { books { id heavy } } }", 5 + 10 * (1 + 7)),
        ("{ a: book { id } b: book { id } }", 2),
        ("{ searched { id } }", 1),
        ('{ searched(text: "x") { id } }', 1 + 9),
        ("{ things { id } }", 10),
        ("{ assumed { id } }", 3),
        ("mutation { write { id } erase }", 20 + 1),
        ("mutation { ... { write { id } ...F } } fragment F on Mutation { erase }", 20 + 1),
    ],
)
def test_objects_cost_one_and_the_rest_what_is_said(query: str, cost: int) -> None:
    assert estimate(query) == cost


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ plain(first: 4) { id } }", 4),
        ("{ plain { id } }", 10),
        ("{ plain(first: 0) { id } }", 0),
        ("{ plain(first: -3) { id } }", 10),
        ("{ relay(first: 4) { total } }", 1),
        ("{ relay(first: 4) { edges { node { id } } } }", 1 + 4 * 2),
        ("{ relay(first: 4, last: 6) { nodes { id } } }", 1 + 6),
        ("{ relay(first: 4) { odd { id } } }", 1 + 10),
        ("{ relay(first: 4) { edges { node { pages { words } } } } }", 1 + 4 * (2 + 10)),
        ("{ relay { nodes { id } } }", 1 + 10),
        ("{ relay(first: 4) { ...F } } fragment F on Connection { nodes { id } }", 1 + 4),
        ("{ sliced { edges { node { id } } } }", 1 + 6 * 2),
        ("{ sliced(limit: 3, page: { first: 8 }) { edges { node { id } } } }", 1 + 8 * 2),
        ("{ sliced(limit: 3) { nodes { id } } }", 1 + 10),
    ],
)
def test_lists_are_as_long_as_their_arguments_say(query: str, cost: int) -> None:
    assert estimate(query) == cost


def test_variables_count_with_their_values() -> None:
    query = "query ($n: Int, $p: Page) { sliced(limit: $n, page: $p) { edges { node { id } } } }"
    assert estimate(query, n=7) == 1 + 7 * 2
    assert estimate(query, n=7, p={"first": 9}) == 1 + 9 * 2
    assert estimate(query, n=None, p={"first": None}) == 1 + 2 * 2
    assert estimate("query ($n: Int) { film { id } plain(first: $n) { id } }", n=100) == 105


def test_of_several_types_the_dearest_counts() -> None:
    query = "{ things { id ... on Book { heavy } ... on Film { books { id } } ... { id } } }"
    assert estimate(query, list_size=2) == 2 * (1 + 7)
    assert estimate(query, list_size=20) == 20 * (1 + 20)


def test_a_bomb_of_fragments_is_measured_without_being_unfolded() -> None:
    parts = [f"fragment F{n} on Book {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60)]
    query = "{ book { ...F0 } } fragment F60 on Book { heavy } " + " ".join(parts)
    assert estimate(query) == 1 + 7 * 2**60


LISTS = "type Query { many(first: Int): [Item] } type Item { id: ID! more(first: Int): [Item] }"


def items() -> Federation:
    return Federation(
        {"a": Subgraph(LISTS, {"Query.many": lambda *_, **__: [{"id": "1"}]})},
        settings=GatewaySettings(max_cost=100, report_cost=True),
    )


async def test_an_operation_over_the_limit_is_refused_and_nothing_is_sent() -> None:
    federation = items()
    query = "query ($n: Int = 3) { many(first: $n) { more(first: 10) { id } } }"
    allowed = await federation.response(query, n=9)
    assert allowed.body() == {
        "data": {"many": [{"more": None}]},
        "extensions": {"cost": {"estimated": 99, "limit": 100}},
    }
    refused = await federation.response(query, n=10)
    assert refused.body() == {
        "errors": [
            {
                "message": "The operation's cost of 110 exceeds the limit of 100.",
                "extensions": {"code": "LIMIT_EXCEEDED", "limit": "cost", "cost": 110},
            }
        ]
    }
    assert federation.called() == {}
    assert (await federation.response(query)).extensions == {
        "cost": {"estimated": 33, "limit": 100}
    }


async def test_a_cost_beyond_all_numbers_is_refused_like_any_other() -> None:
    """JSON as it is written here ends at 64 bits, and many readers of it before."""
    query = "query ($n: Int) { many(first: $n) { more(first: $n) { more(first: $n) { id } } } }"
    federation = items()
    [error] = (await federation.response(query, n=2_147_483_647)).errors
    assert orjson.loads(orjson.dumps(error)) == {
        "message": f"The operation's cost of {2**53 - 1} exceeds the limit of 100.",
        "extensions": {"code": "LIMIT_EXCEEDED", "limit": "cost", "cost": 2**53 - 1},
    }
    assert federation.called() == {}


@pytest.mark.parametrize("weight", ["1e400", "-1e400", "nan", "much"])
def test_what_is_no_weight_counts_for_nothing(weight: str) -> None:
    text = LINK.replace("weight: Int!", "weight: String!") + SDL.replace(
        "heavy: Int @cost(weight: 7)", f'heavy: Book @cost(weight: "{weight}")'
    ).replace("weight: 4", 'weight: "4"').replace("weight: 5", 'weight: "5"').replace(
        "weight: 9", 'weight: "9"'
    )
    costs = Costs(parse(text))
    heavy, film = costs.field("Book", "heavy"), costs.field("Query", "film")
    assert heavy is not None
    assert film is not None
    assert (heavy.weight, film.weight) == (1, 5)


def test_weights_and_sizes_of_subgraphs_reach_the_supergraph() -> None:
    schema = (
        "type Query { many: [Item] @listSize(assumedSize: 5) } "
        "type Item { id: ID dear: Int @fed__cost(weight: 3) }"
    )
    sdl = composed(
        {"a": linked("v2.9", '"@listSize"', schema.replace("@fed__cost", "@federation__cost"))}
    )
    costs = Costs(parse(sdl))
    many, dear = costs.field("Query", "many"), costs.field("Item", "dear")
    assert many is not None
    assert dear is not None
    assert (many.assumed, many.weight, dear.weight) == (5, 1, 3)
