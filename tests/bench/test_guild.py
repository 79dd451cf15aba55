"""The benchmark of gateways asks what it says: one answer, and seven calls for it."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson

from bench.gateway import rows
from bench.guild.contender import FLOOR, OURS
from bench.guild.load import Series
from bench.guild.resolvers import Subgraphs
from bench.guild.shape import QUERY, SUBGRAPHS, supergraph
from bench.guild.subgraphs import Answers
from bench.plans import synthetic
from gateway.context import RequestContext
from gateway.gateway import Gateway, GatewaySettings, GraphQLRequest
from gateway.transport.local import LocalTransport
from gateway.transport.protocol import SubgraphRequest


async def test_the_query_takes_seven_calls_and_has_no_errors() -> None:
    subgraphs = Subgraphs()
    calls: list[str] = []

    def transport(name: str) -> LocalTransport:
        async def execute(request: SubgraphRequest) -> Mapping[str, Any]:
            calls.append(name)
            asked = {"query": request.document, "variables": dict(request.variables)}
            return subgraphs.answer(name, asked)

        return LocalTransport(execute)

    gateway = Gateway(supergraph("http://x.invalid"), {name: transport(name) for name in SUBGRAPHS})
    answer = await gateway.execute(GraphQLRequest(QUERY), RequestContext("bench"))
    assert answer.errors == []
    assert answer.data is not None
    assert sorted(calls) == [
        "accounts",
        "accounts",
        "inventory",
        "inventory",
        "products",
        "products",
        "reviews",
    ]
    assert 80_000 < len(orjson.dumps(answer.body())) < 95_000
    first = answer.data["topProducts"][0]
    assert first["shippingEstimate"] == 50
    assert answer.data["users"][0]["reviews"][0]["product"]["reviews"][0]["author"]["name"]


def test_the_subgraphs_answer_equal_requests_with_equal_bytes_and_count_them() -> None:
    answers = Answers()
    body = orjson.dumps({"query": "{ me { id name } }"})
    head = b"POST /accounts HTTP/1.1\r\nAuthorization: Bearer x\r\n"
    first = answers.find(b"/accounts", head, body)
    assert first.endswith(b'{"data":{"me":{"id":"1","name":"Ada Andersen"}}}')
    assert answers.find(b"/accounts", b"POST /accounts HTTP/1.1\r\n", body) == first
    counted = answers.find(b"/calls", b"", b"").rpartition(b"\r\n")[2]
    assert orjson.loads(counted) == {"calls": {"accounts": 2}, "authorized": 1}


def test_rows_compare_with_the_floor_under_the_same_load() -> None:
    def series(name: str, load: str, cpu: float) -> Series:
        return Series(name, load, 10, 2.0, cpu, 14, [1_000_000, 3_000_000])

    found = rows(
        [
            series(OURS.name, "one", 0.008),
            series(FLOOR.name, "one", 0.004),
            series(OURS.name, "many", 0.006),
            series(FLOOR.name, "many", 0.002),
        ]
    )
    assert [row.cpu_x for row in found] == [2, 1, 3, 1]
    assert [row.cpu_ms for row in found] == [4, 2, 3, 1]
    assert (found[0].per_second, found[0].p50_ms, found[0].p99_ms, found[0].calls) == (1, 1, 3, 7)


def test_synthetic_supergraphs_plan() -> None:
    async def nobody(_: SubgraphRequest) -> Mapping[str, Any]:
        raise AssertionError("planning asks no subgraph")

    names = [f"s{number:03}" for number in range(9)]
    gateway = Gateway(
        synthetic.supergraph(9),
        {name: LocalTransport(nobody) for name in names},
        settings=GatewaySettings(max_tokens=100_000, planning_seconds=60),
    )
    query = synthetic.operation(9, 1_000)
    assert query.count("from") == 200
    plan = gateway.plan(query)
    assert {request.graph for request in plan.requests} == set(names)
    asyncio.run(gateway.close())
