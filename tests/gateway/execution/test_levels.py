"""Equal objects of one level become one, and nobody can tell from an answer."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from gateway.execution.levels import Levels, compile_walk, compile_walks
from gateway.gateway import GatewaySettings
from gateway.planning.selection import Cast
from gateway.transport.protocol import Owned, SubgraphRequest
from tests.gateway.subgraphs import Federation, Subgraph, resolve_with


def distinct(objects: list[Any]) -> int:
    return len({id(each) for each in objects})


@pytest.mark.parametrize("nested", [False, True])
def test_equal_objects_become_one(nested: bool) -> None:
    items: list[Any] = [{"id": "1"}, {"id": "1"}, None, {"id": "2"}, {"id": "1"}]
    above: list[Any] = [{"l": [items] if nested else items}, {"l": {"id": "2"}}, {"l": None}, {}]
    assert compile_walk(("id",))(above, "l") == [{"id": "1"}, {"id": "2"}]
    assert items == [{"id": "1"}, {"id": "1"}, None, {"id": "2"}, {"id": "1"}]
    assert items[0] is items[1] is items[4]
    assert above[1]["l"] is items[3]


@pytest.mark.parametrize(
    "other",
    [
        {"id": 1, "n": None},
        {"id": "1", "n": 0},
        {"id": True, "n": None},
        {"id": 1.0, "n": None},
        {"id": "1"},
        {"id": "1", "m": None},
        {"id": "1", "n": None, "more": 1},
        {"id": "1", "n": []},
    ],
)
def test_what_differs_stays_apart(other: dict[str, Any]) -> None:
    for one in ({"id": "1", "n": None}, dict(other, more=2)):
        above: list[Any] = [{"o": one}, {"o": other}]
        assert compile_walk(("id", "n"))(above, "o") == [one, other]
        assert above[1]["o"] is other


@pytest.mark.parametrize("value", [True, 1.0, [], {"a": 1}])
def test_what_cannot_be_told_to_be_equal_stays_apart(value: Any) -> None:
    above = [{"o": {"id": value}}, {"o": {"id": value}}]
    assert distinct(compile_walk(("id",))(above, "o")) == 2


def test_a_level_is_walked_once() -> None:
    data = {"a": [{"b": {"id": "1"}}, {"b": {"id": "1"}}]}
    sole = {("a",): frozenset[str](), ("a", "b"): frozenset({"id"})}
    levels = Levels(data, compile_walks(sole, [("a", "b")]))
    [only] = levels.at(("a", "b"))
    assert levels.at(("a", "b")) is levels.at(("a", "b"))
    assert all(each["b"] is only for each in data["a"])


def test_positions_that_are_reached_through_a_cast_keep_their_objects_apart() -> None:
    """Another way to them may have begun a fetch for those that would disappear."""
    sole = {("a",): frozenset({"id"}), ("a", "b"): frozenset({"id"})}
    walks = compile_walks(sole, [("a", "b"), ("a", Cast("A"), "b")])
    data = {"a": [{"__typename": "A", "b": {"id": "1"}}, {"__typename": "B", "b": {"id": "1"}}]}
    levels = Levels(data, walks)
    assert levels.at(("a", Cast("A"), "b")) == [{"id": "1"}]
    assert distinct(levels.at(("a", "b"))) == 2


def test_what_several_fetches_bring_is_walked_anew() -> None:
    data: dict[str, Any] = {"a": {"id": "1"}}
    levels = Levels(data, compile_walks({}, [("a",)]))
    assert levels.at(("a",)) == [{"id": "1"}]
    data["a"] = [{"id": "1"}, {"id": "1"}]
    assert distinct(levels.at(("a",))) == 2


ROWS = [
    {"id": "r1", "one": {"id": "a"}, "two": {"id": "a"}},
    {"id": "r2", "one": {"id": "b"}, "two": None},
    {"id": "r3", "one": {"id": "a"}, "two": {"id": "b"}},
    {"id": "r4", "one": {"id": "c"}, "two": {"id": "a"}},
]
STOCK = {"a": 3, "b": 5}


def priced(found: dict[str, Any]) -> dict[str, Any]:
    if found["id"] == "c":
        raise LookupError  # nobody knows it: null
    return {**found, "name": f"item {found['id']}", "part": {"id": f"p{found['id']}"}}


def price(source: dict[str, Any], _info: Any, currency: str) -> str:
    return f"{source['id']} in {currency}"


def stock(source: dict[str, Any], _info: Any) -> int:
    if source["id"] == "b":
        raise ValueError("no count")
    return STOCK[source["id"]] * len(source["name"])


def shop(owned: bool) -> Federation:
    """Items in two places of many rows, their names and parts elsewhere, the stock by the name."""
    subgraphs = {
        "rows": Subgraph(
            'type Item @key(fields: "id") { id: ID! } type Row { id: ID! one: Item two: Item } '
            "type Query { rows: [Row!]! }",
            {"Query.rows": resolve_with(lambda: ROWS)},
        ),
        "items": Subgraph(
            'type Item @key(fields: "id") { id: ID! name: String price(currency: String!): String '
            'part: Part } type Part @key(fields: "id") { id: ID! }',
            {"Item.price": price},
            {"Item": priced},
        ),
        "stock": Subgraph(
            'type Item @key(fields: "id") { id: ID! name: String @external '
            'stock: Int @requires(fields: "name") } '
            'type Part @key(fields: "id") { id: ID! weight: Int }',
            {"Item.stock": stock},
            {"Item": lambda found: found, "Part": lambda found: {**found, "weight": 7}},
        ),
    }
    for subgraph in subgraphs.values():
        subgraph.owned = owned
    return Federation(subgraphs, GatewaySettings(compile_after=1))


@pytest.fixture(params=[True, False], ids=["owned", "shared"])
def federation(request: pytest.FixtureRequest) -> Federation:
    return shop(request.param)


async def test_one_entity_with_another_selection_at_another_place(federation: Federation) -> None:
    query = '{ rows { one { x: price(currency: "EUR") } two { x: price(currency: "USD") name } } }'
    assert await federation.data(query) == {
        "rows": [
            {"one": {"x": "a in EUR"}, "two": {"x": "a in USD", "name": "item a"}},
            {"one": {"x": "b in EUR"}, "two": None},
            {"one": {"x": "a in EUR"}, "two": {"x": "b in USD", "name": "item b"}},
            {"one": {"x": None}, "two": {"x": "a in USD", "name": "item a"}},
        ]
    }


async def test_a_later_fetch_extends_what_is_shared(federation: Federation) -> None:
    response = await federation.response("{ rows { one { name stock part { id weight } } } }")
    a = {"name": "item a", "stock": 18, "part": {"id": "pa", "weight": 7}}
    b = {"name": "item b", "stock": None, "part": {"id": "pb", "weight": 7}}
    c = {"name": None, "stock": None, "part": None}
    assert response.data == {"rows": [{"one": a}, {"one": b}, {"one": a}, {"one": c}]}
    assert [(error["message"], error["path"]) for error in response.errors] == [
        ("no count", ["rows", 1, "one", "stock"])
    ]
    [call] = federation.subgraphs["stock"].calls
    assert sorted(call.variables.values(), key=len) == [
        [
            {"__typename": "Item", "id": "a", "name": "item a"},
            {"__typename": "Item", "id": "b", "name": "item b"},
        ],
        [{"__typename": "Part", "id": "pa"}, {"__typename": "Part", "id": "pb"}],
    ]


async def test_an_error_is_told_at_every_place_of_what_is_shared(federation: Federation) -> None:
    async def broken(request: SubgraphRequest) -> Mapping[str, Any]:
        return {
            "data": {"_entities": [{"name": "x", "part": None}, None, {"name": "z"}]},
            "errors": [{"message": "no part", "path": ["_entities", 0, "part"]}],
        }

    federation.subgraphs["items"].answer = broken
    response = await federation.response("{ rows { one { name part { id } } } }")
    assert response.data == {
        "rows": [
            {"one": {"name": "x", "part": None}},
            {"one": {"name": None, "part": None}},
            {"one": {"name": "x", "part": None}},
            {"one": {"name": "z", "part": None}},
        ]
    }
    assert [(error["message"], error["path"]) for error in response.errors] == [
        ("no part", ["rows", 0, "one", "part"]),
        ("no part", ["rows", 2, "one", "part"]),
    ]


async def test_a_value_of_the_wrong_type_is_told_at_every_place(federation: Federation) -> None:
    async def wrong(request: SubgraphRequest) -> Mapping[str, Any]:
        return {"data": {"_entities": [{"name": {"odd": 1}}, {"name": "y"}, {"name": "z"}]}}

    federation.subgraphs["items"].answer = wrong
    response = await federation.response("{ rows { one { name } } }")
    assert response.data == {
        "rows": [{"one": {"name": name}} for name in (None, "y", None, "z")],
    }
    assert [error["path"] for error in response.errors] == [
        ["rows", 0, "one", "name"],
        ["rows", 2, "one", "name"],
    ]


async def test_what_an_answer_of_ours_shares_is_fetched_once(federation: Federation) -> None:
    await federation.data("{ rows { one { part { weight } } two { part { weight } } } }")
    assert federation.called() == {"rows": 1, "items": 1, "stock": 1}
    assert federation.subgraphs["stock"].calls[0].variables["representations"] == [
        {"__typename": "Part", "id": "pa"},
        {"__typename": "Part", "id": "pb"},
    ]


async def test_objects_that_two_fetches_bring_stay_apart() -> None:
    """Lists of two subgraphs are merged by index: what one says of one place is not for another."""
    page = (
        "type Page {{ {0}: Int items: [Item] @shareable }} type Query {{ page: Page @shareable }}"
    )
    item = 'type Item @key(fields: "id") {{ id: ID! {0}: Int }}'
    c_was_asked = asyncio.Event()

    async def late(_: SubgraphRequest) -> Mapping[str, Any]:
        await asyncio.wait_for(c_was_asked.wait(), 5)
        error = {"message": "no q", "path": ["page", "items", 1, "q"]}
        data = {"page": {"b": 2, "items": [{"q": 5}, {"q": None}]}}
        return Owned({"data": data, "errors": [error]})

    async def ask() -> None:
        c_was_asked.set()

    rows = [{"id": "1", "p": 4}, {"id": "1", "p": 4}]
    federation = Federation(
        {
            "a": Subgraph(
                page.format("a") + item.format("p"),
                {"Query.page": resolve_with(lambda: {"a": 1, "items": rows})},
                {"Item": dict},
                owned=True,
            ),
            "b": Subgraph(page.format("b") + item.format("q"), answer=late),
            "c": Subgraph(item.format("r"), {}, {"Item": lambda found: {**found, "r": 6}}),
        },
        GatewaySettings(compile_after=1),
    )
    federation.subgraphs["c"].before = ask
    query = "{ page { a b items { p q r } } }"
    assert federation.gateway.plan(query).steps[0].sole == {}
    response = await federation.response(query)
    assert federation.called() == {"a": 1, "b": 1, "c": 1}
    items = [{"p": 4, "q": 5, "r": 6}, {"p": 4, "q": None, "r": 6}]
    assert response.data == {"page": {"a": 1, "b": 2, "items": items}}
    assert [error["path"] for error in response.errors] == [["page", "items", 1, "q"]]


def test_the_plan_says_where_objects_may_become_one() -> None:
    [step] = shop(owned=True).gateway.plan("{ rows { one { part { weight } } two { id } } }").steps
    assert step.sole == {
        ("rows",): frozenset(),
        ("rows", "one"): frozenset({"id"}),
        ("rows", "one", "part"): frozenset({"id"}),
    }
