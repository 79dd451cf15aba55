"""A subgraph in this process: no sockets and no JSON, but the same promises as over HTTP."""

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Hashable,
    Mapping,
)
from contextlib import aclosing, asynccontextmanager
from typing import Any

import orjson

from gateway.context import RequestContext
from gateway.transport.flights import Flights
from gateway.transport.protocol import SubgraphRequest, SubgraphUnavailable, SubscriptionFailed

Execute = Callable[[SubgraphRequest], Awaitable[Mapping[str, Any]]]
Subscribe = Callable[[SubgraphRequest], AsyncGenerator[Mapping[str, Any], None]]


class LocalTransport:
    """Calls `execute`, which gives a GraphQL response; it has `timeout` seconds.

    `subscribe` gives those of a subscription, one after the other, and may raise
    SubscriptionFailed; None: there are no subscriptions. It is closed when nobody listens.

    With `deduplicate`, identical queries of callers with the same claims and headers that are
    under way at the same time are executed once; never those of a mutation operation.
    """

    def __init__(
        self,
        execute: Execute,
        *,
        subscribe: Subscribe | None = None,
        timeout: float = 10.0,
        deduplicate: bool = False,
    ) -> None:
        self._execute = execute
        self._subscribe = subscribe
        self._timeout = timeout
        self._flights: Flights[Mapping[str, Any]] | None = Flights() if deduplicate else None

    async def execute(self, request: SubgraphRequest) -> Mapping[str, Any]:
        """See `Transport.execute`."""
        if request.context.response_headers is not None:
            # Nobody says here how long this may be kept, so what other subgraphs say is void.
            request.context.response_headers.restrict_caching(None)
        if self._flights is None or request.operation != "query":
            return await self._within_deadline(request)
        landed = await self._flights.join(
            self._key(request), lambda: self._within_deadline(request)
        )
        return landed.result

    @asynccontextmanager
    async def subscribe(
        self, request: SubgraphRequest
    ) -> AsyncIterator[AsyncIterator[Mapping[str, Any]]]:
        """See `Transport.subscribe`."""
        if self._subscribe is None:
            raise SubgraphUnavailable("it has no subscriptions")
        async with aclosing(self._answers(self._subscribe, request)) as answers:
            yield answers

    def identity(self, context: RequestContext) -> Hashable:
        """See `Transport.identity`. The request's id is for logs."""
        claims = None if context.claims is None else dict(context.claims)
        headers = {k: v for k, v in context.headers.items() if k != "x-request-id"}
        return orjson.dumps([claims, headers], option=orjson.OPT_SORT_KEYS)

    async def close(self) -> None:
        """Nothing is held open."""

    async def _answers(
        self, subscribe: Subscribe, request: SubgraphRequest
    ) -> AsyncGenerator[Mapping[str, Any], None]:
        try:
            async with aclosing(subscribe(request)) as answers:
                async for answer in answers:
                    yield answer
        except (SubgraphUnavailable, SubscriptionFailed):
            raise
        except Exception as error:  # boundary: one subgraph's defect ends its subscriptions
            raise SubgraphUnavailable(f"the subgraph raised {error!r}") from error

    async def _within_deadline(self, request: SubgraphRequest) -> Mapping[str, Any]:
        deadline = asyncio.timeout(self._timeout)
        try:
            async with deadline:
                return await self._execute(request)
        except SubgraphUnavailable:
            raise
        except TimeoutError as error:
            what = f"no answer within {self._timeout:g} s" if deadline.expired() else repr(error)
            raise SubgraphUnavailable(what) from error
        except Exception as error:  # boundary: one subgraph's defect is partial data
            raise SubgraphUnavailable(f"the subgraph raised {error!r}") from error

    def _key(self, request: SubgraphRequest) -> Hashable:
        variables = orjson.dumps(dict(request.variables))
        return request.document, variables, self.identity(request.context)
