"""The facade: requests that are refused, introspection, caches, and the shape of responses."""

from collections.abc import Sequence
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    GraphQLError,
    execute_sync,
    get_introspection_query,
    parse,
    print_schema,
)

from gateway.gateway import Gateway, GatewaySettings, GraphQLRequest, GraphQLResponse
from tests.gateway.shop import shop
from tests.gateway.subgraphs import CONTEXT, Federation, Subgraph, resolve_with

SHOP = shop()


async def ask(query: str, operation_name: str | None = None, **variables: Any) -> GraphQLResponse:
    return await SHOP.gateway.execute(GraphQLRequest(query, variables, operation_name), CONTEXT)


# -- requests that are not executed


async def test_text_that_does_not_parse() -> None:
    response = await ask("{ me { ")
    assert not response.executed
    assert response.body() == {
        "errors": [
            {
                "message": "Syntax Error: Expected Name, found <EOF>.",
                "locations": [{"line": 1, "column": 8}],
                "extensions": {"code": "GRAPHQL_PARSE_FAILED"},
            }
        ]
    }


async def test_too_many_tokens() -> None:
    response = await ask("{ " + "me { id } " * 2_500 + "}")
    assert response.body()["errors"][0]["extensions"] == {"code": "GRAPHQL_PARSE_FAILED"}
    assert "token" in response.errors[0]["message"]


@pytest.mark.parametrize(
    "query",
    [
        "{ " + "reviews { author { " * 1_500 + "id" + " } }" * 1_500 + " }",
        "{ me { " + "reviews { author { " * 60 + "id" + " } }" * 60 + " } }",
        "{ search(filter: { titles: " + "[" * 2_000 + "]" * 2_000 + " }) { __typename } }",
        "{ me { ...F0 } } fragment F200 on User { id } "
        + " ".join(
            f"fragment F{n} on User {{ reviews {{ author {{ ...F{n + 1} }} }} }}"
            for n in range(200)
        ),
        "{ me { ...F0 } } fragment F1200 on User { id } "
        + " ".join(f"fragment F{n} on User {{ ...F{n + 1} }}" for n in range(1_200)),
    ],
    ids=["fields", "over the limit", "values", "fragments with fields", "fragments"],
)
async def test_a_document_that_is_nested_too_deeply_is_an_ordinary_error(query: str) -> None:
    gateway = shop(settings=GatewaySettings(max_tokens=100_000)).gateway
    response = await gateway.execute(GraphQLRequest(query), CONTEXT)
    assert not response.executed
    assert response.errors[0]["extensions"]["code"] in (
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
    )
    assert "deep" in response.errors[0]["message"]


async def test_the_deepest_document_allowed_is_answered() -> None:
    query = "{ me { " + "reviews(first: 1) { author { " * 48 + "id" + " } }" * 48 + " } }"
    response = await ask(query)
    assert response.errors == []
    inner: Any = response.data
    inner = inner["me"]
    for _ in range(48):
        inner = inner["reviews"][0]["author"]
    assert inner == {"id": "u1"}


async def test_invalid_documents() -> None:
    response = await ask("{ me { nam } }")
    assert response.body() == {
        "errors": [
            {
                "message": "Cannot query field 'nam' on type 'User'. Did you mean 'name'?",
                "locations": [{"line": 1, "column": 8}],
                "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"},
            }
        ]
    }


