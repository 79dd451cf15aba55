"""What the edge needs of the gateway behind it."""

from typing import Protocol

from gateway.context import RequestContext
from gateway.execution.streams import Sink, Subscription
from gateway.gateway import GraphQLRequest, GraphQLResponse


class Executor(Protocol):
    """Runs operations. `gateway.gateway.Gateway` is the one that there is."""

    async def execute(
        self,
        request: GraphQLRequest,
        context: RequestContext,
        *,
        allow_mutations: bool = True,
    ) -> GraphQLResponse:
        """The answer. What the caller did wrong is in its errors; raising is a defect."""
        ...

    async def is_subscription(self, request: GraphQLRequest) -> bool:
        """Whether it is one that could be subscribed to; what is invalid is none."""
        ...

    async def subscribe(
        self, request: GraphQLRequest, context: RequestContext, sink: Sink
    ) -> Subscription | GraphQLResponse:
        """Begins to send events to `sink`, or refuses to with an answer."""
        ...
