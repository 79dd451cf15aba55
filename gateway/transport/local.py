"""A subgraph in this process: no sockets and no JSON, but the same promises as over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any

import orjson

from gateway.transport.flights import Flights
from gateway.transport.protocol import SubgraphRequest, SubgraphUnavailable

Execute = Callable[[SubgraphRequest], Awaitable[Mapping[str, Any]]]


class LocalTransport:
    """Calls `execute`, which gives a GraphQL response; it has `timeout` seconds.

    With `deduplicate`, identical queries of callers with the same claims and headers that are
    under way at the same time are executed once; never those of a mutation operation.
    """

    def __init__(
        self, execute: Execute, *, timeout: float = 10.0, deduplicate: bool = False
    ) -> None:
        self._execute = execute
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
            _identity(request), lambda: self._within_deadline(request)
        )
        return landed.result

    async def close(self) -> None:
        """Nothing is held open."""

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


def _identity(request: SubgraphRequest) -> Hashable:
    """Everything that the answer may depend on; the request's id is for logs."""
    claims = request.context.claims
    headers = {k: v for k, v in request.context.headers.items() if k != "x-request-id"}
    rest = [
        dict(request.variables),
        None if claims is None else dict(claims),
        sorted(headers.items()),
    ]
    return request.document, orjson.dumps(rest)
