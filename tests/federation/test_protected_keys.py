"""A key that the caller may not read leads nowhere: another is used, or null is what is behind."""

import json
from typing import Any

import pytest

from gateway.context import RequestContext
from gateway.gateway import GatewaySettings
from tests.gateway.subgraphs import CONTEXT, Federation, Subgraph, resolve_with

STAFF = RequestContext("test", {"sub": "1"})
ITEMS = [
    {"__typename": "Item", "sku": f"secret-{n}", "id": str(n), "name": f"n{n}"} for n in (1, 2)
]


def items(keys: str, **arguments: Any) -> Federation:
    """`stock` and `left` lie behind the keys; `sku` is for those who are logged in."""
    return Federation(
        {
            "catalog": Subgraph(
                f"""
                type Item {keys} {{
                  id: ID @shareable sku: ID @shareable @authenticated name: String
                }}
                type Query {{ items: [Item] }}
                """,
                {"Query.items": resolve_with(lambda: ITEMS)},
                {"Item": lambda found: found},
            ),
            "stock": Subgraph(
                f"""
                type Item {keys} {{ id: ID @shareable sku: ID @shareable stock: Int left: Int! }}
                type Query {{ none: Int }}
                """,
                {"Item.stock": resolve_with(lambda: 7), "Item.left": resolve_with(lambda: 7)},
                {"Item": lambda found: found},
            ),
        },
        **arguments,
    )


def refusal(*path: str | int) -> dict[str, Any]:
    return {
        "message": f"Not authorized to read a key that Item.{path[-1]} needs.",
        "path": list(path),
        "extensions": {"code": "UNAUTHORIZED_FIELD_OR_TYPE"},
    }


async def test_what_lies_behind_a_protected_key_is_null_with_an_error_each() -> None:
    federation = items('@key(fields: "sku")')
    response = await federation.response("{ items { name stock } }")
    assert response.data == {"items": [{"name": f"n{n}", "stock": None} for n in (1, 2)]}
    assert response.errors == [refusal("items", 0, "stock"), refusal("items", 1, "stock")]
    assert federation.called() == {"catalog": 1}
    assert federation.subgraphs["catalog"].calls[0].document == "{ items { name } }"


async def test_who_may_read_the_key_gets_what_lies_behind_it() -> None:
    federation = items('@key(fields: "sku")')
    response = await federation.response_to(STAFF, "{ items { name stock } }")
    assert response.data == {"items": [{"name": f"n{n}", "stock": 7} for n in (1, 2)]}
    assert response.errors == []
    assert len(federation.gateway._plans.entries) == 1
    await federation.response_to(CONTEXT, "{ items { name stock } }")
    assert len(federation.gateway._plans.entries) == 2


@pytest.mark.parametrize("order", ['"sku") @key(fields: "id"', '"id") @key(fields: "sku"'])
async def test_another_key_is_used(order: str) -> None:
    federation = items(f"@key(fields: {order})")
    response = await federation.response("{ items { sku stock } }")
    assert response.data == {"items": [{"sku": None, "stock": 7}, {"sku": None, "stock": 7}]}
    assert [error["path"] for error in response.errors] == [
        ["items", 0, "sku"],
        ["items", 1, "sku"],
    ]
    [call] = federation.subgraphs["stock"].calls
    assert call.variables == {
        "representations": [{"__typename": "Item", "id": "1"}, {"__typename": "Item", "id": "2"}]
    }
    asked = [each.document for each in federation.subgraphs["catalog"].calls]
    assert asked == ["{ items { id } }"]


async def test_a_compound_key_is_as_protected_as_its_parts() -> None:
    federation = items('@key(fields: "id sku")')
    response = await federation.response("{ items { id stock } }")
    assert response.data == {"items": [{"id": "1", "stock": None}, {"id": "2", "stock": None}]}
    assert "secret" not in json.dumps([response.body(), federation.subgraphs["stock"].calls])


async def test_null_propagates_from_what_cannot_be_null() -> None:
    response = await items('@key(fields: "sku")').response("{ items { name left } }")
    assert response.data == {"items": [None, None]}
    assert response.errors == [refusal("items", 0, "left"), refusal("items", 1, "left")]


async def test_nothing_else_selected_still_tells_objects_from_null() -> None:
    response = await items('@key(fields: "sku")').response("{ items { stock } }")
    assert response.data == {"items": [{"stock": None}, {"stock": None}]}
    assert response.errors == [refusal("items", 0, "stock"), refusal("items", 1, "stock")]


