"""Interfaces, unions and interface objects over several subgraphs."""

from typing import Any

import pytest

from tests.gateway.subgraphs import Federation, Subgraph, resolve_with

ANIMALS = [
    {"__typename": "Dog", "id": "d", "name": "Rex", "barks": True},
    {"__typename": "Cat", "id": "c", "name": "Tom", "lives": 9},
]


def zoo() -> Federation:
    return Federation(
        {
            "a": Subgraph(
                "interface Animal { id: ID! name: String } "
                'type Dog implements Animal @key(fields: "id") '
                "{ id: ID! name: String barks: Boolean! } "
                'type Cat implements Animal @key(fields: "id") '
                "{ id: ID! name: String lives: Int } "
                "type Query { animals: [Animal] }",
                {"Query.animals": resolve_with(lambda: ANIMALS)},
            ),
            "b": Subgraph(
                'type Dog @key(fields: "id") { id: ID! owner: Owner age: Int } '
                'type Cat @key(fields: "id") { id: ID! owner: Owner! age: Int! } '
                "type Owner { name: String }",
                {},
                {
                    "Dog": lambda found: {**found, "owner": {"name": "Ada"}, "age": 3},
                    "Cat": lambda found: {**found, "owner": {"name": "Bob"}, "age": 4},
                },
            ),
        }
    )


async def test_fragments_ask_each_type_for_its_own_fields_in_one_request() -> None:
    federation = zoo()
    query = (
        "{ animals { name ... on Dog { barks owner { name } } ... on Cat { lives age } "
        "... on Animal { id } } }"
    )
    assert await federation.data(query) == {
        "animals": [
            {"name": "Rex", "barks": True, "owner": {"name": "Ada"}, "id": "d"},
            {"name": "Tom", "lives": 9, "age": 4, "id": "c"},
        ]
    }
    assert federation.called() == {"a": 1, "b": 1}


FLAT = (
    "union Pet = Dog | Cat type Query { pets: [Pet] } "
    "type Dog { name: String! @shareable } type Cat { name: String @shareable }",
    "type Dog { name: String @shareable } type Cat { name: String @shareable } "
    "type Query { dog: Dog cat: Cat }",
)
NESTED = (
    "union Pet = Dog | Cat type Query { pets: [Pet] } "
    "type Dog { friend: Friend1 } type Cat { friend: Friend2 } "
    "type Friend1 { name: String! @shareable } type Friend2 { name: String @shareable }",
    "type Friend1 { name: String @shareable } type Friend2 { name: String @shareable } "
    "type Query { one: Friend1 two: Friend2 }",
)


@pytest.mark.parametrize(
    ("sdls", "query", "expected"),
    [
        (
            FLAT,
            "{ pets { ... on Dog { name } ... on Cat { name } } }",
            [{"name": "Rex"}, {"name": "Tom"}],
        ),
        (
            NESTED,
            "{ pets { ... on Dog { friend { name } } ... on Cat { friend { name } } } }",
            [{"friend": {"name": "Rex"}}, {"friend": {"name": "Tom"}}],
        ),
    ],
)
async def test_local_types_that_differ_are_renamed_back(
    sdls: tuple[str, str], query: str, expected: list[dict[str, Any]]
) -> None:
    """The API's types agree, those inside the subgraph do not: it would refuse one key."""
    pets = [{"__typename": "Dog", "name": "Rex"}, {"__typename": "Cat", "name": "Tom"}]
    rows = [{**pet, "friend": {"name": pet["name"]}} for pet in pets]
    federation = Federation(
        {
            "a": Subgraph(sdls[0], {"Query.pets": resolve_with(lambda: rows)}),
            "b": Subgraph(sdls[1]),
        }
    )
    assert await federation.data(query) == {"pets": expected}
    assert "_gc_Dog_" in federation.subgraphs["a"].calls[0].document


