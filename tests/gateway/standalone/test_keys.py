"""Keys by URL: fetched, renewed, and kept while they cannot be had."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from gateway.configuration.settings import Jwt
from gateway.policy.authentication import Unauthenticated
from gateway.standalone.keys import KeyedAuthenticator
from gateway.standalone.problems import Problem
from tests.gateway.policy.tokens import AUDIENCE, ISSUER, Signer, jwks

FIRST, SECOND = Signer("one"), Signer("two")
FOREVER = 2**33


class Issuer:
    def __init__(self) -> None:
        self.url = ""
        self.body: object = jwks(FIRST)
        self.status = 200

    async def handle(self, _: web.Request) -> web.Response:
        return web.json_response(self.body, status=self.status)


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    found = Issuer()
    app = web.Application()
    app.router.add_get("/keys", found.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/keys"
    yield found
    await runner.cleanup()


def authenticator(url: str) -> KeyedAuthenticator:
    jwt = {"jwks": {"url": url}, "issuer": ISSUER, "audience": AUDIENCE}
    return KeyedAuthenticator(Jwt.model_validate(jwt), Path())


def bearer(signer: Signer) -> str:
    return f"Bearer {signer.token(exp=FOREVER)}"


async def test_keys_are_renewed(issuer: Issuer) -> None:
    found = authenticator(issuer.url)
    await found.load()
    assert found.authenticate(None) is None
    assert found.authenticate(bearer(FIRST)) is not None
    with pytest.raises(Unauthenticated):
        found.authenticate(bearer(SECOND))
    issuer.body = jwks(SECOND)
    await found.load()
    assert found.authenticate(bearer(SECOND)) is not None
    with pytest.raises(Unauthenticated):
        found.authenticate(bearer(FIRST))


@pytest.mark.parametrize(
    ("body", "status"),
    [(jwks(SECOND), 500), ([], 200), ({"keys": []}, 200), ({"keys": [{"kty": "RSA"}]}, 200)],
)
async def test_the_last_keys_stay_while_there_are_no_others(
    issuer: Issuer, body: object, status: int
) -> None:
    found = authenticator(issuer.url)
    await found.load()
    issuer.body, issuer.status = body, status
    with pytest.raises(Problem, match=r"127\.0\.0\.1"):
        await found.load()
    assert found.authenticate(bearer(FIRST)) is not None


async def test_no_keys_at_all() -> None:
    with pytest.raises(Problem, match="cannot be read"):
        await authenticator("http://127.0.0.1:9/keys").load()