async def test_the_whole_operation_is_refused_if_so_set() -> None:
    federation = items('@key(fields: "sku")', settings=GatewaySettings(unauthorized="reject"))
    response = await federation.response("{ items { name stock } }")
    assert not response.executed
    assert [error["message"] for error in response.errors] == ["Not authorized to read Item.stock."]
    assert federation.called() == {}
    allowed = await federation.response_to(STAFF, "{ items { stock } }")
    assert allowed.data == {"items": [{"stock": 7}, {"stock": 7}]}


async def test_runtime_types_behind_a_protected_key_are_told_apart() -> None:
    """Of an interface, the types with an open key are answered for, the others are not."""
    body = "interface Thing { id: ID note: String }"
    federation = Federation(
        {
            "a": Subgraph(
                "interface Thing { id: ID } "
                'type Open implements Thing @key(fields: "id") { id: ID } '
                'type Shut implements Thing @key(fields: "id") { id: ID @authenticated } '
                "type Query { things: [Thing] }",
                {
                    "Query.things": resolve_with(
                        lambda: [
                            {"__typename": "Open", "id": "1"},
                            {"__typename": "Shut", "id": "secret"},
                        ]
                    )
                },
                {"Open": lambda found: found, "Shut": lambda found: found},
            ),
            "b": Subgraph(
                f"{body} "
                'type Open implements Thing @key(fields: "id") { id: ID note: String } '
                'type Shut implements Thing @key(fields: "id") { id: ID note: String } '
                "type Query { none: Int }",
                {"Open.note": resolve_with(lambda: "o"), "Shut.note": resolve_with(lambda: "s")},
                {"Open": lambda found: found, "Shut": lambda found: found},
            ),
        }
    )
    response = await federation.response("{ things { __typename note } }")
    assert response.data == {
        "things": [{"__typename": "Open", "note": "o"}, {"__typename": "Shut", "note": None}]
    }
    assert [(error["path"], error["message"]) for error in response.errors] == [
        (["things", 1, "note"], "Not authorized to read a key that Shut.note needs.")
    ]
    assert "secret" not in json.dumps([call.variables for call in federation.subgraphs["b"].calls])


MEDIA = [{"id": "secret-1", "score": 3}, {"id": "secret-2", "score": 4}]


def media() -> Federation:
    """What an object of the interface is, only its key tells, and that is protected."""
    members = 'type {} implements Media @key(fields: "id") {{ id: ID! @authenticated {} }} '
    return Federation(
        {
            "types": Subgraph(
                'interface Media @key(fields: "id") { id: ID! title: String } '
                + members.format("Book", "title: String pages: Int")
                + members.format("Film", "title: String"),
                {"Book.title": resolve_with(lambda: "t"), "Book.pages": resolve_with(lambda: 9)},
                {"Book": dict, "Film": dict},
            ),
            "scores": Subgraph(
                'type Media @key(fields: "id") @interfaceObject { id: ID! score: Int } '
                "type Query { media: [Media] }",
                {"Query.media": resolve_with(lambda: MEDIA)},
                {"Media": lambda found: found},
            ),
        }
    )


@pytest.mark.parametrize(
    ("query", "item"),
    [
        ("{ media { ... on Book { pages } } }", {}),
        ("{ media { ... on Book { pages title } ... on Film { title } } }", {}),
        ("{ media { ... on Film { score } } }", {}),
        ("{ media { score title } }", {"score": 0, "title": None}),
        ("{ media { score __typename } }", {"score": 0, "__typename": None}),
    ],
)
async def test_an_object_whose_type_is_protected_is_no_silent_gap(
    query: str, item: dict[str, Any]
) -> None:
    federation = media()
    response = await federation.response(query)
    assert response.data == {
        "media": [
            {key: each["score"] if value == 0 else value for key, value in item.items()}
            for each in MEDIA
        ]
    }
    message = "Not authorized to read a key that the type of this object needs."
    assert response.errors == [
        {
            "message": message,
            "path": ["media", index],
            "extensions": {"code": "UNAUTHORIZED_FIELD_OR_TYPE"},
        }
        for index in (0, 1)
    ]
    assert federation.called() == {"scores": 1}
    assert "secret" not in json.dumps(response.body())
