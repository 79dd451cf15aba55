"""The authorization header at the edge: what reaches the executor, and what does not."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from gateway.policy.authentication import Authenticator
from gateway.server.app import create_app
from gateway.server.settings import ServerSettings
from tests.gateway.policy.tokens import AUDIENCE, ISSUER, NOW, Clock, Signer, jwks
from tests.gateway.server.running import running
from tests.gateway.server.standin import StandIn

SIGNER = Signer()
QUERY = "/graphql?query={hello}"


@pytest.fixture(scope="module")
async def served() -> AsyncIterator[tuple[StandIn, ClientSession]]:
    standin = StandIn()
    authenticator = Authenticator(jwks(SIGNER), issuer=ISSUER, audience=AUDIENCE, clock=Clock())
    settings = ServerSettings(standin, authenticator=authenticator, jwks=lambda: jwks(SIGNER))
    async with running(create_app(settings)) as url, ClientSession(url) as session:
        yield standin, session


@pytest.fixture
def standin(served: tuple[StandIn, ClientSession]) -> StandIn:
    served[0].reset()
    return served[0]


@pytest.fixture
def client(standin: StandIn, served: tuple[StandIn, ClientSession]) -> ClientSession:
    return served[1]


async def test_anonymous(client: ClientSession, standin: StandIn) -> None:
    async with client.get(QUERY) as response:
        assert response.status == 200
    (context,) = standin.contexts
    assert context.claims is None
    assert set(context.headers) == {"x-request-id"}


async def test_claims_and_header_reach_the_executor(
    client: ClientSession, standin: StandIn
) -> None:
    header = f"Bearer {SIGNER.token(roles=['staff'])}"
    async with client.get(QUERY, headers={"authorization": header}) as response:
        assert response.status == 200
    (context,) = standin.contexts
    assert context.claims is not None
    assert (context.claims["sub"], context.claims["roles"]) == ("cus_1", ["staff"])
    assert context.headers["authorization"] == header
    assert context.headers["x-request-id"] == context.request_id


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("Bearer broken", "The token is not valid."),
        (f"Bearer {SIGNER.token(exp=NOW)}", "The token has expired."),
        ("", "The authorization header must read: Bearer TOKEN."),
    ],
)
@pytest.mark.parametrize("accept", ["application/graphql-response+json", "application/json"])
async def test_bad_token(
    client: ClientSession, standin: StandIn, header: str, message: str, accept: str
) -> None:
    headers = {"authorization": header, "accept": accept}
    async with client.post("/graphql", json={"query": "{ hello }"}, headers=headers) as response:
        assert response.status == 401
        assert response.headers["www-authenticate"] == (
            f'Bearer error="invalid_token", error_description="{message}"'
        )
        assert response.headers["content-type"] == f"{accept}; charset=utf-8"
        extensions = {
            "code": "UNAUTHENTICATED",
            "requestId": response.headers["x-request-id"],
        }
        body = await response.json(content_type=None)
    assert body == {"errors": [{"message": message, "extensions": extensions}]}
    assert standin.requests == []


async def test_two_tokens(client: ClientSession, standin: StandIn) -> None:
    header = f"Bearer {SIGNER.token()}"
    headers = [("authorization", header), ("authorization", header)]
    async with client.get(QUERY, headers=headers) as response:
        assert response.status == 401
    assert standin.requests == []


async def test_public_keys(client: ClientSession) -> None:
    async with client.get("/.well-known/jwks.json") as response:
        assert response.status == 200
        assert response.headers["cache-control"] == "public, max-age=300"
        assert await response.json() == jwks(SIGNER)
        assert "d" not in (await response.json())["keys"][0]


async def test_without_keys_nothing_is_published() -> None:
    async with (
        running(create_app(ServerSettings(StandIn()))) as url,
        ClientSession(url) as client,
        client.get("/.well-known/jwks.json") as response,
    ):
        assert response.status == 404
