"""The edge before the real gateway: audits, limits, and subgraphs behind real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession
from graphql import get_introspection_query

from gateway.context import REQUEST_ID, RequestContext
from gateway.execution.streams import Sink
from gateway.gateway import Gateway, GraphQLRequest, GraphQLResponse
from gateway.policy.limits import Limits
from gateway.server.app import create_app
from gateway.server.pages.node import run_node
from gateway.server.settings import ServerSettings
from gateway.transport.http import HttpTransport
from gateway.transport.protocol import SubgraphRequest
from tests.gateway.server.node_programs import installed
from tests.gateway.server.running import running
from tests.gateway.shop import shop
from tests.gateway.subgraphs import Federation, Subgraph

MODERN = "application/graphql-response+json"


@pytest.fixture(scope="module")
def federation() -> Federation:
    return shop(check=Limits().check)


@pytest.fixture(scope="module")
async def served(federation: Federation) -> AsyncIterator[str]:
    async with running(create_app(ServerSettings(federation.gateway))) as url:
        yield url


@pytest.fixture
async def client(served: str) -> AsyncIterator[ClientSession]:
    async with ClientSession(served, headers={"accept": MODERN}) as session:
        yield session


async def post(client: ClientSession, query: str) -> tuple[int, Any]:
    async with client.post("/graphql", json={"query": query}) as response:
        return response.status, orjson.loads(await response.read())


@pytest.mark.node
async def test_all_audits_are_ok(served: str) -> None:
    folder = await asyncio.to_thread(installed, Path(__file__).parent / "node")
    output = await asyncio.to_thread(
        run_node, folder / "audits.mjs", [f"{served}/graphql"], folder=folder
    )
    results = orjson.loads(output)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61


async def test_introspection_as_graphiql_sends_it(client: ClientSession) -> None:
    query = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True
    )
    status, body = await post(client, query)
    assert (status, "errors" in body) == (200, False)
    assert body["data"]["__schema"]["queryType"]["name"] == "Query"


@pytest.mark.parametrize(
    ("limit", "query"),
    [
        ("depth", "{ me { " + "reviews { author { " * 8 + "id" + " } }" * 8 + " } }"),
        ("aliases", "{ me { " + " ".join(f"a{i}: id" for i in range(101)) + " } }"),
        ("root_fields", "{ " + " ".join(f"a{i}: me {{ id }}" for i in range(21)) + " }"),
        ("directives", "{ me { id " + "@include(if: true) " * 51 + "} }"),
        ("nesting", "{ " + "... { " * 100 + "__typename" + " }" * 100 + " }"),
    ],
)
async def test_limits(
    client: ClientSession, federation: Federation, limit: str, query: str
) -> None:
    for subgraph in federation.subgraphs.values():
        subgraph.calls.clear()
    status, body = await post(client, query)
    assert status == 400
    assert "data" not in body
    extensions = [error["extensions"] for error in body["errors"]]
    assert [(e["code"], e["limit"]) for e in extensions] == [("LIMIT_EXCEEDED", limit)]
    assert federation.called() == {}


async def test_error_in_the_data_has_the_request_id(
    client: ClientSession, federation: Federation
) -> None:
    async def broken(_: SubgraphRequest) -> dict[str, Any]:
        raise ZeroDivisionError("a secret of ours")

    accounts = federation.subgraphs["accounts"]
    accounts.answer = broken
    headers = {"x-request-id": "request-0003"}
    try:
        async with client.get("/graphql?query={me{name}}", headers=headers) as response:
            body = orjson.loads(await response.read())
    finally:
        accounts.answer = None
    assert (response.status, body["data"]) == (200, {"me": None})
    (error,) = body["errors"]
    assert error["path"] == ["me"]
    assert error["extensions"]["requestId"] == "request-0003"
    assert "secret" not in str(body)


class Served:
    """A subgraph of the test's federation as an executor: it gets an edge of its own."""

    def __init__(self, subgraph: Subgraph) -> None:
        self.subgraph = subgraph
        self.headers: list[dict[str, str]] = []

    async def execute(
        self, request: GraphQLRequest, context: RequestContext, *, allow_mutations: bool = True
    ) -> GraphQLResponse:
        self.headers.append(dict(context.headers))
        sent = SubgraphRequest(request.query, request.variables, "query", context)
        answer = await self.subgraph.execute(sent)
        return GraphQLResponse(answer["data"], list(answer["errors"]), executed=True)

    async def is_subscription(self, request: GraphQLRequest) -> bool:
        return False

    async def subscribe(
        self, request: GraphQLRequest, context: RequestContext, sink: Sink
    ) -> GraphQLResponse:
        return GraphQLResponse(None, [], executed=False)


async def test_subgraphs_over_http_answer_as_in_process(federation: Federation) -> None:
    query = "{ users { name reviews { stars about { ... on Book { title shipping } } } } }"
    async with AsyncExitStack() as stack:
        transports, executors = {}, {}
        for name, subgraph in federation.subgraphs.items():
            executors[name] = Served(subgraph)
            url = await stack.enter_async_context(
                running(create_app(ServerSettings(executors[name])))
            )
            transports[name] = HttpTransport(f"{url}/graphql")
        gateway = Gateway(federation.sdl, transports)
        headers = {"authorization": "Bearer x", "x-request-id": "request-0004"}
        context = RequestContext("request-0004", None, headers)
        remote = await gateway.execute(GraphQLRequest(query), context)
        await gateway.close()
    local = await federation.gateway.execute(GraphQLRequest(query), context)
    assert remote == local
    assert remote.errors == []
    seen = [sent for executor in executors.values() for sent in executor.headers]
    assert len(seen) >= 4
    assert seen == [headers] * len(seen)


async def test_a_defect_is_told_with_the_id_of_its_request() -> None:
    told: list[tuple[str, str]] = []

    async def on_defect(where: str, _: BaseException) -> str:
        told.append((where, REQUEST_ID.get()))
        return "err_1"

    async def broken(_: SubgraphRequest) -> Any:
        raise KeyError("secret")

    subgraph = Subgraph("type Query { here: Int }", answer=broken)
    gateway = Federation({"a": subgraph}, on_defect=on_defect).gateway
    async with (
        running(create_app(ServerSettings(gateway))) as url,
        ClientSession(url) as session,
    ):
        for id in ("request-0001", "request-0002"):
            headers = {"x-request-id": id}
            async with session.post("/graphql", json={"query": "{ here }"}, headers=headers) as got:
                assert (await got.json())["errors"][0]["extensions"]["id"] == "err_1"
    assert told == [("subgraph a", "request-0001"), ("subgraph a", "request-0002")]
