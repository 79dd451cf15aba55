"""One agent over HTTP: what a client asks for in vain is the client's error, and no defect."""

from pathlib import Path

import pytest

from gateway.context import RequestContext
from gateway.gateway import GraphQLRequest
from models.database import Database
from souk.agent_server import AgentExecutor
from tests.platform import Platform

MUTATION = 'mutation { pauseProduct(input: {productId: "x", idempotencyKey: "k"}) { __typename } }'


@pytest.fixture
def executor(databases: dict[str, Database], tmp_path: Path) -> AgentExecutor:
    return AgentExecutor(Platform(databases, tmp_path / "spool").agent("product"), "product")


@pytest.mark.parametrize(
    ("query", "name", "code", "message"),
    [
        (
            MUTATION,
            None,
            "METHOD_NOT_ALLOWED",
            "Mutations are not allowed with this HTTP method.",
        ),
        (
            "query A { __typename }",
            "B",
            "OPERATION_RESOLUTION_FAILURE",
            'Unknown operation named "B".',
        ),
        (
            "fragment F on Query { __typename }",
            None,
            "OPERATION_RESOLUTION_FAILURE",
            "Must provide an operation.",
        ),
    ],
)
async def test_an_operation_that_cannot_be_run(
    executor: AgentExecutor, query: str, name: str | None, code: str, message: str
) -> None:
    request = GraphQLRequest(query, operation_name=name)
    answer = await executor.execute(request, RequestContext("req_1"), allow_mutations=False)
    assert answer.body() == {"errors": [{"message": message, "extensions": {"code": code}}]}


async def test_a_post_may_change_something(executor: AgentExecutor) -> None:
    answer = await executor.execute(GraphQLRequest(MUTATION), RequestContext("req_1"))
    assert answer.data == {"pauseProduct": {"__typename": "PauseProductPayload"}}
    assert answer.operation_type == "mutation"


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("{ products { edges { node { " + "category { parent { " * 12 + "id" + " } }" * 12
         + " } } } }", "depth"),
        ("{ products { edges { node { " + " ".join(f"a{n}: id" for n in range(1_001)) + " } } } }",
         "aliases"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(201)) + " }", "root_fields"),
        ("{ __typename " + "@include(if: true) " * 51 + "}", "directives"),
        ("{ " + "id " * 20_000 + "}", "tokens"),
    ],
)  # fmt: skip
async def test_hostile_documents_are_refused_by_name(
    executor: AgentExecutor, query: str, limit: str
) -> None:
    answer = await executor.execute(GraphQLRequest(query), RequestContext("req_1"))
    assert not answer.executed
    assert [error["extensions"] for error in answer.errors] == [
        {"code": "LIMIT_EXCEEDED", "limit": limit}
    ]


async def test_a_document_that_exhausts_the_parser_is_refused(executor: AgentExecutor) -> None:
    query = "{ a" * 5_000 + " }" * 5_000
    answer = await executor.execute(GraphQLRequest(query), RequestContext("req_1"))
    assert not answer.executed
    [error] = answer.errors
    assert error["message"].startswith("Syntax Error: Document is nested too deeply.")
