"""What `/graphql` answers to good and to bad requests, over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import aiohttp
import orjson
import pytest

from gateway.server.app import create_app
from gateway.server.settings import ServerSettings
from tests.gateway.server.running import running
from tests.gateway.server.standin import StandIn

MODERN = "application/graphql-response+json"
LEGACY = "application/json"


@pytest.fixture(scope="module")
async def served() -> AsyncIterator[tuple[StandIn, aiohttp.ClientSession]]:
    standin = StandIn()
    app = create_app(ServerSettings(standin, timeout_seconds=0.3, body_timeout_seconds=0.3))
    async with running(app) as url, aiohttp.ClientSession(url) as session:
        yield standin, session


@pytest.fixture
def standin(served: tuple[StandIn, aiohttp.ClientSession]) -> StandIn:
    served[0].reset()
    return served[0]


@pytest.fixture
def client(
    standin: StandIn, served: tuple[StandIn, aiohttp.ClientSession]
) -> aiohttp.ClientSession:
    return served[1]


async def post(client: aiohttp.ClientSession, body: object, accept: str = MODERN) -> "Answer":
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    headers = {"content-type": LEGACY, "accept": accept}
    async with client.post("/graphql", data=data, headers=headers) as response:
        return await Answer.of(response)


class Answer:
    def __init__(self, status: int, headers: Any, body: Any) -> None:
        self.status, self.headers, self.body = status, headers, body

    @staticmethod
    async def of(response: aiohttp.ClientResponse) -> "Answer":
        return Answer(response.status, response.headers, orjson.loads(await response.read()))

    @property
    def code(self) -> str:
        assert "data" not in self.body
        assert len(self.body["errors"]) == 1
        extensions = self.body["errors"][0]["extensions"]
        assert extensions["requestId"] == self.headers["x-request-id"]
        code: str = extensions["code"]
        return code


async def test_post_answers_in_the_type_asked_for(client: aiohttp.ClientSession) -> None:
    answer = await post(client, {"query": "{ hello }"})
    assert answer.status == 200
    assert answer.headers["content-type"] == f"{MODERN}; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["vary"] == "accept"
    assert answer.body == {"data": {"hello": "Hello world"}}


async def test_variables_and_operation_name_reach_the_executor(
    client: aiohttp.ClientSession,
) -> None:
    query = "query A($n: String!) { hello(name: $n) } query B { products { id } }"
    body = {"query": query, "variables": {"n": "souk"}, "operationName": "A"}
    answer = await post(client, body)
    assert answer.body == {"data": {"hello": "Hello souk"}}


async def test_get_runs_a_query(client: aiohttp.ClientSession) -> None:
    params = {"query": "query($n:String!){hello(name:$n)}", "variables": '{"n":"ö"}'}
    async with client.get("/graphql", params=params) as response:
        answer = await Answer.of(response)
    assert answer.status == 200
    assert answer.headers["content-type"] == f"{LEGACY}; charset=utf-8"
    assert answer.body == {"data": {"hello": "Hello ö"}}


@pytest.mark.parametrize("accept", [MODERN, LEGACY, "*/*"])
async def test_get_runs_no_mutation(
    client: aiohttp.ClientSession, standin: StandIn, accept: str
) -> None:
    params = {"query": 'mutation { rename(name: "x") }'}
    async with client.get("/graphql", params=params, headers={"accept": accept}) as response:
        answer = await Answer.of(response)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert answer.code == "METHOD_NOT_ALLOWED"
    assert standin.renames == []


async def test_head_is_a_get_without_a_body(
    client: aiohttp.ClientSession, standin: StandIn
) -> None:
    async with client.head("/graphql", params={"query": "{ hello }"}) as response:
        assert (response.status, await response.read()) == (200, b"")
    async with client.head(
        "/graphql", params={"query": 'mutation { rename(name: "x") }'}
    ) as refused:
        assert refused.status == 405
    assert standin.renames == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods(client: aiohttp.ClientSession, method: str) -> None:
    async with client.request(method, "/graphql") as response:
        answer = await Answer.of(response)
    assert answer.status == 405
    assert {m.strip() for m in answer.headers["allow"].split(",")} == {"GET", "HEAD", "POST"}
    assert answer.code == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "BAD_REQUEST"),
        (b'{"query": "{ hello }"', "BAD_REQUEST"),
        (b'{"query": NaN}', "BAD_REQUEST"),
        (b'{"query": "\xff"}', "BAD_REQUEST"),
        (b'"{ hello }"', "BAD_REQUEST"),
        (b"null", "BAD_REQUEST"),
        (b"[" * 100_000, "BAD_REQUEST"),
        ([{"query": "{ hello }"}], "BATCHING_NOT_SUPPORTED"),
        ([], "BATCHING_NOT_SUPPORTED"),
        ({}, "BAD_REQUEST"),
        ({"query": None}, "BAD_REQUEST"),
        ({"query": 1}, "BAD_REQUEST"),
        ({"query": "  "}, "BAD_REQUEST"),
        ({"query": "{ hello }", "variables": [1]}, "BAD_REQUEST"),
        ({"query": "{ hello }", "variables": "{}"}, "BAD_REQUEST"),
        ({"query": "{ hello }", "operationName": 1}, "BAD_REQUEST"),
        ({"query": "{ hello }", "extensions": True}, "BAD_REQUEST"),
    ],
)
@pytest.mark.parametrize("accept", [MODERN, LEGACY])
async def test_what_is_no_request(
    client: aiohttp.ClientSession, standin: StandIn, body: object, code: str, accept: str
) -> None:
    answer = await post(client, body, accept)
    assert (answer.status, answer.code) == (400, code)
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
    assert standin.requests == []


@pytest.mark.parametrize(("depth", "status"), [(64, 200), (65, 400)])
async def test_depth_of_variables(client: aiohttp.ClientSession, depth: int, status: int) -> None:
    value: object = 1
    for _ in range(depth):
        value = {"a": value} if depth % 2 else [value]
    variables = value if isinstance(value, dict) else {"a": value[0]}  # type: ignore[index] # list
    answer = await post(client, {"query": "{ hello }", "variables": variables})
    assert answer.status == status


@pytest.mark.parametrize(
    "query",
    ["{", "{ unknown }", "query($a: Int!) { hello }", "query($n: String!) { hello(name: $n) }"],
)
@pytest.mark.parametrize(("accept", "status"), [(MODERN, 400), (LEGACY, 200)])
async def test_request_errors(
    client: aiohttp.ClientSession, query: str, accept: str, status: int
) -> None:
    answer = await post(client, {"query": query}, accept)
    assert answer.status == status
    assert "data" not in answer.body
    ids = [error["extensions"]["requestId"] for error in answer.body["errors"]]
    assert ids == [answer.headers["x-request-id"]] * len(ids)


@pytest.mark.parametrize(
    ("query", "data"),
    [("{ partly hello }", {"partly": None, "hello": "Hello world"}), ("{ nothing }", None)],
)
@pytest.mark.parametrize("accept", [MODERN, LEGACY])
async def test_field_errors_are_200_with_data(
    client: aiohttp.ClientSession, query: str, data: object, accept: str
) -> None:
    answer = await post(client, {"query": query}, accept)
    assert (answer.status, answer.body["data"]) == (200, data)
    (error,) = answer.body["errors"]
    assert error["extensions"] == {
        "code": "SUBGRAPH_UNAVAILABLE",
        "requestId": answer.headers["x-request-id"],
    }


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
    ],
)
async def test_unsupported_media_type(
    client: aiohttp.ClientSession, standin: StandIn, content_type: str | None
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    skip = () if content_type else ("content-type",)
    async with client.post(
        "/graphql", data=b'{"query":"{ hello }"}', headers=headers, skip_auto_headers=skip
    ) as response:
        answer = await Answer.of(response)
    assert (answer.status, answer.code) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert standin.requests == []


async def test_compressed_body(client: aiohttp.ClientSession) -> None:
    headers = {"content-type": LEGACY, "content-encoding": "gzip"}
    async with client.post("/graphql", data=b"x", headers=headers) as response:
        answer = await Answer.of(response)
    assert (answer.status, answer.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_not_acceptable(client: aiohttp.ClientSession, standin: StandIn) -> None:
    answer = await post(client, {"query": "{ hello }"}, "text/html, application/json;q=0")
    assert (answer.status, answer.code) == (406, "NOT_ACCEPTABLE")
    assert standin.requests == []


@pytest.mark.parametrize(("size", "status"), [(1_048_576, 200), (1_048_577, 413)])
@pytest.mark.parametrize("chunked", [False, True])
async def test_body_limit(
    client: aiohttp.ClientSession, standin: StandIn, size: int, status: int, chunked: bool
) -> None:
    body = b'{"query":"{ hello }"}'.ljust(size)

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    headers = {"content-type": LEGACY}
    data = chunks() if chunked else BytesIO(body)
    async with client.post("/graphql", data=data, headers=headers) as response:
        answer = await Answer.of(response)
    assert answer.status == status
    assert len(standin.requests) == (1 if status == 200 else 0)
    if status == 413:
        assert answer.code == "REQUEST_TOO_LARGE"


async def test_body_that_does_not_arrive(client: aiohttp.ClientSession) -> None:
    never = asyncio.Event()

    async def stalling() -> AsyncIterator[bytes]:
        yield b'{"query":'
        await never.wait()

    headers = {"content-type": LEGACY}
    async with client.post("/graphql", data=stalling(), headers=headers) as response:
        answer = await Answer.of(response)
    assert (answer.status, answer.code) == (408, "REQUEST_TIMEOUT")


@pytest.mark.parametrize(
    "query_string",
    [
        "",
        "query=",
        "query={hello}&query={hello}",
        "query=%ff",
        "query={hello}&variables={",
        "query={hello}&variables=[]",
        "query={hello}&extensions=1",
    ],
)
async def test_bad_urls(client: aiohttp.ClientSession, standin: StandIn, query_string: str) -> None:
    async with client.get(f"/graphql?{query_string}") as response:
        answer = await Answer.of(response)
    assert (answer.status, answer.code) == (400, "BAD_REQUEST")
    assert standin.requests == []


async def test_operation_that_takes_too_long(
    client: aiohttp.ClientSession, standin: StandIn
) -> None:
    answer = await post(client, {"query": "{ slow }"})
    assert (answer.status, answer.code) == (504, "TIMEOUT")
    assert standin.cancelled.is_set()


async def test_defect_is_masked(client: aiohttp.ClientSession) -> None:
    answer = await post(client, {"query": "{ broken }"})
    assert (answer.status, answer.code) == (500, "INTERNAL")
    assert "secret" not in str(answer.body)
    assert "ZeroDivision" not in str(answer.body)


@pytest.mark.parametrize("given", ["abcdefgh", "0af7651916cd43dd8448eb211c80319c", "a" * 128])
async def test_valid_request_id_is_kept(
    client: aiohttp.ClientSession, standin: StandIn, given: str
) -> None:
    async with client.get("/graphql?query={hello}", headers={"x-request-id": given}) as response:
        assert response.headers["x-request-id"] == given
    assert standin.contexts[0].request_id == given
    assert standin.contexts[0].headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["short", "a" * 129, "with space", 'quote"quote', "öäüöäüöä"])
async def test_invalid_request_id_is_replaced(client: aiohttp.ClientSession, given: str) -> None:
    async with client.get("/graphql?query={hello}", headers={"x-request-id": given}) as response:
        assert len(response.headers["x-request-id"]) == 32
        assert response.headers["x-request-id"] != given


async def test_every_answer_has_the_security_headers(client: aiohttp.ClientSession) -> None:
    for path in ("/graphql?query={hello}", "/nowhere", "/health/live"):
        async with client.get(path, headers={"origin": "https://evil.example"}) as response:
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["x-frame-options"] == "DENY"
            assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
            assert not [h for h in response.headers if h.lower().startswith("access-control")]


async def test_unknown_path(client: aiohttp.ClientSession) -> None:
    async with client.get("/nowhere") as response:
        answer = await Answer.of(response)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


async def test_client_that_goes_away_cancels_its_operation() -> None:
    standin = StandIn()
    async with running(create_app(ServerSettings(standin))) as url:
        async with aiohttp.ClientSession(url) as session:
            request = asyncio.create_task(session.get("/graphql?query={slow}"))
            await standin.started.wait()
            request.cancel()
            with pytest.raises(asyncio.CancelledError):
                await request
        async with asyncio.timeout(5):  # less than what an operation may take
            await standin.cancelled.wait()
