"""Subscriptions of one agent, as whoever asks it gets them: events as plain answers."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from strawberry.types.execution import PreExecutionError

from gateway.context import RequestContext
from gateway.execution.messages import GraphQLRequest
from gateway.transport.protocol import SubscriptionFailed
from subgraphs.kit.agents import Agents
from subgraphs.kit.tokens import principal_of


async def agent_events(
    agents: Agents, agent: str, request: GraphQLRequest, context: RequestContext
) -> AsyncGenerator[Mapping[str, Any], None]:
    """The answers in order. Raises SubscriptionFailed where it is refused, or breaks."""
    results = agents.subscribe(
        agent,
        request.query,
        request.variables,
        principal_of(context.claims),
        context.request_id,
        request.operation_name,
    )
    async with aclosing(results):
        async for result in results:
            errors = [dict(error.formatted) for error in result.errors or ()]
            # What goes wrong within one event has a place in it.
            if isinstance(result, PreExecutionError) or (
                errors and result.data is None and not any(error.get("path") for error in errors)
            ):
                raise SubscriptionFailed(errors)
            answer: dict[str, Any] = {"data": result.data}
            if errors:
                answer["errors"] = errors
            if result.extensions:
                answer["extensions"] = result.extensions
            yield answer
