"""What a failing subgraph costs: its own fields, with one error at each place that misses them."""

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.gateway import GatewaySettings
from gateway.transport.protocol import SubgraphRequest, SubgraphUnavailable
from tests.gateway.subgraphs import Answer, Federation, Subgraph, resolve_with


def answering(answer: Any) -> Answer:
    async def execute(_request: SubgraphRequest) -> Mapping[str, Any]:
        if isinstance(answer, BaseException):
            raise answer
        given: Mapping[str, Any] = answer
        return given

    return execute


def teams(second: str = "badge: Int", **arguments: Any) -> Federation:
    """Four places with three people: one person leads twice."""
    rows = [{"id": "t1", "lead": {"id": "p1"}}, {"id": "t2", "lead": {"id": "p2"}}]
    return Federation(
        {
            "org": Subgraph(
                'type Person @key(fields: "id") { id: ID! } '
                "type Team { id: ID! lead: Person must: Person! } "
                "type Query { teams: [Team!] boss: Person }",
                {
                    "Query.teams": resolve_with(lambda: rows),
                    "Query.boss": resolve_with(lambda: {"id": "p1"}),
                    "Team.must": lambda team, _info: team["lead"],
                },
            ),
            "people": Subgraph(
                f'type Person @key(fields: "id") {{ id: ID! name: String {second} }} '
                "type Query { count: Int! any: Person }",
                {"Query.count": resolve_with(lambda: 3)},
                {"Person": lambda found: {**found, "name": found["id"], "badge": 7}},
            ),
        },
        **arguments,
    )


def places(errors: list[dict[str, Any]]) -> list[Any]:
    return [error["path"] for error in errors]


async def test_a_subgraph_that_is_unavailable() -> None:
    federation = teams()
    federation.subgraphs["people"].answer = answering(SubgraphUnavailable("refused by 10.0.0.1"))
    response = await federation.response("{ teams { id chief: lead { name } } boss { id name } }")
    assert response.executed
    assert response.data == {
        "teams": [{"id": "t1", "chief": {"name": None}}, {"id": "t2", "chief": {"name": None}}],
        "boss": {"id": "p1", "name": None},
    }
    assert response.errors == [
        {
            "message": "The subgraph did not answer.",
            "path": path,
            "extensions": {"code": "SUBGRAPH_UNAVAILABLE", "subgraph": "people"},
        }
        for path in (["teams", 0, "chief"], ["boss"], ["teams", 1, "chief"])
    ]


async def test_a_root_fetch_that_fails_names_its_fields() -> None:
    federation = teams()
    federation.subgraphs["org"].answer = answering(SubgraphUnavailable("timed out"))
    response = await federation.response("{ all: teams { id } boss { id name } count }")
    assert response.data == {"all": None, "boss": None, "count": 3}
    assert places(response.errors) == [["all"], ["boss"]]
    assert [error["extensions"]["code"] for error in response.errors] == [
        "SUBGRAPH_UNAVAILABLE"
    ] * 2
    assert federation.called() == {"org": 1, "people": 1}


@pytest.mark.parametrize(
    "garbage",
    [
        None,
        [],
        "<html>",
        {},
        {"data": None},
        {"data": []},
        {"data": {}},
        {"data": {"_entities": None}},
        {"data": {"_entities": {}}},
        {"data": {"_entities": []}},
        {"data": {"_entities": [{"name": "p1"}]}},
        {"data": {"_entities": [{"name": "p1"}, {"name": "p2"}, {"name": "p3"}]}},
        {"data": {"_entities": ["p1", "p2"]}},
        {"data": {"_entities": [["p1"], 3]}},
        {"data": None, "errors": "broken"},
    ],
)
async def test_garbage_is_an_error_at_each_entity_and_never_anothers_data(garbage: Any) -> None:
    federation = teams()
    federation.subgraphs["people"].answer = answering(garbage)
    response = await federation.response("{ teams { id lead { name } } }")
    assert response.data == {
        "teams": [{"id": "t1", "lead": {"name": None}}, {"id": "t2", "lead": {"name": None}}]
    }
    assert places(response.errors) == [["teams", 0, "lead"], ["teams", 1, "lead"]]
    assert {error["extensions"]["code"] for error in response.errors} == {"INVALID_SUBGRAPH_ANSWER"}


@pytest.mark.parametrize(
    ("answer", "data", "path"),
    [
        ({"boss": "p1"}, {"boss": None}, ["boss"]),
        ({"boss": [{"id": "p1"}]}, {"boss": None}, ["boss"]),
        ({"boss": {"id": {"a": 1}}}, {"boss": None}, ["boss", "id"]),
        ({"boss": {"id": None}}, {"boss": None}, ["boss", "id"]),
        ({"boss": {}}, {"boss": None}, ["boss", "id"]),
    ],
)
async def test_values_of_the_wrong_type_become_null(answer: Any, data: Any, path: Any) -> None:
    federation = teams()
    federation.subgraphs["org"].answer = answering({"data": answer})
    response = await federation.response("{ boss { id } }")
    assert response.data == data
    assert places(response.errors) == [path]
    assert response.errors[0]["extensions"] == {"code": "INVALID_SUBGRAPH_ANSWER"}


