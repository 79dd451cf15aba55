"""Who may open streams, how many, and for how long; pages of other origins may not."""

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from gateway.policy.authentication import Authenticator
from gateway.policy.streams import StreamSettings
from tests.gateway.events import change
from tests.gateway.policy.tokens import AUDIENCE, ISSUER, Signer, jwks
from tests.gateway.streams.edge import KINDS, Edge, connected, edge, opened, posted

SIGNER = Signer()
SSE = "text/event-stream"
MULTIPART = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0, application/json'


def authenticator() -> Authenticator:
    return Authenticator(jwks(SIGNER), issuer=ISSUER, audience=AUDIENCE)


def bearer(seconds: float = 300, **claims: Any) -> str:
    return f"Bearer {SIGNER.token(exp=time.time() + seconds, **claims)}"


ADAS = bearer(seconds=86_400, sub="ada")
"""Made when the tests are collected, which may be long before they run."""


@pytest.fixture
async def it() -> AsyncIterator[Edge]:
    async with edge(authenticator=authenticator()) as found:
        yield found


async def claims_seen(it: Edge) -> Mapping[str, Any]:
    await it.feed.until(1)
    [stream] = it.gateway.streams
    return stream.source.context.claims or {}


@pytest.mark.parametrize(
    "payload",
    [
        {"authorization": ADAS},
        {"Authorization": ADAS},
        {"headers": {"Authorization": ADAS, "X-Tenant": "one", "broken": 7}},
    ],
)
async def test_token_in_the_initialisation(it: Edge, payload: dict[str, Any]) -> None:
    async with connected(it, payload) as socket:
        await socket.subscribe("a", KINDS)
        assert (await claims_seen(it))["sub"] == "ada"
        [stream] = it.gateway.streams
        headers = stream.source.context.headers
        assert headers["authorization"].startswith("Bearer ")
        assert headers.get("x-tenant") == payload.get("headers", {}).get("X-Tenant")
        assert "broken" not in headers


async def test_token_in_the_header_and_one_that_wins_over_it(it: Edge) -> None:
    headers = {"authorization": bearer(sub="ada")}
    async with connected(it, additional_headers=headers) as socket:
        await socket.subscribe("a", KINDS)
        assert (await claims_seen(it))["sub"] == "ada"
    await it.feed.until(0)
    payload = {"authorization": bearer(sub="bob")}
    async with connected(it, payload, additional_headers=headers) as socket:
        await socket.subscribe("a", KINDS)
        assert (await claims_seen(it))["sub"] == "bob"


async def test_bad_token_in_the_initialisation_closes_with_4403(it: Edge) -> None:
    async with opened(it) as socket:
        await socket.send("connection_init", payload={"authorization": "Bearer nonsense"})
        assert await socket.closed() == (4403, "Forbidden: The token is not valid.")


async def test_bad_token_in_the_header_opens_nothing(it: Edge) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(it, additional_headers={"authorization": bearer(-1)}):
            raise AssertionError("opened")
    response = refused.value.response
    assert response.status_code == 401
    assert b'"code":"UNAUTHENTICATED"' in (response.body or b"")
    assert response.headers["www-authenticate"].startswith("Bearer ")


async def test_token_that_expires_closes_with_4403(it: Edge) -> None:
    async with connected(it, {"authorization": bearer(0.3)}) as socket:
        await socket.subscribe("a", KINDS)
        await it.feed.until(1)
        assert await socket.closed() == (4403, "Forbidden: The token has expired.")
        await it.feed.until(0)


async def test_token_that_expires_ends_streamed_answers_with_an_error(it: Edge) -> None:
    for accept, expected in (
        (
            SSE,
            b':\n\nevent: next\ndata: {"errors":[{"message":"The token has expired.",'
            b'"extensions":{"code":"UNAUTHENTICATED","requestId":"request-1"}}]}\n\n'
            b"event: complete\ndata:\n\n",
        ),
        (
            MULTIPART,
            b"--graphql\r\ncontent-type: application/json\r\n\r\n"
            b'{"payload":null,"errors":[{"message":"The token has expired.",'
            b'"extensions":{"code":"UNAUTHENTICATED","requestId":"request-1"}}]}'
            b"\r\n--graphql--\r\n",
        ),
    ):
        headers = {"authorization": bearer(0.3), "x-request-id": "request-1"}
        async with posted(it, KINDS, accept, headers) as body:
            await it.feed.until(1)
            assert await body.rest() == expected
            await it.feed.until(0)


