"""An executor on graphql-core over a schema of its own, so that the edge is tested alone."""

import asyncio
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLResolveInfo,
    OperationType,
    build_schema,
    execute,
    get_operation_ast,
    parse,
    validate,
)

from gateway.context import RequestContext
from gateway.execution.streams import Sink
from gateway.gateway import GraphQLRequest, GraphQLResponse

SCHEMA = build_schema(
    """
    type Query {
      hello(name: String! = "world"): String!
      products: [Product!]!
      slow: String!
      partly: String
      nothing: String!
      broken: String!
    }
    type Mutation { rename(name: String!): String! }
    type Product { id: ID! name: String! price: Money! availability: Int! }
    type Money { amount: String! currency: String! }
    """
)


class StandIn:
    """Remembers what reached it; `slow` waits for `release`."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.contexts: list[RequestContext] = []
        self.requests: list[GraphQLRequest] = []
        self.renames: list[str] = []
        self.started = asyncio.Event()
        self.release = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def execute(
        self,
        request: GraphQLRequest,
        context: RequestContext,
        *,
        allow_mutations: bool = True,
    ) -> GraphQLResponse:
        self.contexts.append(context)
        self.requests.append(request)
        try:
            document = parse(request.query)
        except GraphQLError as error:
            return _refused(error)
        if errors := validate(SCHEMA, document):
            return _refused(*errors)
        operation = get_operation_ast(document, request.operation_name)
        if operation is None:
            return _refused(GraphQLError("Unknown operation."))
        if operation.operation is OperationType.MUTATION and not allow_mutations:
            extensions = {"code": "METHOD_NOT_ALLOWED"}
            return _refused(GraphQLError("Mutations must be sent by POST.", extensions=extensions))
        if "broken" in request.query:
            raise ZeroDivisionError("a secret of ours")
        result = execute(
            SCHEMA,
            document,
            _Root(self),
            variable_values=dict(request.variables),
            operation_name=request.operation_name,
        )
        if not isinstance(result, ExecutionResult):
            result = await result
        found = [error.formatted for error in result.errors or ()]
        # Variables that cannot be coerced: graphql-core reports them without a path.
        executed = result.data is not None or all("path" in error for error in found)
        return GraphQLResponse(result.data, [dict(error) for error in found], executed)

    async def is_subscription(self, request: GraphQLRequest) -> bool:
        return False

    async def subscribe(
        self, request: GraphQLRequest, context: RequestContext, sink: Sink
    ) -> GraphQLResponse:
        return _refused(GraphQLError("There are no subscriptions."))


class _Root:
    def __init__(self, owner: StandIn) -> None:
        self.owner = owner

    def hello(self, _: GraphQLResolveInfo[None], name: str) -> str:
        return f"Hello {name}"

    def products(self, _: GraphQLResolveInfo[None]) -> list[dict[str, Any]]:
        price = {"amount": "24.90", "currency": "EUR"}
        return [{"id": "1", "name": "Copper kettle", "price": price, "availability": 7}]

    async def slow(self, _: GraphQLResolveInfo[None]) -> str:
        self.owner.started.set()
        try:
            await self.owner.release.wait()
        except asyncio.CancelledError:
            self.owner.cancelled.set()
            raise
        return "done"

    def partly(self, _: GraphQLResolveInfo[None]) -> str:
        raise GraphQLError("Away.", extensions={"code": "SUBGRAPH_UNAVAILABLE"})

    def nothing(self, _: GraphQLResolveInfo[None]) -> str:
        raise GraphQLError("Away.", extensions={"code": "SUBGRAPH_UNAVAILABLE"})

    def rename(self, _: GraphQLResolveInfo[None], name: str) -> str:
        self.owner.renames.append(name)
        return name


def _refused(*errors: GraphQLError) -> GraphQLResponse:
    return GraphQLResponse(None, [dict(error.formatted) for error in errors], False)