async def test_an_entity_error_appears_once_per_place_of_the_entity() -> None:
    federation = teams()
    federation.subgraphs["people"].answer = answering(
        {
            "data": {"_entities": [{"name": None}, {"name": "p2"}]},
            "errors": [
                {
                    "message": "no name",
                    "path": ["_entities", 0, "name"],
                    "locations": [{"line": 1, "column": 9}],
                    "extensions": {"code": "NO_NAME", "hint": 1},
                }
            ],
        }
    )
    response = await federation.response("{ teams { lead { name } must { name } } }")
    assert response.data == {
        "teams": [
            {"lead": {"name": None}, "must": {"name": None}},
            {"lead": {"name": "p2"}, "must": {"name": "p2"}},
        ]
    }
    extensions = {"code": "NO_NAME", "hint": 1, "subgraph": "people"}
    assert response.errors == [
        {"message": "no name", "path": ["teams", 0, "lead", "name"], "extensions": extensions},
        {"message": "no name", "path": ["teams", 0, "must", "name"], "extensions": extensions},
    ]


async def test_errors_without_a_usable_path_are_kept() -> None:
    federation = teams()
    federation.subgraphs["people"].answer = answering(
        {
            "data": {"_entities": [{"name": "p1"}]},
            "errors": [
                {"message": "a"},
                {"message": "b", "path": ["_entities", 9, "name"]},
                {"message": "c", "path": "name"},
                "text",
            ],
        }
    )
    response = await federation.response("{ boss { name } }")
    assert response.data == {"boss": {"name": "p1"}}
    assert [error["message"] for error in response.errors] == [
        "a",
        "b",
        "c",
        "The subgraph reported an error.",
    ]
    assert all("path" not in error for error in response.errors)
    assert response.errors[0]["extensions"] == {
        "code": "DOWNSTREAM_SERVICE_ERROR",
        "subgraph": "people",
    }


async def test_an_error_inside_what_only_the_planner_selected_points_at_the_clients_field() -> None:
    federation = teams()
    federation.subgraphs["org"].answer = answering(
        {
            "data": {"boss": None},
            "errors": [{"message": "no id", "path": ["boss", "id"]}],
        }
    )
    response = await federation.response("{ boss { name } }")
    assert response.data == {"boss": None}
    assert places(response.errors) == [["boss"]]


@pytest.mark.parametrize(
    ("query", "data", "path"),
    [
        ("{ boss { badge } }", {"boss": None}, ["boss", "badge"]),
        ("{ teams { lead { badge } } }", {"teams": [{"lead": None}] * 2}, None),
        ("{ teams { must { badge } } }", {"teams": None}, ["teams", 0, "must", "badge"]),
    ],
)
async def test_null_propagates_to_the_next_nullable_field(query: str, data: Any, path: Any) -> None:
    federation = teams("badge: Int!")
    people = federation.subgraphs["people"]
    count = 1 if "boss" in query else 2
    people.answer = answering({"data": {"_entities": [{"badge": None}] * count}})
    response = await federation.response(query)
    assert response.data == data
    assert places(response.errors)[0] == (path or ["teams", 0, "lead", "badge"])
    assert response.errors[0]["message"] == "Cannot return null for the non-nullable field badge."


async def test_a_reported_error_explains_the_null_that_it_causes() -> None:
    federation = teams("badge: Int!")
    federation.subgraphs["people"].answer = answering(
        {
            "data": {"_entities": [None]},
            "errors": [{"message": "lost", "path": ["_entities", 0, "badge"]}],
        }
    )
    response = await federation.response("{ boss { badge } }")
    assert response.data == {"boss": None}
    assert [(e["message"], e["path"]) for e in response.errors] == [("lost", ["boss", "badge"])]


async def test_a_transports_defect_is_masked_and_told() -> None:
    told: list[tuple[str, str]] = []

    async def on_defect(where: str, defect: BaseException) -> str:
        told.append((where, repr(defect)))
        return "err_1"

    federation = teams(on_defect=on_defect)
    federation.subgraphs["people"].answer = answering(KeyError("secret"))
    response = await federation.response("{ boss { id name } }")
    assert response.data == {"boss": {"id": "p1", "name": None}}
    assert response.errors == [
        {
            "message": "Internal error.",
            "path": ["boss"],
            "extensions": {"code": "INTERNAL", "subgraph": "people", "id": "err_1"},
        }
    ]
    assert told == [("subgraph people", "KeyError('secret')")]


async def test_masked_errors_keep_code_and_subgraph_only() -> None:
    federation = teams(settings=GatewaySettings(mask_subgraph_errors=True))
    federation.subgraphs["people"].answer = answering(
        {
            "data": {"_entities": [None]},
            "errors": [
                {
                    "message": "secret",
                    "path": ["_entities", 0],
                    "extensions": {"code": "FORBIDDEN", "stack": "secret"},
                }
            ],
        }
    )
    response = await federation.response("{ boss { name } }")
    assert response.errors == [
        {
            "message": "The subgraph reported an error.",
            "path": ["boss"],
            "extensions": {"code": "FORBIDDEN", "subgraph": "people"},
        }
    ]


async def test_errors_of_aliased_entity_calls_find_their_place() -> None:
    federation = teams()
    people = federation.subgraphs["people"]
    people.answer = answering(
        {
            "data": {"_e0": [{"name": "x"}, {"name": "y"}], "_e1": [{"badge": None}]},
            "errors": [{"message": "no badge", "path": ["_e1", 0, "badge"]}],
        }
    )
    response = await federation.response("{ teams { lead { name } } boss { badge } }")
    assert response.data == {
        "teams": [{"lead": {"name": "x"}}, {"lead": {"name": "y"}}],
        "boss": {"badge": None},
    }
    assert places(response.errors) == [["boss", "badge"]]
