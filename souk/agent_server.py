"""One agent's subgraph over HTTP, behind the same edge as the gateway."""

from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from gateway.context import RequestContext
from gateway.execution.documents import OPERATION_RESOLUTION_FAILURE
from gateway.execution.errors import error
from gateway.gateway import METHOD_NOT_ALLOWED, GraphQLRequest, GraphQLResponse
from souk.agent_limits import refusals
from subgraphs.kit.agents import Agents
from subgraphs.kit.tokens import principal_of

__all__ = ["AgentExecutor"]


class AgentExecutor:
    """Runs what the edge has parsed on one subgraph, by stock Strawberry."""

    def __init__(self, agents: Agents, agent: str) -> None:
        self._agents = agents
        self._agent = agent

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
        return GraphQLResponse(result.data, errors, executed)


def _refused(message: str, code: str) -> GraphQLResponse:
    return GraphQLResponse(None, [error(message, code)], executed=False)
