"""`subscriptions`: what clients may have open, and how each subgraph's events come."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.configuration.values import (
    Duration,
    Section,
    Size,
    UrlPath,
    overlaid,
    written,
)
from gateway.policy.streams import StreamSettings
from gateway.transport.upstream import UpstreamSettings

_Count = Annotated[int, Field(ge=1)]


class SubgraphSubscriptions(Section):
    """How a subgraph is subscribed to.

    `protocol`: `ws` is graphql-transport-ws, `sse` is graphql-sse with a connection for each
    subscription. `path` where it differs from that of the subgraph's queries. `open_timeout`: until
    the subgraph has agreed. `ping_interval`: over WebSockets; `silence`: over SSE, the longest
    without as much as a comment, or `never`.
    """

    protocol: Literal["ws", "sse"] = "ws"
    path: UrlPath | None = None
    open_timeout: Duration = written("10s")
    ping_interval: Duration = written("20s")
    silence: Duration | Literal["never"] = written("60s")
    max_message_size: Size = written("16mb")

    def settings(self) -> UpstreamSettings:
        return UpstreamSettings(
            protocol=self.protocol,
            path=self.path,
            open_timeout=self.open_timeout,
            ping_interval=self.ping_interval,
            silence=None if self.silence == "never" else self.silence,
            max_message_bytes=self.max_message_size,
        )


class Subscriptions(Section):
    """What `subgraphs` says of one wins over `all`, key by key.

    `queue`: events that may wait for a client that reads too slowly. `init_timeout`: for the first
    message of a WebSocket. `heartbeat`: of streamed answers. Connections are WebSockets and
    streamed answers; limits of a principal are for callers with a verified token.
    `allowed_origins`: of pages that may open WebSockets, besides the gateway's own.
    """

    all: SubgraphSubscriptions = SubgraphSubscriptions()
    subgraphs: dict[str, SubgraphSubscriptions] = Field(default_factory=dict)
    init_timeout: Duration = written("3s")
    ping_interval: Duration = written("20s")
    heartbeat: Duration = written("10s")
    max_message_size: Size = written("1mb")
    queue: _Count = 256
    max_connections: _Count = 20_000
    max_connections_per_principal: _Count = 100
    max_subscriptions: _Count = 100_000
    max_subscriptions_per_principal: _Count = 1_000
    max_operations_per_connection: _Count = 100
    allowed_origins: list[str] = Field(default_factory=list)

    def of(self, subgraph: str) -> SubgraphSubscriptions:
        own = self.subgraphs.get(subgraph)
        return self.all if own is None else overlaid(self.all, own)

    def streams(self) -> StreamSettings:
        return StreamSettings(
            init_timeout=self.init_timeout,
            ping_interval=self.ping_interval,
            heartbeat=self.heartbeat,
            max_message_bytes=self.max_message_size,
            queue=self.queue,
            connections=self.max_connections,
            connections_per_principal=self.max_connections_per_principal,
            subscriptions=self.max_subscriptions,
            subscriptions_per_principal=self.max_subscriptions_per_principal,
            operations_per_connection=self.max_operations_per_connection,
            allowed_origins=frozenset(self.allowed_origins),
        )
