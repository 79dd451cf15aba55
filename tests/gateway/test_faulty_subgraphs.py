"""One of two subgraphs fails in every way a server can: the other's data arrives all the same."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from gateway.configuration.settings import Settings
from gateway.context import RequestContext
from gateway.gateway import Gateway, GatewaySettings, GraphQLRequest
from gateway.standalone.supergraph import load
from gateway.transport.http import HttpSettings, HttpTransport
from gateway.transport.retry import RetrySettings
from tests.gateway.faulty import (
    MODERN,
    answering,
    bomb,
    elsewhere,
    hanging,
    in_reverse,
    reset,
    silent,
)
from tests.gateway.served import Fault, Served, composed, served
from tests.gateway.subgraphs import Subgraph, resolve_with

TEAMS = [{"id": "t1", "lead": {"id": "p1"}}, {"id": "t2", "lead": {"id": "p2"}}]
QUERY = "{ teams { id lead { id name } } chief: count }"
HTTP = HttpSettings(timeout=2, max_response_bytes=50_000, retry=RetrySettings(1))
SECRET = "select * from people failed at 10.0.0.7"
NO_NAMES = [
    {"id": "t1", "lead": {"id": "p1", "name": None}},
    {"id": "t2", "lead": {"id": "p2", "name": None}},
]
AT_ENTITIES: list[list[str | int]] = [["teams", 0, "lead"], ["teams", 1, "lead"]]


def org() -> Subgraph:
    return Subgraph(
        'type Person @key(fields: "id") { id: ID! } type Team { id: ID! lead: Person } '
        "type Query { teams: [Team!] }",
        {"Query.teams": resolve_with(lambda: TEAMS)},
        {"Person": lambda found: found},
    )


def people() -> Subgraph:
    return Subgraph(
        'type Person @key(fields: "id") { id: ID! name: String } type Query { count: Int }',
        {"Query.count": resolve_with(lambda: 3)},
        {"Person": lambda found: {**found, "name": found["id"]}},
    )


@pytest.fixture
async def servers() -> AsyncIterator[dict[str, Served]]:
    async with served({"org": org(), "people": people()}) as found:
        yield found


async def asked(
    servers: dict[str, Served],
    fault: Fault | None,
    query: str = QUERY,
    *,
    masked: bool = True,
    settings: HttpSettings = HTTP,
) -> tuple[Any, list[dict[str, Any]]]:
    servers["people"].fault = fault
    transports = {name: HttpTransport(each.url, settings) for name, each in servers.items()}
    gateway = Gateway(
        composed(servers), transports, settings=GatewaySettings(mask_subgraph_errors=masked)
    )
    try:
        answer = await gateway.execute(GraphQLRequest(query), RequestContext("request-1"))
    finally:
        await gateway.close()
    assert answer.executed
    return answer.data, answer.errors


def entities(*values: object) -> Fault:
    """Answers entity fetches with `values`, and counts rightly."""

    async def fault(request: web.Request) -> web.Response:
        document = (await request.json())["query"]
        if "_entities" not in document:
            return web.json_response({"data": {"chief": 3}})
        return web.json_response({"data": {"_entities": list(values)}})

    return fault


@pytest.mark.parametrize(
    "fault",
    [
        silent,
        hanging,
        reset,
        bomb,
        elsewhere,
        answering(b"\x00\xff garbage"),
        answering(b'{"data": {"chief": 3'),
        answering(b"<h1>It works!</h1>", content_type="text/html"),
        answering({"data": {"chief": 3}}, content_type="text/html"),
        answering({"data": {"chief": 3}, "pad": "x" * 60_000}),
        answering({"errors": [{"message": SECRET}]}, 500),
        answering({"data": {"chief": 3}}, 500),
        answering([{"data": {"chief": 3}}]),
        answering({"data": [3]}),
        answering({"data": "3"}),
        answering({"data": {"chief": 3}, "errors": SECRET}),
        answering({}),
        answering(b""),
        answering(b"[" * 40_000),
    ],
    ids=[
        "slow",
        "hang",
        "reset",
        "bomb",
        "redirect",
        "garbage",
        "cut",
        "html",
        "html-type",
        "much",
        "500",
        "500-data",
        "batch",
        "list",
        "string",
        "errors",
        "empty",
        "nothing",
        "deep",
    ],
)
async def test_no_answer(servers: dict[str, Served], fault: Fault) -> None:
    data, errors = await asked(servers, fault)
    assert data == {"teams": NO_NAMES, "chief": None}
    assert sorted(errors, key=str) == sorted(
        (
            {
                "message": "The subgraph did not answer.",
                "path": path,
                "extensions": {"code": "SUBGRAPH_UNAVAILABLE", "subgraph": "people"},
            }
            for path in [["chief"], *AT_ENTITIES]
        ),
        key=str,
    )
    assert servers["people"].seen == 2


async def test_down(servers: dict[str, Served]) -> None:
    with_port_of_nobody = dict(servers)
    with_port_of_nobody["people"] = Served(people(), "http://127.0.0.1:9/graphql")
    data, errors = await asked(with_port_of_nobody, None)
    assert data == {"teams": NO_NAMES, "chief": None}
    assert {error["extensions"]["code"] for error in errors} == {"SUBGRAPH_UNAVAILABLE"}
    assert "127.0.0.1" not in str(errors)


@pytest.mark.parametrize("masked", [True, False])
async def test_500_with_a_graphql_body(servers: dict[str, Served], masked: bool) -> None:
    body = {"errors": [{"message": SECRET, "extensions": {"code": "X", "sql": SECRET}}]}
    fault = answering(body, 500, MODERN)
    data, errors = await asked(servers, fault, "{ teams { id } chief: count }", masked=masked)
    assert data == {"teams": [{"id": "t1"}, {"id": "t2"}], "chief": None}
    extensions = {"code": "X", "subgraph": "people"}
    assert errors == [
        {
            "message": "The subgraph reported an error." if masked else SECRET,
            "path": ["chief"],
            "extensions": extensions if masked else {**extensions, "sql": SECRET},
        }
    ]


@pytest.mark.parametrize(
    ("fault", "names", "paths"),
    [
        (entities({"name": "p1"}, None), ["p1", None], []),
        (entities(None, {"name": "p2"}), [None, "p2"], []),
        (entities({"name": "p1"}, 7), ["p1", None], [AT_ENTITIES[1]]),
        (entities({"name": "p1"}, {}), ["p1", None], []),
        (entities({"name": "p1"}), [None, None], AT_ENTITIES),
        (entities({"name": "p1"}, {"name": "p2"}, {"name": "p3"}), [None, None], AT_ENTITIES),
        (entities(), [None, None], AT_ENTITIES),
        (
            entities({"name": "p1"}, {"name": {"first": "p2"}}),
            ["p1", None],
            [["teams", 1, "lead", "name"]],
        ),
        (
            entities({"name": ["p1"]}, {"name": "p2"}),
            [None, "p2"],
            [["teams", 0, "lead", "name"]],
        ),
    ],
    ids=[
        "missing-second",
        "missing-first",
        "number",
        "no-fields",
        "fewer",
        "more",
        "none",
        "object",
        "list",
    ],
)
async def test_wrong_entities(
    servers: dict[str, Served], fault: Fault, names: list[str | None], paths: list[Any]
) -> None:
    data, errors = await asked(servers, fault)
    assert [team["lead"]["name"] for team in data["teams"]] == names
    assert [team["lead"]["id"] for team in data["teams"]] == ["p1", "p2"]
    assert data["chief"] == 3
    assert [error["path"] for error in errors] == paths
    assert {error["extensions"]["code"] for error in errors} <= {"INVALID_SUBGRAPH_ANSWER"}


@pytest.mark.parametrize("wrong", ["three", {"a": 1}, [3], 3.5])
async def test_a_root_field_of_the_wrong_type(servers: dict[str, Served], wrong: object) -> None:
    fault = answering({"data": {"chief": wrong}})
    data, errors = await asked(servers, fault, "{ teams { id } chief: count }")
    assert data == {"teams": [{"id": "t1"}, {"id": "t2"}], "chief": None}
    assert [error["path"] for error in errors] == [["chief"]]


async def test_entities_in_another_order(servers: dict[str, Served]) -> None:
    servers["people"].fault = in_reverse
    loaded = load(composed(servers), Settings())
    answer = await loaded.gateway.execute(GraphQLRequest(QUERY), RequestContext("request-1"))
    await loaded.gateway.close()
    assert answer.data == {"teams": NO_NAMES, "chief": 3}
    assert [error["path"] for error in answer.errors] == AT_ENTITIES
    assert {error["extensions"]["code"] for error in answer.errors} == {"INVALID_SUBGRAPH_ANSWER"}


async def test_it_recovers(servers: dict[str, Served]) -> None:
    _, errors = await asked(servers, hanging)
    assert errors
    data, errors = await asked(servers, None)
    assert errors == []
    assert [team["lead"]["name"] for team in data["teams"]] == ["p1", "p2"]


async def test_a_lost_connection_costs_nothing_where_a_query_may_be_sent_again(
    servers: dict[str, Served],
) -> None:
    lost = 0

    async def once(request: web.Request) -> web.StreamResponse:
        nonlocal lost
        lost += 1
        servers["people"].fault = None
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    data, errors = await asked(servers, once, settings=HttpSettings())
    assert (errors, data["chief"], lost) == ([], 3, 1)
