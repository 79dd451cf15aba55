"""What subscriptions to a remote subgraph have in common, whatever carries them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import aiohttp
from aiohttp.client_middlewares import ClientHandlerType

from gateway.transport.protocol import SubgraphUnavailable, SubscriptionFailed
from gateway.transport.response import is_well_formed

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UpstreamSettings:
    """Seconds and bytes.

    - `protocol`: `graphql-transport-ws`, or `graphql-sse` with a connection for each subscription.
    - `path`: where the subgraph takes subscriptions; None: where it takes queries.
    - `open_timeout`: until the subgraph has agreed to send events.
    - `ping_interval`: over WebSockets; a subgraph that leaves a ping unanswered is gone.
    - `silence`: over SSE, the longest without as much as a comment; None: for ever.
    - `max_message_bytes`: of one event.
    """

    protocol: Literal["ws", "sse"] = "ws"
    path: str | None = None
    open_timeout: float = 10.0
    ping_interval: float = 20.0
    silence: float | None = 60.0
    max_message_bytes: int = 16 * 1_048_576


def errors_of(payload: object) -> Sequence[Any]:
    """Those that a subscription ended with. Raises SubgraphUnavailable, where these are none."""
    if isinstance(payload, list) and payload:
        return payload
    raise SubgraphUnavailable("ended the subscription with errors that are none")


def checked_answer(payload: object) -> Payload:
    """One event's. Raises SubgraphUnavailable where it is none.

    Without data it is no event: it says why there are none (GraphQL, section 7.1). Raises
    SubscriptionFailed.
    """
    if not isinstance(payload, dict) or not is_well_formed(payload):
        raise SubgraphUnavailable("sent an event that is no GraphQL response")
    if "data" not in payload:
        raise SubscriptionFailed(payload["errors"])
    return payload


@asynccontextmanager
async def connection() -> AsyncIterator[aiohttp.ClientSession]:
    """A session for one subscription: it outlives the transport that it came from."""
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,
        middlewares=(_no_redirect,),
    ) as session:
        yield session


async def _no_redirect(
    request: aiohttp.ClientRequest, handler: ClientHandlerType
) -> aiohttp.ClientResponse:
    """What is forwarded of the client's headers is for this subgraph only."""
    response = await handler(request)
    if 300 <= response.status < 400:
        response.close()
        raise SubgraphUnavailable(f"answered {response.status}, which leads elsewhere")
    return response