async def test_two_callers_with_different_scopes_see_no_foreign_byte(it: Edge) -> None:
    """Each event holds its subscriber's name; whoever shared a stream would read another's."""
    callers = [("ada", ["read"]), ("bob", ["read"]), ("cia", ["read", "all"]), ("dan", ["all"])]
    sockets = []
    stack = []
    for name, scopes in callers:
        context = connected(it, {"authorization": bearer(sub=name, scopes=scopes)})
        stack.append(context)
        socket = await context.__aenter__()
        await socket.subscribe("same", "subscription { mine { owner text product { price } } }")
        sockets.append(socket)
    await it.feed.until(4)
    for stream in it.gateway.streams:
        assert stream.source.context.claims is not None
    by_owner = [str((stream.source.context.claims or {})["sub"]) for stream in it.gateway.streams]
    assert sorted(by_owner) == ["ada", "bob", "cia", "dan"]
    for owner, queue in zip(it.feed.owners, it.feed.queues, strict=True):
        for number in range(20):
            secret = {"owner": owner, "text": f"{owner}-{number}", "product": {"id": "p1"}}
            queue.put_nowait({"mine": secret})
    for (name, _), socket in zip(callers, sockets, strict=True):
        for number in range(20):
            assert await socket.connection.recv() == (
                '{"id":"same","type":"next","payload":{"data":{"mine":{'
                f'"owner":"{name}","text":"{name}-{number}","product":{{"price":1}}}}}}}}}}'
            )
    for context in stack:
        await context.__aexit__(None, None, None)


# -- how many


async def test_connections_of_one_principal() -> None:
    streams = StreamSettings(connections_per_principal=1)
    async with edge(streams, authenticator()) as it:
        ada = {"authorization": bearer(sub="ada")}
        async with connected(it, ada):
            async with opened(it) as second:
                await second.send("connection_init", payload=ada)
                assert await second.closed() == (1013, "Too many connections")
            async with (
                connected(it, {"authorization": bearer(sub="bob")}),
                connected(it),
                connected(it),
            ):
                pass
            async with posted(it, KINDS, SSE, ada) as body:
                assert body.response.status == 429
                assert b'"code":"TOO_MANY_SUBSCRIPTIONS"' in await body.rest()
        assert it.feed.opened == 0
        async with connected(it, ada):
            pass


async def test_connections_of_the_process() -> None:
    async with edge(StreamSettings(connections=2)) as it:
        async with connected(it), posted(it, KINDS, SSE) as first:
            await first.until(b":\n\n")
            with pytest.raises(InvalidStatus) as refused:
                async with opened(it):
                    raise AssertionError("opened")
            assert refused.value.response.status_code == 503
            assert refused.value.response.headers["retry-after"] == "1"
            async with posted(it, KINDS, SSE) as body:
                assert (body.response.status, it.feed.opened) == (503, 1)
            async with posted(it, "{ orders }", "application/json") as body:
                assert await body.rest() == b'{"data":{"orders":null}}'
        await it.feed.until(0)
        async with connected(it), connected(it):
            pass


async def test_operations_of_one_connection() -> None:
    async with edge(StreamSettings(operations_per_connection=1)) as it, connected(it) as socket:
        await socket.subscribe("a", KINDS)
        await it.feed.until(1)
        await socket.subscribe("b", KINDS)
        message = await socket.received()
        assert (message["type"], message["id"]) == ("error", "b")
        assert message["payload"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        await socket.send("complete", id="a")
        await it.feed.until(0)
        await socket.subscribe("b", KINDS)
        await it.feed.until(1)
        it.feed.publish(change(1))
        assert (await socket.received())["id"] == "b"


async def test_subscriptions_of_one_principal() -> None:
    streams = StreamSettings(subscriptions_per_principal=2)
    async with edge(streams, authenticator()) as it:
        ada = {"authorization": bearer(sub="ada")}
        async with connected(it, ada) as one, connected(it, ada) as other:
            await one.subscribe("a", KINDS)
            await other.subscribe("a", KINDS)
            await it.until(2)
            assert len(it.gateway.streams) == 1
            await other.subscribe("b", KINDS)
            message = await other.received()
            assert message["payload"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
            async with posted(it, KINDS, SSE, ada) as body:
                assert body.response.status == 429
            await other.send("complete", id="a")
            await it.until(1)
            await other.subscribe("b", KINDS)
            await it.until(2)
            it.feed.publish(change(1))
            assert [(await socket.received())["id"] for socket in (one, other)] == ["a", "b"]


# -- pages


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://HOST", True),
        ("https://HOST", True),
        ("https://shop.example", True),
        ("https://evil.example", False),
        ("null", False),
    ],
)
async def test_origin_of_a_page(origin: str, allowed: bool) -> None:
    streams = StreamSettings(allowed_origins=frozenset({"https://shop.example"}))
    async with edge(streams) as it:
        host = it.url.split("/")[2]
        page = Origin(origin.replace("HOST", host))
        if allowed:
            async with connected(it, origin=page):
                return
        with pytest.raises(InvalidStatus) as refused:
            async with opened(it, origin=page):
                raise AssertionError("opened")
        assert refused.value.response.status_code == 403
        assert b'"code":"ORIGIN_NOT_ALLOWED"' in (refused.value.response.body or b"")


async def test_every_origin_where_the_settings_say_so() -> None:
    streams = StreamSettings(allowed_origins=frozenset({"*"}))
    async with edge(streams) as it, connected(it, origin=Origin("https://evil.example")) as page:
        await page.send("ping")
        assert await page.received() == {"type": "pong"}
