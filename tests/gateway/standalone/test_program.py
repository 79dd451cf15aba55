"""The whole program: a process that serves two real subgraphs, and follows its file."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from gateway.configuration.load import json_schema
from gateway.server.listen import listen
from tests.gateway.policy.tokens import AUDIENCE, ISSUER, Signer, jwks
from tests.gateway.served import Served, composed, served
from tests.gateway.standalone.process import ROOT, Running, finished, put, running
from tests.gateway.standalone.shop import reviews, stock, users

ALL = "{ me { id name reviews } count }"
ANSWER = {"data": {"me": {"id": "u1", "name": "Ada", "reviews": ["of u1"]}, "count": 2}}
FAST = "supergraph: {reload: {poll_interval: 20ms}}\n"


@pytest.fixture
async def servers() -> AsyncIterator[dict[str, Served]]:
    async with served({"users": users(), "reviews": reviews(), "stock": stock()}) as found:
        yield found


@pytest.fixture
def supergraph(servers: dict[str, Served], tmp_path: Path) -> Path:
    path = tmp_path / "supergraph.graphql"
    path.write_text(composed({name: servers[name] for name in ("users", "reviews")}))
    return path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "gateway.yaml"
    path.write_text(FAST)
    return path


async def ask(gateway: Running, query: str = ALL, **headers: str) -> Any:
    async with (
        ClientSession(headers=headers) as session,
        session.post(gateway.url, json={"query": query}) as response,
    ):
        return await response.json(content_type=None)


async def status(gateway: Running, path: str) -> int:
    async with ClientSession() as session, session.get(gateway.base + path) as response:
        return response.status


async def test_it_serves_and_stops_in_good_order(supergraph: Path) -> None:
    async with running("--supergraph", supergraph) as gateway:
        assert await ask(gateway) == ANSWER
        assert await status(gateway, "/health/live") == 200
        assert await status(gateway, "/health/ready") == 200
        async with (
            ClientSession() as session,
            session.get(f"{gateway.base}/health/subgraphs") as response,
        ):
            circuits = (await response.json())["subgraphs"]
        assert circuits == {"reviews": {"circuit": "closed"}, "users": {"circuit": "closed"}}
        gateway.process.terminate()
        await gateway.until("stopped")
        assert await gateway.process.wait() == 0


async def test_a_request_in_flight_is_answered_before_it_stops(
    supergraph: Path, servers: dict[str, Served]
) -> None:
    arrived, go = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        arrived.set()
        await go.wait()

    async with running("--supergraph", supergraph) as gateway:
        servers["reviews"].subgraph.before = slow
        asking = asyncio.create_task(ask(gateway, "{ count }"))
        await arrived.wait()
        gateway.process.send_signal(signal.SIGTERM)
        go.set()
        assert await asking == {"data": {"count": 2}}
        assert await gateway.process.wait() == 0


async def test_it_follows_its_file(
    supergraph: Path, config: Path, servers: dict[str, Served]
) -> None:
    good = composed(servers)
    async with running("--supergraph", supergraph, "--config", config) as gateway:
        put(supergraph, good[:-9])
        refused = await gateway.until("supergraph refused")
        assert (refused["level"], refused["file"]) == ("error", str(supergraph))
        assert await ask(gateway) == ANSWER
        assert await status(gateway, "/health/ready") == 200
        put(supergraph, good)
        reloaded = await gateway.until("supergraph reloaded")
        assert reloaded["subgraphs"] == ["reviews", "stock", "users"]
        assert reloaded["warmed"] == 1
        assert await ask(gateway, "{ left }") == {"data": {"left": 5}}
    assert [line["event"] for line in gateway.lines if "supergraph r" in line["event"]] == [
        "supergraph refused",
        "supergraph reloaded",
    ]


async def test_reloads_under_load(
    supergraph: Path, config: Path, servers: dict[str, Served]
) -> None:
    stop = asyncio.Event()
    answers: list[Any] = []

    async def client(session: ClientSession, url: str) -> None:
        while not stop.is_set():
            async with session.post(url, json={"query": ALL}) as response:
                answers.append((response.status, await response.json(content_type=None)))

    async with running("--supergraph", supergraph, "--config", config) as gateway:
        async with ClientSession() as session:
            clients = [asyncio.create_task(client(session, gateway.url)) for _ in range(3)]
            for added in (True, False, True):
                names = ("users", "reviews", "stock") if added else ("users", "reviews")
                put(supergraph, composed({name: servers[name] for name in names}))
                line = await gateway.until("supergraph reloaded")
                assert ("stock" in line["subgraphs"]) is added
            stop.set()
            await asyncio.gather(*clients)
        assert len(answers) > 3
        assert answers == [(200, ANSWER)] * len(answers)


async def test_a_subgraphs_words_stay_inside_unless_allowed(
    supergraph: Path, config: Path, servers: dict[str, Served]
) -> None:
    def secret(*_: object) -> int:
        raise ValueError("a secret")

    schema = servers["reviews"].subgraph.schema
    schema.query_type.fields["count"].resolve = secret  # type: ignore[union-attr]  # it has one
    query = "{ count }"
    async with running("--supergraph", supergraph, "--config", config) as gateway:
        (error,) = (await ask(gateway, query))["errors"]
        assert error["message"] == "The subgraph reported an error."
        assert error["extensions"]["subgraph"] == "reviews"
    put(config, "include_subgraph_errors: {subgraphs: {reviews: true}}")
    async with running("--supergraph", supergraph, "--config", config) as gateway:
        (error,) = (await ask(gateway, query))["errors"]
        assert (error["message"], error["path"]) == ("a secret", ["count"])


async def test_tokens_are_verified(supergraph: Path, config: Path, tmp_path: Path) -> None:
    signer = Signer()
    keys = tmp_path / "keys.json"
    put(keys, json.dumps(jwks(signer)))
    jwt = f"{{jwks: {{file: keys.json}}, issuer: {ISSUER}, audience: {AUDIENCE}}}"
    put(config, f"authentication: {{router: {{jwt: {jwt}}}}}")
    async with running("--supergraph", supergraph, "--config", config) as gateway:
        assert await ask(gateway) == ANSWER
        (error,) = (await ask(gateway, authorization="Bearer nonsense"))["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
        token = signer.token(exp=2**33)
        assert await ask(gateway, authorization=f"Bearer {token}") == ANSWER
    put(keys, "[]")
    code, _, errors = await finished("--supergraph", supergraph, "--config", config)
    assert (code, errors) == (
        1,
        f"gateway: {keys} is no JSON Web Key Set with a public key for signatures\n",
    )


async def test_where_it_listens_and_what_it_serves(supergraph: Path, config: Path) -> None:
    put(
        config,
        "supergraph: {path: /api, introspection: true}\nhealth_check: {path: /up}\n"
        "graphiql: {enabled: true}",
    )
    async with running(
        "--supergraph", supergraph, "--config", config, "--host", "127.0.0.1"
    ) as gateway:
        assert gateway.url.startswith("http://127.0.0.1:")
        assert gateway.url.endswith("/api")
        assert await ask(gateway) == ANSWER
        assert "data" in await ask(gateway, "{ __schema { queryType { name } } }")
        paths = ["/up/ready", "/health/ready", "/graphql", "/graphiql"]
        found = [await status(gateway, path) for path in paths]
        assert found[:3] == [200, 404, 404]
        assert found[3] != 404


async def test_introspection_is_off_by_default(supergraph: Path) -> None:
    async with running("--supergraph", supergraph) as gateway:
        assert "errors" in await ask(gateway, "{ __schema { queryType { name } } }")


@pytest.mark.parametrize(
    ("supergraph_text", "config_text", "message"),
    [
        (None, "", "{supergraph}: cannot be read: [Errno 2] No such file or directory: "),
        ("type Query {", "", "{supergraph}: is no valid GraphQL: Syntax Error"),
        ("type Query { a: Int }", "", "{supergraph}: cannot be served: not a supergraph"),
        ("good", "limit: {}", "{config}: limit: unknown key; did you mean limits?"),
        (
            "good",
            "traffic_shaping: {subgraphs: {user: {timeout: 1s}}}",
            "traffic_shaping.subgraphs.user: the supergraph has no subgraph user; did you mean "
            "users?",
        ),
    ],
)
async def test_what_cannot_be_used_is_said_in_one_line(
    supergraph: Path,
    config: Path,
    supergraph_text: str | None,
    config_text: str,
    message: str,
) -> None:
    if supergraph_text != "good":
        put(supergraph, supergraph_text)
    put(config, config_text)
    code, output, errors = await finished("--supergraph", supergraph, "--config", config)
    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith("gateway: " + message.format(supergraph=supergraph, config=config))


async def test_a_taken_port(supergraph: Path) -> None:
    with listen("127.0.0.1", 0) as other:
        port = other.getsockname()[1]
        code, _, errors = await finished("--supergraph", supergraph, "--port", port)
    assert code == 3
    assert errors == (
        f"gateway: Port {port} on 127.0.0.1 is taken by another program: stop it, or choose "
        "another port.\n"
    )


async def test_check_reads_and_serves_nothing(supergraph: Path, config: Path) -> None:
    put(config, "supergraph: {listen: '127.0.0.1:${env.GATEWAY_PORT}'}")
    arguments = ("--supergraph", supergraph, "--config", config, "--check")
    assert await finished(*arguments, GATEWAY_PORT="1") == (0, "", "")
    code, _, errors = await finished(*arguments, GATEWAY_PORT="x")
    assert (code, errors.count("\n")) == (1, 1)


async def test_usage() -> None:
    code, _, errors = await finished()
    assert code == 2
    assert "--supergraph is missing" in errors
    assert (await finished("--print-schema"))[:2] == (0, json_schema())


async def test_souks_own_supergraph_can_be_served() -> None:
    """The committed one, though nobody answers at its URLs."""
    code, _, errors = await finished("--supergraph", ROOT / "supergraph.graphql", "--check")
    assert (code, errors) == (0, "")
