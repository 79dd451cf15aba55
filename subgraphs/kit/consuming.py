"""An agent's handlers as the consumer that a bus delivers to."""

from collections.abc import Sequence
from typing import Any

from events.event import Event
from events.received import Received
from models.database import Cause, UnitOfWork
from subgraphs.kit.agents import Agents
from subgraphs.kit.context import Info
from subgraphs.kit.handlers import Handler, Role, handled
from subgraphs.kit.policy import Kind, Principal


class AgentConsumer:
    """See `events.consumer.Consumer`. The agent acts as itself, on behalf of whom the event says.

    What happened in the example shop's past is remembered, but nobody acts on it any more.
    """

    def __init__(self, agents: Agents, agent: str) -> None:
        self.name = agent
        self._agents = agents
        self._handlers = agents.subgraphs[agent].handlers
        self.types = handled(self._handlers)
        self.prepares = handled([each for each in self._handlers if each.prepare is not None])

    async def prepare(self, event: Received[Event]) -> dict[str, Any]:
        """By the name of the handler."""
        info = self._info(event)
        return {
            handler.name: await handler.prepare(info, event)
            for handler in self._concerned(event)
            if handler.prepare is not None
        }

    async def apply(self, work: UnitOfWork, event: Received[Event], prepared: Any) -> None:
        info = self._info(event, work.cause).within(work)
        for handler in self._concerned(event):
            if handler.prepare is None:
                await handler.apply(info, work, event)
            else:
                await handler.apply(info, work, event, prepared[handler.name])

    def _concerned(self, event: Received[Event]) -> Sequence[Handler]:
        return [
            handler
            for handler in self._handlers
            if isinstance(event.event, handler.events)
            and not (event.envelope.seed and handler.role is Role.TRIGGER)
        ]

    def _info(self, event: Received[Event], cause: Cause | None = None) -> Info:
        envelope = event.envelope
        itself = Principal(
            id=f"agent:{self.name}", kind=Kind.SERVICE, on_behalf_of=envelope.on_behalf_of
        )
        context = self._agents.context(self.name, itself, envelope.correlation_id)
        because = Cause(itself.id, envelope.correlation_id, envelope.id, envelope.on_behalf_of)
        return context.acting(cause or because)


def consumers(agents: Agents) -> list[AgentConsumer]:
    """Of those agents in this process that listen to anything."""
    found = [AgentConsumer(agents, name) for name in agents.subgraphs]
    return [consumer for consumer in found if consumer.types]
