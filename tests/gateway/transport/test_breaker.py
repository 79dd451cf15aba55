"""The circuit breaker: its states by a clock of our own, and before a real subgraph."""

import asyncio

import pytest
from aiohttp import web

from gateway.transport.breaker import BreakerSettings, CircuitBreaker, CircuitOpen, State
from gateway.transport.http import HttpSettings
from gateway.transport.protocol import SubgraphUnavailable
from gateway.transport.retry import RetrySettings
from tests.gateway.transport.serving import request, subgraph

SETTINGS = BreakerSettings(error_ratio=0.5, min_requests=4, window=10, open_for=5, probes=2)


class Bench:
    """A breaker, its clock and the states that it told of."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.told: list[State] = []
        self.breaker = CircuitBreaker(SETTINGS, self.told.append, lambda: self.now)

    def attempt(self, succeeded: bool | None) -> None:
        self.breaker.record(self.breaker.admit(), succeeded)

    def state(self) -> State:
        return self.breaker.state

    def opened(self) -> "Bench":
        for _ in range(4):
            self.attempt(False)
        return self


def test_opens_by_ratio_and_not_before_enough_requests() -> None:
    bench = Bench()
    for succeeded in (False, False, True):
        bench.attempt(succeeded)
    assert bench.state() == "closed"
    bench.attempt(False)
    assert bench.state() == "open"
    with pytest.raises(CircuitOpen):
        bench.breaker.admit()


def test_stays_closed_below_the_ratio() -> None:
    bench = Bench()
    for succeeded in (True, True, True, False, False):
        bench.attempt(succeeded)
    assert bench.state() == "closed"


def test_what_is_older_than_the_window_is_forgotten() -> None:
    bench = Bench()
    for _ in range(3):
        bench.attempt(False)
    bench.now += 11
    bench.attempt(False)
    assert bench.state() == "closed"


def test_cancelled_attempts_tell_nothing() -> None:
    bench = Bench()
    for _ in range(9):
        bench.attempt(None)
    assert bench.state() == "closed"


def test_closes_when_all_probes_succeed() -> None:
    bench = Bench().opened()
    bench.now += 5
    assert bench.state() == "half_open"
    first, second = bench.breaker.admit(), bench.breaker.admit()
    with pytest.raises(CircuitOpen):
        bench.breaker.admit()
    bench.breaker.record(first, True)
    assert bench.state() == "half_open"
    bench.breaker.record(second, True)
    assert bench.state() == "closed"
    assert bench.told == ["open", "half_open", "closed"]
    bench.attempt(False)
    assert bench.state() == "closed"


def test_one_failed_probe_opens_it_again() -> None:
    bench = Bench().opened()
    bench.now += 5
    first, second = bench.breaker.admit(), bench.breaker.admit()
    bench.breaker.record(first, False)
    assert bench.state() == "open"
    bench.breaker.record(second, True)
    assert bench.state() == "open"


def test_a_cancelled_probe_makes_room_for_another() -> None:
    bench = Bench().opened()
    bench.now += 5
    bench.attempt(None)
    bench.attempt(None)
    bench.attempt(True)
    bench.attempt(True)
    assert bench.state() == "closed"


def test_attempts_from_before_it_opened_do_not_count_after() -> None:
    bench = Bench()
    late = bench.breaker.admit()
    bench.opened()
    bench.now += 5
    bench.breaker.admit()
    bench.breaker.record(late, False)
    assert bench.state() == "half_open"


@pytest.mark.parametrize("fault", ["status", "hang"])
async def test_a_failing_subgraph_is_left_in_peace(fault: str) -> None:
    seen = 0

    async def handler(got: web.Request) -> web.StreamResponse:
        nonlocal seen
        seen += 1
        if fault == "status":
            return web.Response(status=500)
        response = web.StreamResponse()
        response.content_type = "application/json"
        await response.prepare(got)
        await response.write(b"{")
        await asyncio.Event().wait()
        return response

    breaker = BreakerSettings(min_requests=2, open_for=60)
    settings = HttpSettings(timeout=0.2, retry=RetrySettings(1), circuit_breaker=breaker)
    async with subgraph(handler, settings) as transport:
        for _ in range(2):
            with pytest.raises(SubgraphUnavailable):
                await transport.execute(request())
        assert transport.circuit == "open"
        with pytest.raises(SubgraphUnavailable, match="circuit is open"):
            await transport.execute(request())
    assert seen == 2


async def test_graphql_errors_are_answers() -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.json_response({"errors": [{"message": "no"}]})

    breaker = BreakerSettings(min_requests=1, error_ratio=0.01)
    async with subgraph(handler, HttpSettings(circuit_breaker=breaker)) as transport:
        for _ in range(3):
            await transport.execute(request())
        assert transport.circuit == "closed"
