"""What the edge is built from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from starlette.routing import BaseRoute

from gateway.execution.engine import OnDefect
from gateway.policy.authentication import Claims
from gateway.policy.streams import StreamSettings
from gateway.server.executor import Executor
from gateway.server.ide import GraphiQL
from gateway.server.lifecycle import Lifecycle, Readiness, always_ready


class Authenticates(Protocol):
    """Says who is calling. `gateway.policy.authentication.Authenticator` is one that does."""

    def authenticate(self, authorization: str | None) -> Claims | None:
        """The caller's claims; None: anonymous. Raises Unauthenticated."""
        ...


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """One per app.

    - `authenticator`: None verifies nothing; the authorization header is forwarded all the same.
    - `jwks`: the public key set to publish; None: nothing is published.
    - `graphiql`: None: there is no such page.
    - `lifecycle`: the same object goes to `serve`, so that the app knows when it is draining.
    - `path`: of the GraphQL endpoint; `health_path`: of the probes below it, None: there are none.
    - `forward_headers`: whether transports see all headers of the client and not only
      authorization; their rules choose. `return_headers`: whether they may add to the answer's.
    - `on_defect`: told "edge" and the exception for every one that nobody expected.
    - `routes`: more of them, behind the same headers, request ids and log lines.
    """

    executor: Executor
    authenticator: Authenticates | None = None
    jwks: Callable[[], Mapping[str, Any]] | None = None
    readiness: Readiness = always_ready
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    graphiql: GraphiQL | None = None
    on_defect: OnDefect | None = None
    routes: Sequence[BaseRoute] = ()
    path: str = "/graphql"
    health_path: str | None = "/health"
    forward_headers: bool = False
    return_headers: bool = False
    max_body_bytes: int = 1_048_576
    body_timeout_seconds: float = 10.0
    timeout_seconds: float = 30.0
    streams: StreamSettings = field(default_factory=StreamSettings)
