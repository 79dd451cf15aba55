"""Subgraphs behind edges of their own, on real sockets: subscribed to as anybody's would be."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from graphql import OperationType, get_operation_ast, parse, validate

from gateway.composition import SubgraphSource, compose
from gateway.context import RequestContext
from gateway.execution.answered import AnsweredOperation
from gateway.execution.streams import Sink, Stream, Subscription
from gateway.gateway import GraphQLRequest, GraphQLResponse
from gateway.server.app import create_app
from gateway.server.lifecycle import Lifecycle
from gateway.server.settings import ServerSettings
from gateway.transport.protocol import SubgraphRequest
from tests.gateway.server.running import running
from tests.gateway.subgraphs import LINK, Subgraph


class SubgraphExecutor:
    """A subgraph as an executor: its edge speaks all protocols."""

    def __init__(self, subgraph: Subgraph) -> None:
        self.subgraph = subgraph
        self.headers: list[Mapping[str, str]] = []

    async def execute(
        self, request: GraphQLRequest, context: RequestContext, *, allow_mutations: bool = True
    ) -> GraphQLResponse:
        answer = await self.subgraph.execute(_sent(request, context))
        return GraphQLResponse(answer["data"], list(answer["errors"]), executed=True)

    async def is_subscription(self, request: GraphQLRequest) -> bool:
        operation = get_operation_ast(parse(request.query), request.operation_name)
        return operation is not None and operation.operation is OperationType.SUBSCRIPTION

    async def subscribe(
        self, request: GraphQLRequest, context: RequestContext, sink: Sink
    ) -> Subscription | GraphQLResponse:
        self.headers.append(context.headers)
        errors = validate(self.subgraph.schema, parse(request.query))
        if errors:
            return GraphQLResponse(None, [dict(e.formatted) for e in errors], executed=False)
        source = AnsweredOperation(self._answers(_sent(request, context)), context)
        return Stream(source).join(sink, context)

    async def _answers(self, request: SubgraphRequest) -> AsyncGenerator[Mapping[str, Any], None]:
        async with self.subgraph.subscribe(request) as answers:
            async for answer in answers:
                yield answer


def _sent(request: GraphQLRequest, context: RequestContext) -> SubgraphRequest:
    return SubgraphRequest(request.query, request.variables, "query", context)


@asynccontextmanager
async def remote(subgraphs: Mapping[str, Subgraph]) -> AsyncIterator[dict[str, tuple[str, str]]]:
    """By name, the URL and the SDL of each; for `supergraph`."""
    async with AsyncExitStack() as stack:
        found = {}
        for name, subgraph in subgraphs.items():
            subgraph.name = name
            lifecycle = Lifecycle(0.1)
            settings = ServerSettings(SubgraphExecutor(subgraph), lifecycle=lifecycle)
            url = await stack.enter_async_context(running(create_app(settings), lifecycle))
            found[name] = (f"{url}/graphql", LINK + subgraph.sdl)
        yield found


def supergraph(found: Mapping[str, tuple[str, str]]) -> str:
    composition = compose(
        {name: SubgraphSource(url=url, sdl=sdl) for name, (url, sdl) in found.items()}
    )
    assert composition.supergraph_sdl is not None, composition.errors
    return composition.supergraph_sdl
