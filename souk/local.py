"""The agents of this process behind the gateway's local transport: no HTTP, no JSON between."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from gateway.execution.messages import GraphQLRequest
from gateway.transport.local import LocalTransport
from gateway.transport.protocol import SubgraphRequest
from souk.agent_events import agent_events
from subgraphs.kit.agents import Agents
from subgraphs.kit.tokens import principal_of


def local_transports(agents: Agents, timeout: float) -> dict[str, LocalTransport]:
    """One transport per agent; `timeout` in seconds."""
    return {name: _transport(_Agent(agents, name), timeout) for name in agents.subgraphs}


def _transport(agent: "_Agent", timeout: float) -> LocalTransport:
    return LocalTransport(agent, subscribe=agent.subscribe, timeout=timeout)


class _Agent:
    def __init__(self, agents: Agents, name: str) -> None:
        self._agents = agents
        self._name = name

    async def __call__(self, request: SubgraphRequest) -> Mapping[str, Any]:
        principal = principal_of(request.context.claims)
        result = await self._agents.execute(
            self._name, request.document, request.variables, principal, request.context.request_id
        )
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        return answer

    def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[Mapping[str, Any], None]:
        asked = GraphQLRequest(request.document, request.variables)
        return agent_events(self._agents, self._name, asked, request.context)
