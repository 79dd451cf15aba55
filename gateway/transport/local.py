"""A subgraph in this process: no sockets and no JSON, but the same promises as over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from gateway.transport.protocol import SubgraphRequest, SubgraphUnavailable

Execute = Callable[[SubgraphRequest], Awaitable[Mapping[str, Any]]]


class LocalTransport:
    """Calls `execute`, which gives a GraphQL response; it has `timeout` seconds."""

    def __init__(self, execute: Execute, *, timeout: float = 10.0) -> None:
        self._execute = execute
        self._timeout = timeout

    async def execute(self, request: SubgraphRequest) -> Mapping[str, Any]:
        """See `Transport.execute`."""
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

    async def close(self) -> None:
        """Nothing is held open."""
