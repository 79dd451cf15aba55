"""`traffic_shaping`: time-outs, retries, circuit breakers and the like, per subgraph."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.configuration.values import Duration, Section, Size, overlaid, written
from gateway.transport.breaker import BreakerSettings
from gateway.transport.retry import RetrySettings

_Count = Annotated[int, Field(ge=1)]
_Ratio = Annotated[float, Field(gt=0, le=1)]


class Retry(Section):
    """Sends a query again that got no answer; never a fetch of a mutation.

    `attempts` counts the first: 1 never retries. Before the n-th retry at random up to
    `backoff` * 2^(n-1), at most `max_backoff`. Retries are at most `budget` times the requests.
    """

    attempts: Annotated[int, Field(ge=1, le=10)] = 2
    backoff: Duration = written("50ms")
    max_backoff: Duration = written("1s")
    budget: Annotated[float, Field(ge=0, le=1)] = 0.2

    def settings(self) -> RetrySettings:
        return RetrySettings(self.attempts, self.backoff, self.max_backoff, self.budget)


class CircuitBreaker(Section):
    """Leaves a subgraph in peace for `open_for` when the part `error_ratio` of at least
    `min_requests` requests in the last `window` got no answer; `probes` must then succeed.
    """

    enabled: bool = True
    error_ratio: _Ratio = 0.5
    min_requests: _Count = 20
    window: Duration = written("10s")
    open_for: Duration = written("5s")
    probes: _Count = 3

    def settings(self) -> BreakerSettings | None:
        if not self.enabled:
            return None
        return BreakerSettings(
            self.error_ratio, self.min_requests, self.window, self.open_for, self.probes
        )


class SubgraphTraffic(Section):
    """How a subgraph is talked to.

    `timeout` is for one fetch with its retries. `deduplicate_query`: identical queries with the
    same headers that are under way at the same time are sent once. `compression`: of requests.
    `keep_alive` must be shorter than the subgraph's own. `max_response_size`: decompressed.
    """

    timeout: Duration = written("10s")
    connect_timeout: Duration = written("2s")
    keep_alive: Duration = written("4s")
    connections: _Count = 100
    deduplicate_query: bool = True
    compression: Literal["gzip", "none"] = "none"
    accept_compression: Literal["gzip", "none"] = "gzip"
    max_response_size: Size = written("16mb")
    retry: Retry = Retry()
    circuit_breaker: CircuitBreaker = CircuitBreaker()


class RouterTraffic(Section):
    """`timeout`: for a whole operation."""

    timeout: Duration = written("30s")


class TrafficShaping(Section):
    """What `subgraphs` says of one wins over `all`, key by key."""

    router: RouterTraffic = RouterTraffic()
    all: SubgraphTraffic = SubgraphTraffic()
    subgraphs: dict[str, SubgraphTraffic] = Field(default_factory=dict)

    def of(self, subgraph: str) -> SubgraphTraffic:
        own = self.subgraphs.get(subgraph)
        return self.all if own is None else overlaid(self.all, own)