async def test_only_the_intersection_of_nested_conditions_applies() -> None:
    federation = Federation(
        {
            "a": Subgraph(
                "interface Node { id: ID! } interface Named { name: String } "
                "type A implements Node & Named { id: ID! name: String } "
                "type B implements Named { name: String } type C implements Node { id: ID! } "
                "union Any = A | B | C type Query { all: [Any] }",
                {
                    "Query.all": resolve_with(
                        lambda: [
                            {"__typename": "A", "id": "1", "name": "a"},
                            {"__typename": "B", "name": "b"},
                            {"__typename": "C", "id": "3"},
                        ]
                    )
                },
            ),
        }
    )
    query = "{ all { __typename ... on Node { ... on Named { name } } } }"
    assert await federation.data(query) == {
        "all": [{"__typename": "A", "name": "a"}, {"__typename": "B"}, {"__typename": "C"}]
    }
    assert "... on B" not in federation.subgraphs["a"].calls[0].document


async def test_a_selection_that_applies_to_nothing_still_tells_objects_from_null() -> None:
    federation = Federation(
        {
            "a": Subgraph(
                "interface Animal { id: ID! } type Dog implements Animal { id: ID! } "
                "type Cat implements Animal { id: ID! } union Pet = Dog "
                "type Query { pet: Pet none: Pet cat: Cat }",
                {"Query.pet": resolve_with(lambda: {"__typename": "Dog", "id": "d"})},
            ),
        }
    )
    query = "{ pet { ... on Animal { ... on Cat { id } } } none { ... on Animal { id } } }"
    assert await federation.data(query) == {"pet": {}, "none": None}


async def test_an_interface_field_external_in_one_implementation_is_not_asked_of_it() -> None:
    federation = Federation(
        {
            "a": Subgraph(
                "interface Animal { id: ID! name: String } "
                'type Dog implements Animal @key(fields: "id") { id: ID! name: String @external } '
                'type Cat implements Animal @key(fields: "id") { id: ID! name: String @shareable } '
                "type Query { animals: [Animal] "
                'dog: Dog @provides(fields: "name") }',
                {
                    "Query.animals": resolve_with(
                        lambda: [
                            {"__typename": "Dog", "id": "d", "name": "external"},
                            {"__typename": "Cat", "id": "c", "name": "Tom"},
                        ]
                    )
                },
            ),
            "b": Subgraph(
                'type Dog @key(fields: "id") { id: ID! name: String @shareable }',
                {},
                {"Dog": lambda found: {**found, "name": "Rex"}},
            ),
        }
    )
    assert await federation.data("{ animals { name } }") == {
        "animals": [{"name": "Rex"}, {"name": "Tom"}]
    }


async def test_an_interface_field_that_needs_inputs_is_asked_for_by_implementation() -> None:
    """Through the interface the subgraph would get no inputs."""
    federation = Federation(
        {
            "a": Subgraph(
                'type Dog @key(fields: "id") { id: ID! age: Int }',
                {},
                {"Dog": lambda found: {**found, "age": 3}},
            ),
            "b": Subgraph(
                "interface Animal { id: ID! years: Int } "
                'type Dog implements Animal @key(fields: "id") { id: ID! age: Int @external '
                'years: Int @requires(fields: "age") } '
                "type Query { animals: [Animal] }",
                {
                    "Query.animals": resolve_with(lambda: [{"__typename": "Dog", "id": "d"}]),
                    "Dog.years": lambda dog, _info: dog["age"] * 7,
                },
                {"Dog": lambda found: found},
            ),
        }
    )
    assert await federation.data("{ animals { years } }") == {"animals": [{"years": 21}]}


