"""When a query is sent again, and when not."""

import asyncio

import pytest
from aiohttp import web

from gateway.transport.http import HttpSettings
from gateway.transport.protocol import SubgraphUnavailable
from gateway.transport.retry import Retrier, RetrySettings, Transient
from tests.gateway.transport.serving import Dropping, dropping, request, subgraph


def retrier(**settings: float) -> Retrier:
    made = RetrySettings(attempts=4, backoff=0.1, max_backoff=0.3)
    changed = {name: settings.get(name, getattr(made, name)) for name in ("budget",)}
    return Retrier(RetrySettings(4, 0.1, 0.3, **changed), chance=lambda: 1.0)


def test_back_off_doubles_up_to_its_limit() -> None:
    error = Transient("busy")
    assert [retrier().delay(n, error) for n in (1, 2, 3, 4)] == [0.1, 0.2, 0.3, None]


def test_a_closed_connection_is_replaced_at_once_but_only_once() -> None:
    error = Transient("closed", at_once=True)
    assert [retrier().delay(n, error) for n in (1, 2)] == [0.0, 0.2]


def test_retry_after_is_respected() -> None:
    assert retrier().delay(1, Transient("busy", after=0.25)) == 0.25
    assert retrier().delay(1, Transient("busy", after=60)) is None


def test_a_budget_bounds_retries() -> None:
    found = retrier(budget=0.5)
    error = Transient("busy")
    for _ in range(10):
        assert found.delay(1, error) == 0.1
    assert found.delay(1, error) is None
    found.begin()
    assert found.delay(1, error) is None
    found.begin()
    assert found.delay(1, error) == 0.1
    assert found.delay(1, error) is None


async def test_as_many_attempts_as_allowed() -> None:
    server = Dropping(2)
    settings = HttpSettings(retry=RetrySettings(attempts=3, backoff=0.001))
    async with dropping(server, settings) as transport:
        assert await transport.execute(request()) == {"data": {}}
    assert server.requests == 3


async def test_no_retry_where_one_attempt_is_allowed() -> None:
    server = Dropping(1)
    async with dropping(server, HttpSettings(retry=RetrySettings(attempts=1))) as transport:
        with pytest.raises(SubgraphUnavailable):
            await transport.execute(request())
    assert server.requests == 1


@pytest.mark.parametrize(("status", "attempts"), [(502, 3), (503, 3), (504, 3), (500, 1), (404, 1)])
async def test_which_statuses_are_worth_a_retry(status: int, attempts: int) -> None:
    seen = 0

    async def handler(_: web.Request) -> web.Response:
        nonlocal seen
        seen += 1
        return web.Response(status=status, text="busy")

    settings = HttpSettings(retry=RetrySettings(attempts=3, backoff=0.001))
    async with subgraph(handler, settings) as transport:
        with pytest.raises(SubgraphUnavailable, match=str(status)):
            await transport.execute(request())
    assert seen == attempts


async def test_a_mutations_fetches_are_not_sent_again() -> None:
    seen = 0

    async def handler(_: web.Request) -> web.Response:
        nonlocal seen
        seen += 1
        return web.Response(status=503)

    async with subgraph(handler) as transport:
        with pytest.raises(SubgraphUnavailable):
            await transport.execute(request(operation="mutation"))
    assert seen == 1


async def test_the_deadline_is_for_all_attempts() -> None:
    seen = 0

    async def handler(_: web.Request) -> web.Response:
        nonlocal seen
        seen += 1
        if seen == 2:
            await asyncio.Event().wait()
        return web.Response(status=503)

    settings = HttpSettings(timeout=0.2, retry=RetrySettings(attempts=9, backoff=0.001))
    async with subgraph(handler, settings) as transport:
        with pytest.raises(SubgraphUnavailable, match=r"no answer within 0\.2 s"):
            await transport.execute(request())
    assert seen == 2
