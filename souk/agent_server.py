"""One agent's subgraph over HTTP, behind the same edge as the gateway."""

from functools import lru_cache
from typing import Final

from graphql import GraphQLError, get_operation_ast, parse
from graphql import OperationType as Operation
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from gateway.context import RequestContext
from gateway.execution.answered import AnsweredOperation
from gateway.execution.documents import OPERATION_RESOLUTION_FAILURE
from gateway.execution.errors import error
from gateway.execution.streams import Sink, Streams, Subscription
from gateway.gateway import METHOD_NOT_ALLOWED, GraphQLRequest, GraphQLResponse
from souk.agent_events import agent_events
from souk.agent_limits import refusals
from subgraphs.kit.agents import Agents
from subgraphs.kit.tokens import principal_of

__all__ = ["AgentExecutor"]

_MOST_TOKENS: Final = 10_000


class AgentExecutor:
    """Runs what the edge has parsed on one subgraph, by stock Strawberry."""

    def __init__(self, agents: Agents, agent: str) -> None:
        self._agents = agents
        self._agent = agent
        self._streams: Streams[AnsweredOperation] = Streams()

    async def execute(
        self, request: GraphQLRequest, context: RequestContext, *, allow_mutations: bool = True
    ) -> GraphQLResponse:
        """See `gateway.server.executor.Executor`."""
        refused = refusals(request.query)
        if refused:
            return GraphQLResponse(None, list(refused), executed=False)
        subgraph = self._agents.subgraphs[self._agent]
        allowed = set(OperationType) if allow_mutations else {OperationType.QUERY}
        principal = principal_of(context.claims)
        try:
            result = await subgraph.schema.execute(
                request.query,
                dict(request.variables),
                self._agents.context(self._agent, principal, context.request_id),
                operation_name=request.operation_name,
                allowed_operation_types=allowed,
            )
        except InvalidOperationTypeError:
            return _refused("Mutations are not allowed with this HTTP method.", METHOD_NOT_ALLOWED)
        except CannotGetOperationTypeError:
            name = request.operation_name
            message = f'Unknown operation named "{name}".' if name else "Must provide an operation."
            return _refused(message, OPERATION_RESOLUTION_FAILURE)
        errors = [dict(each.formatted) for each in result.errors or ()]
        executed = not isinstance(result, PreExecutionError)
        kind = _operation_type(request.query, request.operation_name)
        return GraphQLResponse(
            result.data, errors, executed, operation_type=kind.value if kind else None
        )

    async def is_subscription(self, request: GraphQLRequest) -> bool:
        """See `gateway.server.executor.Executor`."""
        kind = _operation_type(request.query, request.operation_name)
        return kind is Operation.SUBSCRIPTION

    async def subscribe(
        self, request: GraphQLRequest, context: RequestContext, sink: Sink
    ) -> Subscription | GraphQLResponse:
        """See `gateway.server.executor.Executor`. Each subscriber has an execution of its own."""
        refused = refusals(request.query)
        if refused:
            return GraphQLResponse(None, list(refused), executed=False)
        answers = agent_events(self._agents, self._agent, request, context)
        return self._streams.join(
            object(), lambda: AnsweredOperation(answers, context), sink, context
        )


@lru_cache(maxsize=1_000)
def _operation_type(document: str, operation_name: str | None) -> Operation | None:
    """Of what could be executed."""
    try:
        operation = get_operation_ast(parse(document, max_tokens=_MOST_TOKENS), operation_name)
    except (GraphQLError, RecursionError):
        return None
    return None if operation is None else operation.operation


def _refused(message: str, code: str) -> GraphQLResponse:
    return GraphQLResponse(None, [error(message, code)], executed=False)
