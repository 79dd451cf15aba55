"""What the edge needs of the gateway behind it."""

from typing import Protocol

from gateway.context import RequestContext
from gateway.gateway import GraphQLRequest, GraphQLResponse


class Executor(Protocol):
    """Runs one operation. `gateway.gateway.Gateway` is the one that there is."""

    async def execute(
        self,
        request: GraphQLRequest,
        context: RequestContext,
        *,
        allow_mutations: bool = True,
    ) -> GraphQLResponse:
        """The answer. What the caller did wrong is in its errors; raising is a defect."""
        ...
