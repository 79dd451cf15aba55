"""A subgraph over HTTP: pooled connections, a deadline, a cap on what is read, retries."""

import asyncio
from collections.abc import AsyncIterator, Hashable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from gateway.context import RequestContext
from gateway.transport.breaker import BreakerSettings, CircuitBreaker, State
from gateway.transport.complaints import Complaints
from gateway.transport.compression import WORTH_COMPRESSING, AnswerReader, compressed
from gateway.transport.connection import ReceivedHeaders
from gateway.transport.flights import Flights
from gateway.transport.headers import (
    FORWARD_AUTHORIZATION,
    AnswerHeaders,
    Rule,
    collect,
    is_private,
    outgoing,
)
from gateway.transport.pool import Pool
from gateway.transport.protocol import Owned, SubgraphRequest, SubgraphUnavailable
from gateway.transport.response import checked_response, is_graphql
from gateway.transport.retry import Retrier, RetrySettings, Transient
from gateway.transport.sse import over_sse
from gateway.transport.upstream import UpstreamSettings
from gateway.transport.websocket import over_websocket

_ALWAYS: Final = MappingProxyType(
    {
        "accept": "application/graphql-response+json, application/json;q=0.9",
        "content-type": "application/json",
        "user-agent": "graphql-gateway",
    }
)
_TRANSIENT: Final = frozenset({502, 503, 504})
_UNTYPED: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Seconds and bytes. `keep_alive` must be below the server's own, or requests are lost.

    - `timeout`: for everything that one fetch takes, retries included.
    - `max_response_bytes`: inflated.
    - `retry`: for the queries of query operations; a mutation's fetches are never sent twice.
    - `deduplicate`: identical queries with the same headers that are under way at the same time
      are sent once; never those of a mutation, which would see the state before it.
    - `request_headers`: rules for what is sent of the client's headers.
    - `response_headers`: rules for what the client gets of the subgraph's.
    - `subscriptions`: how events come.
    """

    timeout: float = 10.0
    connect_timeout: float = 2.0
    max_response_bytes: int = 16 * 1_048_576
    connections: int = 100
    keep_alive: float = 4.0
    retry: RetrySettings = field(default_factory=RetrySettings)
    circuit_breaker: BreakerSettings | None = None
    deduplicate: bool = False
    accept_gzip: bool = True
    compress_requests: bool = False
    request_headers: tuple[Rule, ...] = FORWARD_AUTHORIZATION
    response_headers: tuple[Rule, ...] = ()
    subscriptions: UpstreamSettings = field(default_factory=UpstreamSettings)


DEFAULT_HTTP_SETTINGS: Final = HttpSettings()


@dataclass(frozen=True, slots=True)
class _Answer:
    response: Mapping[str, Any]
    headers: AnswerHeaders


class HttpTransport:
    """Sends operations to the GraphQL endpoint at `url` by POST, none of them by redirect.

    `name` is the subgraph's, for logs.
    """

    def __init__(
        self,
        url: str,
        settings: HttpSettings = DEFAULT_HTTP_SETTINGS,
        *,
        name: str | None = None,
    ) -> None:
        self._url = url
        self._settings = settings
        path = settings.subscriptions.path
        self._stream_url = url if path is None else urlsplit(url)._replace(path=path).geturl()
        self._pool: Pool | None = None
        self._complaints = Complaints(name or url)
        self._retrier = Retrier(settings.retry)
        self._breaker: CircuitBreaker | None = None
        if settings.circuit_breaker is not None:
            self._breaker = CircuitBreaker(settings.circuit_breaker, self._complaints.circuit)
        self._flights: Flights[_Answer] = Flights()
        self._headers = {
            **_ALWAYS,
            "accept-encoding": "gzip" if settings.accept_gzip else "identity",
        }

    @property
    def url(self) -> str:
        """Where its subgraph is."""
        return self._url

    @property
    def circuit(self) -> State:
        """The state of the circuit breaker; without one always closed."""
        return self._breaker.state if self._breaker is not None else "closed"

    @property
    def is_open(self) -> bool:
        """Whether it may hold connections."""
        return self._pool is not None

    async def execute(self, request: SubgraphRequest) -> Mapping[str, Any]:
        """See `Transport.execute`."""
        body = orjson.dumps({"query": request.document, "variables": dict(request.variables)})
        forwarded = outgoing(self._settings.request_headers, request.context.headers)
        answer = await self._answer(request, body, forwarded)
        returned = request.context.response_headers
        if returned is not None and self._settings.response_headers:
            collect(self._settings.response_headers, answer.headers, returned)
        return answer.response

    @asynccontextmanager
    async def subscribe(
        self, request: SubgraphRequest
    ) -> AsyncIterator[AsyncIterator[Mapping[str, Any]]]:
        """See `Transport.subscribe`. Each has a connection of its own."""
        settings = self._settings.subscriptions
        open_stream = over_websocket if settings.protocol == "ws" else over_sse
        forwarded = outgoing(self._settings.request_headers, request.context.headers)
        try:
            async with open_stream(self._stream_url, request, forwarded, settings) as answers:
                yield answers
        except SubgraphUnavailable as error:
            raise self._unavailable(str(error), request) from error

    def identity(self, context: RequestContext) -> Hashable:
        """See `Transport.identity`: what is forwarded to it."""
        return tuple(sorted(outgoing(self._settings.request_headers, context.headers).items()))

    async def close(self) -> None:
        """Close the connections. A later request opens new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    # -- one fetch

    async def _answer(
        self, request: SubgraphRequest, body: bytes, forwarded: dict[str, str]
    ) -> _Answer:
        if not self._settings.deduplicate or request.operation != "query":
            return await self._within_deadline(request, body, forwarded)
        key = (body, tuple(sorted(forwarded.items())))
        answer, led, shared = await self._flights.join(
            key, lambda: self._within_deadline(request, body, forwarded)
        )
        if not led and is_private(self._settings.response_headers, answer.headers):
            return await self._within_deadline(request, body, forwarded)
        return _Answer(dict(answer.response), answer.headers) if shared else answer

    async def _within_deadline(
        self, request: SubgraphRequest, body: bytes, forwarded: dict[str, str]
    ) -> _Answer:
        headers = {**self._headers, "x-request-id": request.context.request_id, **forwarded}
        if self._settings.compress_requests and len(body) >= WORTH_COMPRESSING:
            body = compressed(body)
            headers["content-encoding"] = "gzip"
        attempts = self._settings.retry.attempts if request.operation != "mutation" else 1
        deadline = asyncio.timeout(self._settings.timeout)
        try:
            async with deadline:
                return await self._send(body, headers, attempts, deadline)
        except TimeoutError as error:
            reason = f"no answer within {self._settings.timeout:g} s"
            raise self._unavailable(reason, request) from error
        except SubgraphUnavailable as error:
            raise self._unavailable(str(error), request) from error

    def _unavailable(self, reason: str, request: SubgraphRequest) -> SubgraphUnavailable:
        self._complaints.unavailable(reason, request.context.request_id)
        return SubgraphUnavailable(f"{self._url}: {reason}")

    async def _send(
        self, body: bytes, headers: Mapping[str, str], attempts: int, deadline: asyncio.Timeout
    ) -> _Answer:
        self._retrier.begin()
        for attempt in range(1, attempts):
            try:
                return await self._attempt(body, headers, deadline)
            except Transient as error:
                delay = self._retrier.delay(attempt, error)
                if delay is None:
                    raise
            await asyncio.sleep(delay)
        return await self._attempt(body, headers, deadline)

    async def _attempt(
        self, body: bytes, headers: Mapping[str, str], deadline: asyncio.Timeout
    ) -> _Answer:
        breaker = self._breaker
        if breaker is None:
            return await self._post(body, headers)
        ticket = breaker.admit()
        succeeded: bool | None = None
        try:
            answer = await self._post(body, headers)
            succeeded = True
        except SubgraphUnavailable:
            succeeded = False
            raise
        except asyncio.CancelledError:
            # By the deadline, which is the subgraph's doing, or because nobody waits any more.
            succeeded = False if deadline.expired() else None
            raise
        finally:
            breaker.record(ticket, succeeded)
        return answer

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> _Answer:
        answer = await self._open_pool().post(headers, body, self._begin)
        return _Answer(Owned(checked_response(answer.body)), answer.headers)

    def _begin(self, status: int, headers: ReceivedHeaders) -> AnswerReader:
        content_type, _, _ = (headers.get("content-type") or _UNTYPED).partition(";")
        content_type = content_type.strip().lower()
        if not is_graphql(status, content_type):
            # What else it says is not read, so the connection cannot serve again.
            what = f"answered {status} {content_type.encode('ascii', 'backslashreplace').decode()}"
            if status in _TRANSIENT:
                raise Transient(what, after=_seconds(headers.get("retry-after")))
            raise SubgraphUnavailable(what)
        encoding = headers.get("content-encoding") or ""
        return AnswerReader(encoding, self._settings.max_response_bytes)

    def _open_pool(self) -> Pool:
        """Made with the first request: it belongs to the loop of that."""
        if self._pool is None:
            try:
                self._pool = Pool(
                    self._url,
                    limit=self._settings.connections,
                    keep_alive=self._settings.keep_alive,
                    connect_timeout=self._settings.connect_timeout,
                )
            except ValueError as error:
                raise SubgraphUnavailable(str(error)) from error
        return self._pool


def _seconds(retry_after: str | None) -> float | None:
    """A date instead of a number is as good as nothing: clocks differ."""
    return float(retry_after) if retry_after and retry_after.isdecimal() else None