async def test_variables_that_do_not_fit() -> None:
    response = await ask("query ($first: Int) { users(first: $first) { id } }", first="many")
    assert not response.executed
    assert response.errors[0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert response.errors[0]["locations"] == [{"line": 1, "column": 8}]


@pytest.mark.parametrize(
    ("query", "name", "message"),
    [
        ("query A { me { id } }", "B", 'Unknown operation named "B".'),
        (
            "query A { me { id } } query B { me { id } }",
            None,
            "Must provide operation name if query contains multiple operations.",
        ),
        ("{ me { id } }", "", 'Unknown operation named "".'),
    ],
)
async def test_operations_that_cannot_be_told(query: str, name: str | None, message: str) -> None:
    response = await ask(query, name)
    assert response.body() == {
        "errors": [{"message": message, "extensions": {"code": "OPERATION_RESOLUTION_FAILURE"}}]
    }


async def test_the_named_operation_runs() -> None:
    query = "query A { me { id } } query B { me { name } }"
    assert (await ask(query, "A")).data == {"me": {"id": "u1"}}
    assert (await ask(query, "B")).data == {"me": {"name": "Ada"}}


async def test_mutations_and_subscriptions_where_they_are_not_allowed() -> None:
    federation = Federation(
        {
            "a": Subgraph(
                "type Query { n: Int } type Mutation { add: Int } type Subscription { n: Int }",
                {"Mutation.add": resolve_with(lambda: 1)},
            )
        }
    )
    gateway = federation.gateway
    request = GraphQLRequest("mutation { add }")
    refused = await gateway.execute(request, CONTEXT, allow_mutations=False)
    assert refused.body() == {
        "errors": [
            {
                "message": "Mutations are not allowed with this HTTP method.",
                "extensions": {"code": "METHOD_NOT_ALLOWED"},
            }
        ]
    }
    assert federation.called() == {}
    assert (await gateway.execute(request, CONTEXT)).data == {"add": 1}
    live = await gateway.execute(GraphQLRequest("subscription { n }"), CONTEXT)
    assert live.errors[0]["extensions"] == {"code": "OPERATION_RESOLUTION_FAILURE"}


async def test_the_check_sees_each_document_once_and_before_validation() -> None:
    seen: list[DocumentNode] = []

    def check(document: DocumentNode) -> Sequence[GraphQLError]:
        seen.append(document)
        return [GraphQLError("too dear", extensions={"code": "COST_LIMIT"})]

    gateway = shop(check=check).gateway
    for _ in range(2):
        response = await gateway.execute(GraphQLRequest("{ nothing }"), CONTEXT)
        assert response.body() == {
            "errors": [{"message": "too dear", "extensions": {"code": "COST_LIMIT"}}]
        }
    assert len(seen) == 1


# -- introspection


async def test_introspection_describes_the_api_schema_only() -> None:
    response = await ask(get_introspection_query())
    assert response.errors == []
    expected = execute_sync(SHOP.gateway.schema, parse(get_introspection_query()))
    assert response.data == expected.data
    assert "join__" not in print_schema(SHOP.gateway.schema)
    assert "_entities" not in print_schema(SHOP.gateway.schema)


async def test_introspection_beside_data() -> None:
    query = """query ($name: String!, $skip: Boolean!) {
      kind: __typename  me { __typename }
      ...Meta  skipped: __schema @skip(if: $skip) { __typename }
    }
    fragment Meta on Query { t: __type(name: $name) { name kind } }"""
    response = await ask(query, name="Hit", skip=True)
    assert response.body() == {
        "data": {
            "kind": "Query",
            "me": {"__typename": "User"},
            "t": {"name": "Hit", "kind": "UNION"},
        }
    }
    assert (await ask(query, name="None", skip=False)).data == {
        "kind": "Query",
        "me": {"__typename": "User"},
        "t": None,
        "skipped": {"__typename": "__Schema"},
    }


async def test_introspection_off_hides_suggestions_too() -> None:
    gateway = shop(settings=GatewaySettings(introspection=False)).gateway
    response = await gateway.execute(GraphQLRequest("{ __schema { __typename } }"), CONTEXT)
    assert response.body() == {
        "errors": [
            {
                "message": "Introspection is disabled: __schema cannot be queried.",
                "locations": [{"line": 1, "column": 3}],
                "extensions": {"code": "INTROSPECTION_DISABLED"},
            }
        ]
    }
    response = await gateway.execute(GraphQLRequest("{ me { nam } }"), CONTEXT)
    assert response.errors[0]["message"] == "Cannot query field 'nam' on type 'User'."
    answer = await gateway.execute(GraphQLRequest("{ __typename }"), CONTEXT)
    assert answer.body() == {"data": {"__typename": "Query"}}


# -- responses


async def test_the_answer_has_the_order_of_the_query() -> None:
    query = "{ z: reviews { id } me { reviews { id } role name id } a: users { id } }"
    data: Any = (await ask(query)).data
    assert list(data) == ["z", "me", "a"]
    assert list(data["me"]) == ["reviews", "role", "name", "id"]


async def test_a_plan_is_made_once_per_condition_value() -> None:
    federation = shop()
    query = "query ($s: Boolean!, $n: Int) { users(first: $n) { id name @skip(if: $s) } }"
    documents: set[int] = set()
    for number in range(4):
        await federation.data(query, s=False, n=number)
        documents.add(id(federation.gateway.plan(query, variables={"s": False})))
    assert len(documents) == 1
    other = federation.gateway.plan(query, variables={"s": True})
    assert id(other) not in documents


async def test_defaults_and_explicit_null_reach_the_subgraph_as_the_client_meant_them() -> None:
    federation = Federation(
        {
            "a": Subgraph(
                "input Range { from: Int = 1 to: Int } "
                "type Query { echo(range: Range, n: Int = 5): String }",
                {"Query.echo": resolve_with(lambda **given: repr(sorted(given.items())))},
            )
        }
    )
    query = "query ($r: Range = { to: 2 }, $n: Int) { echo(range: $r, n: $n) }"
    for variables, expected in (
        ({}, [("n", 5), ("range", {"from": 1, "to": 2})]),
        ({"n": None}, [("n", None), ("range", {"from": 1, "to": 2})]),
        ({"r": {"from": None}, "n": 7}, [("n", 7), ("range", {"from": None})]),
        ({"r": None}, [("n", 5), ("range", None)]),
    ):
        assert await federation.data(query, **variables) == {"echo": repr(expected)}


async def test_a_defect_of_the_gateway_is_masked_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    async def on_defect(where: str, defect: BaseException) -> str:
        told.append(f"{where}: {defect!r}")
        return "err_9"

    gateway = shop(on_defect=on_defect).gateway

    def explode(*_arguments: Any) -> Any:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(gateway, "_prepare", explode)
    response = await gateway.execute(GraphQLRequest("{ me { id } }"), CONTEXT)
    assert response.body() == {
        "errors": [
            {"message": "Internal error.", "extensions": {"code": "INTERNAL", "id": "err_9"}}
        ],
        "data": None,
    }
    assert told == ["gateway: ZeroDivisionError('secret')"]


async def test_planning_over_budget_is_an_error_of_the_operation() -> None:
    gateway = shop(settings=GatewaySettings(planning_seconds=0.0)).gateway
    response = await gateway.execute(GraphQLRequest("{ me { id } }"), CONTEXT)
    assert response.body() == {
        "errors": [
            {
                "message": "Planning the operation took too long.",
                "extensions": {"code": "QUERY_PLANNING_FAILED"},
            }
        ],
        "data": None,
    }


# -- life


def test_a_gateway_needs_a_transport_for_every_subgraph() -> None:
    with pytest.raises(ValueError, match="no transport for the subgraphs catalog, shipping"):
        Gateway(SHOP.sdl, {name: SHOP.subgraphs[name] for name in ("accounts", "reviewing")})


async def test_close_closes_every_transport_once() -> None:
    federation = shop()
    await federation.gateway.close()
    assert [subgraph.closed for subgraph in federation.subgraphs.values()] == [1, 1, 1, 1]
