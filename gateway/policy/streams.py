"""How much clients may have open at once, and how patient the edge is with them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Seconds and bytes. Connections are WebSockets and streamed responses.

    - `init_timeout`: from a WebSocket's opening to its `connection_init`.
    - `ping_interval`: of pings over WebSockets; one that is not answered in as long closes the
      connection. `heartbeat`: of empty messages in streamed responses.
    - `max_message_bytes`: of what clients send over a WebSocket.
    - `queue`: messages that may wait for a client that reads too slowly, per subscription; with one
      more it is told that it lags, and has to subscribe again.
    - `connections`, `subscriptions`: of the process, and of one principal; operations of one
      WebSocket. Anonymous callers are no principal.
    - `allowed_origins`: of pages, besides the gateway's own, whose scripts may open WebSockets;
      `*` allows all.
    """

    init_timeout: float = 3.0
    ping_interval: float = 20.0
    heartbeat: float = 10.0
    max_message_bytes: int = 1_048_576
    queue: int = 256
    connections: int = 20_000
    connections_per_principal: int = 100
    subscriptions: int = 100_000
    subscriptions_per_principal: int = 1_000
    operations_per_connection: int = 100
    allowed_origins: frozenset[str] = frozenset()


DEFAULT_STREAMS: Final = StreamSettings()
