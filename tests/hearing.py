"""Carries what was published to one agent's handlers, at once and in order, without a bus."""

from dataclasses import dataclass, fields

from sqlalchemy import select

from events.decode import decode
from events.envelope import Envelope
from events.event import Event
from events.received import Received
from models.database import Cause
from models.platform import outbox
from subgraphs.kit.agents import Agents
from subgraphs.kit.consuming import AgentConsumer

COLUMNS = [outbox.c[field.name] for field in fields(Envelope)]


@dataclass
class Hearing:
    """One agent, and how far it has heard."""

    agents: Agents
    agent: str
    ordinal: int = 0

    async def listen(self) -> int:
        """Let it hear whatever is new; how many facts concerned it."""
        rows = select(outbox.c.ordinal, *COLUMNS).where(outbox.c.ordinal > self.ordinal)
        concerned = 0
        for row in await self.agents.db.rows(rows.order_by(outbox.c.ordinal)):
            self.ordinal = row.ordinal
            values = dict(row._mapping)
            del values["ordinal"]
            concerned += await self.hear(Envelope(**values))
        return concerned

    async def hear(self, envelope: Envelope) -> bool:
        """One fact, however often; whether it concerned the agent."""
        consumer = AgentConsumer(self.agents, self.agent)
        if envelope.type not in consumer.types:
            return False
        event: Received[Event] = Received(1, envelope, decode(envelope))
        prepared = await consumer.prepare(event)
        behalf = envelope.on_behalf_of
        cause = Cause(f"agent:{self.agent}", envelope.correlation_id, envelope.id, behalf)
        async with self.agents.db.unit_of_work(cause) as work:
            await consumer.apply(work, event, prepared)
        return True
