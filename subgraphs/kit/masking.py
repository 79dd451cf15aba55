"""What leaves a subgraph: a refusal with its code, a denial, or a defect masked with its id."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from graphql import ExecutionResult as GraphQLResult
from graphql import GraphQLError
from sqlalchemy.exc import DBAPIError
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionResult

from events.hub import CursorExpired, HubClosed, Lagged, MalformedCursor
from subgraphs.kit.errors import Refused

LAGGED = "SUBSCRIPTION_LAGGED"
INTERRUPTED: Mapping[type[Exception], str] = {
    MalformedCursor: "BAD_USER_INPUT",
    CursorExpired: "CURSOR_EXPIRED",
    HubClosed: "UNAVAILABLE",
}
"""What ends a subscription, or keeps it from beginning, and is nobody's defect."""
NO_SUCH_CHARACTER = "22021"
"""PostgreSQL's character_not_in_repertoire: a NUL, in whatever text the caller sent."""


class Masking(SchemaExtension):
    def __init__(self, agent: str) -> None:
        self.agent = agent

    async def on_operation(self) -> AsyncIterator[None]:
        yield
        result = self.execution_context.result
        if isinstance(result, ExecutionResult | GraphQLResult) and result.errors:
            result.errors = [await self._translate(error) for error in result.errors]

    async def on_stream_result(self, result: Any) -> AsyncIterator[None]:
        """The same for each event of a subscription, which also says where to resume."""
        if isinstance(result, ExecutionResult):
            if result.errors:
                result.errors = [await self._translate(error) for error in result.errors]
            cursor = self.execution_context.context.cursor
            if cursor is not None and result.data is not None:
                result.extensions = {**(result.extensions or {}), "cursor": cursor}
        yield

    async def _translate(self, error: GraphQLError) -> GraphQLError:
        cause = error.original_error
        if cause is None or isinstance(cause, GraphQLError):
            return _coded(error)
        if isinstance(cause, Refused):
            first = cause.errors[0]
            message, extensions = first.message, {"code": first.code.name, "field": first.field}
        elif isinstance(cause, Lagged):
            message, extensions = str(cause), {"code": LAGGED, "cursor": str(cause.cursor)}
        elif code := INTERRUPTED.get(type(cause)):
            message, extensions = str(cause), {"code": code}
        elif isinstance(cause, DBAPIError) and _state(cause) == NO_SUCH_CHARACTER:
            message, extensions = "Text must not contain NUL.", {"code": "INVALID_INPUT"}
        else:
            path = ".".join(map(str, error.path or ()))
            context = self.execution_context.context
            id = await context.capture(self.agent, path, cause, context.correlation_id)
            message, extensions = "Internal error.", {"code": "INTERNAL", "id": id}
        return GraphQLError(message, error.nodes, path=error.path, extensions=extensions)


def _coded(error: GraphQLError) -> GraphQLError:
    """What GraphQL itself refuses, a scalar's value above all, is the caller's to mend."""
    if "code" not in (error.extensions or {}):
        error.extensions = {**(error.extensions or {}), "code": "BAD_USER_INPUT"}
    return error


def _state(error: DBAPIError) -> str | None:
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state