async def test_union_members_that_not_every_subgraph_has_are_left_out() -> None:
    """Two subgraphs answer one list; mixed members would merge different objects by index."""
    federation = Federation(
        {
            "a": Subgraph(
                "union Media = Book | Song type Book { title: String @shareable a: Int } "
                "type Song { title: String } type Query { media: Media @shareable }",
                {"Query.media": resolve_with(lambda: {"__typename": "Book", "title": "T", "a": 1})},
            ),
            "b": Subgraph(
                "union Media = Book | Film type Book { title: String @shareable b: Int } "
                "type Film { title: String } type Query { media: Media @shareable }",
                {"Query.media": resolve_with(lambda: {"__typename": "Book", "title": "T", "b": 2})},
            ),
        }
    )
    query = "{ media { ... on Book { title a b } ... on Song { title } ... on Film { title } } }"
    assert await federation.data(query) == {"media": {"title": "T", "a": 1, "b": 2}}
    documents = [call.document for g in federation.subgraphs.values() for call in g.calls]
    assert not any("Song" in document or "Film" in document for document in documents)


def interface_object() -> Federation:
    media = {
        "1": {"__typename": "Book", "id": "1", "title": "Sets"},
        "2": {"__typename": "Film", "id": "2", "title": "Rope"},
    }
    return Federation(
        {
            "a": Subgraph(
                'interface Media @key(fields: "id") { id: ID! title: String } '
                'type Book implements Media @key(fields: "id") { id: ID! title: String } '
                'type Film implements Media @key(fields: "id") { id: ID! title: String } '
                "type Query { media: [Media] }",
                {"Query.media": resolve_with(lambda: list(media.values()))},
                {name: lambda found: media[found["id"]] for name in ("Media", "Book", "Film")},
            ),
            "b": Subgraph(
                'type Media @interfaceObject @key(fields: "id") { id: ID! stars: Int } '
                "type Query { top: [Media] }",
                {"Query.top": resolve_with(lambda: [{"id": "2", "stars": 9}, {"id": "1"}])},
                {"Media": lambda found: {**found, "stars": int(found["id"])}},
            ),
        }
    )


async def test_a_field_of_an_interface_object_is_asked_for_under_the_interfaces_name() -> None:
    federation = interface_object()
    assert await federation.data("{ media { title stars ... on Book { __typename } } }") == {
        "media": [
            {"title": "Sets", "stars": 1, "__typename": "Book"},
            {"title": "Rope", "stars": 2},
        ]
    }
    assert federation.subgraphs["b"].calls[0].variables["representations"] == [
        {"__typename": "Media", "id": "1"},
        {"__typename": "Media", "id": "2"},
    ]


async def test_an_interface_objects_runtime_type_is_asked_of_who_knows_it() -> None:
    federation = interface_object()
    assert await federation.data("{ top { id stars } }") == {
        "top": [{"id": "2", "stars": 9}, {"id": "1", "stars": None}]
    }
    assert federation.called() == {"b": 1}
    assert await federation.data("{ top { __typename stars ... on Film { title } } }") == {
        "top": [
            {"__typename": "Film", "stars": 9, "title": "Rope"},
            {"__typename": "Book", "stars": None},
        ]
    }
    assert federation.called() == {"a": 1, "b": 1}


async def test_hidden_types_and_values_are_null_without_an_error() -> None:
    federation = Federation(
        {
            "a": Subgraph(
                "interface Animal { id: ID! } type Dog implements Animal { id: ID! } "
                "type Cat implements Animal @inaccessible { id: ID! } "
                "enum Size { S M @inaccessible } "
                "type Query { animals: [Animal] size: Size sizes: [Size] }",
                {
                    "Query.animals": resolve_with(
                        lambda: [{"__typename": "Dog", "id": "d"}, {"__typename": "Cat", "id": "c"}]
                    ),
                    "Query.size": resolve_with(lambda: "M"),
                    "Query.sizes": resolve_with(lambda: ["S", "M"]),
                },
            ),
        }
    )
    assert await federation.data("{ animals { id } size sizes }") == {
        "animals": [{"id": "d"}, None],
        "size": None,
        "sizes": ["S", None],
    }
