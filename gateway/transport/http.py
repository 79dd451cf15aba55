"""A subgraph over HTTP: pooled connections, a deadline, a cap on what is read, retries."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from types import MappingProxyType
from typing import Any, Final

import aiohttp
import orjson

from gateway.transport.breaker import BreakerSettings, CircuitBreaker, State
from gateway.transport.complaints import Complaints
from gateway.transport.compression import WORTH_COMPRESSING, AnswerReader, compressed
from gateway.transport.flights import Flights
from gateway.transport.headers import (
    FORWARD_AUTHORIZATION,
    AnswerHeaders,
    Rule,
    collect,
    is_private,
    outgoing,
)
from gateway.transport.protocol import Owned, SubgraphRequest, SubgraphUnavailable
from gateway.transport.response import checked_response, is_graphql
from gateway.transport.retry import Retrier, RetrySettings, Transient

_ALWAYS: Final = MappingProxyType(
    {
        "accept": "application/graphql-response+json, application/json;q=0.9",
        "content-type": "application/json",
    }
)
_TRANSIENT: Final = frozenset({502, 503, 504})
# Above this aiohttp wants a stream, so as not to block the loop on one huge write.
_STREAMED_FROM: Final = 1_048_576
_CHUNK: Final = 65_536


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
        self._session: aiohttp.ClientSession | None = None
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
    def circuit(self) -> State:
        """The state of the circuit breaker; without one always closed."""
        return self._breaker.state if self._breaker is not None else "closed"

    @property
    def is_open(self) -> bool:
        """Whether it may hold connections."""
        return self._session is not None

    async def execute(self, request: SubgraphRequest) -> Mapping[str, Any]:
        """See `Transport.execute`."""
        body = orjson.dumps({"query": request.document, "variables": dict(request.variables)})
        forwarded = outgoing(self._settings.request_headers, request.context.headers)
        answer = await self._answer(request, body, forwarded)
        returned = request.context.response_headers
        if returned is not None and self._settings.response_headers:
            collect(self._settings.response_headers, answer.headers, returned)
        return answer.response

    async def close(self) -> None:
        """Close the connections. A later request opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

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
        attempts = self._settings.retry.attempts if request.operation == "query" else 1
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
        data = BytesIO(body) if len(body) >= _STREAMED_FROM else body
        try:
            response = await self._open_session().post(
                self._url, data=data, headers=headers, allow_redirects=False
            )
        except aiohttp.ServerDisconnectedError as error:
            raise Transient(repr(error), at_once=True) from error
        except (aiohttp.ClientOSError, aiohttp.ConnectionTimeoutError) as error:
            raise Transient(repr(error)) from error
        except (aiohttp.ClientError, OSError) as error:
            raise SubgraphUnavailable(repr(error)) from error
        try:
            async with response:
                return await self._receive(response)
        except (aiohttp.ClientError, OSError) as error:
            raise SubgraphUnavailable(repr(error)) from error

    async def _receive(self, response: aiohttp.ClientResponse) -> _Answer:
        if not is_graphql(response.status, response.content_type):
            # What else it says is not read, so the connection cannot serve again.
            response.close()
            what = f"answered {response.status} {response.content_type}"
            if response.status in _TRANSIENT:
                raise Transient(what, after=_seconds(response.headers.get("retry-after")))
            raise SubgraphUnavailable(what)
        encoding = response.headers.get("content-encoding", "")
        try:
            reader = AnswerReader(encoding, self._settings.max_response_bytes)
            async for chunk in response.content.iter_chunked(_CHUNK):
                reader.feed(chunk)
            return _Answer(Owned(checked_response(reader.body())), response.headers)
        except SubgraphUnavailable:
            response.close()
            raise

    def _open_session(self) -> aiohttp.ClientSession:
        """Made with the first request: a session belongs to the loop that it is made in."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=self._settings.connections, keepalive_timeout=self._settings.keep_alive
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                # The deadline of `execute` bounds all attempts.
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=self._settings.connect_timeout
                ),
                auto_decompress=False,
            )
        return self._session


def _seconds(retry_after: str | None) -> float | None:
    """A date instead of a number is as good as nothing: clocks differ."""
    return float(retry_after) if retry_after and retry_after.isdecimal() else None
