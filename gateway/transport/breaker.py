"""A circuit breaker: a subgraph that fails most of the time is left in peace for a while."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from gateway.transport.protocol import SubgraphUnavailable

State = Literal["closed", "open", "half_open"]
_BUCKETS: Final = 10


class CircuitOpen(SubgraphUnavailable):
    """The subgraph was not asked."""


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """Opens when, of at least `min_requests` in the last `window` seconds, the part `error_ratio`
    failed; after `open_for` seconds lets `probes` through, and closes when all of them succeed.
    """

    error_ratio: float = 0.5
    min_requests: int = 20
    window: float = 10.0
    open_for: float = 5.0
    probes: int = 3


@dataclass(slots=True)
class _Bucket:
    number: int = -1
    requests: int = 0
    failures: int = 0


class CircuitBreaker:
    """Ask `admit` before each attempt and tell `record` how it went.

    `on_change` is called with each new state. `clock` gives seconds.
    """

    def __init__(
        self,
        settings: BreakerSettings,
        on_change: Callable[[State], None] = lambda state: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._on_change = on_change
        self._clock = clock
        self._state: State = "closed"
        self._epoch = 0
        self._until = 0.0
        self._probing = 0
        self._passed = 0
        self._buckets = [_Bucket() for _ in range(_BUCKETS)]

    @property
    def state(self) -> State:
        """As the next request will find it."""
        if self._state == "open" and self._clock() >= self._until:
            return "half_open"
        return self._state

    def admit(self) -> int:
        """A ticket for one attempt. Raises CircuitOpen."""
        if self._state == "closed":
            return self._epoch
        if self._state == "open":
            if self._clock() < self._until:
                raise CircuitOpen("the circuit is open: too many requests have failed")
            self._change("half_open")
        if self._probing + self._passed >= self._settings.probes:
            raise CircuitOpen("the circuit is half open: other requests are probing")
        self._probing += 1
        return self._epoch

    def record(self, ticket: int, succeeded: bool | None) -> None:
        """How an attempt went; None: it was cancelled, which tells nothing.

        Attempts that began in an earlier state count no more.
        """
        if ticket != self._epoch:
            return
        if self._state == "closed":
            if succeeded is not None:
                self._count(succeeded)
            return
        self._probing -= 1
        if succeeded is False:
            self._open()
        elif succeeded:
            self._passed += 1
            if self._passed >= self._settings.probes:
                self._buckets = [_Bucket() for _ in range(_BUCKETS)]
                self._change("closed")

    def _count(self, succeeded: bool) -> None:
        settings = self._settings
        now = int(self._clock() / settings.window * _BUCKETS)
        bucket = self._buckets[now % _BUCKETS]
        if bucket.number != now:
            bucket.number, bucket.requests, bucket.failures = now, 0, 0
        bucket.requests += 1
        if succeeded:
            return
        bucket.failures += 1
        recent = [each for each in self._buckets if each.number > now - _BUCKETS]
        requests = sum(each.requests for each in recent)
        failures = sum(each.failures for each in recent)
        if requests >= settings.min_requests and failures >= settings.error_ratio * requests:
            self._open()

    def _open(self) -> None:
        self._until = self._clock() + self._settings.open_for
        self._change("open")

    def _change(self, state: State) -> None:
        self._state = state
        self._epoch += 1
        self._probing = self._passed = 0
        self._on_change(state)
