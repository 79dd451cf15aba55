"""Carries what was published to the agents' handlers, at once and in order, without a bus."""

from dataclasses import dataclass, fields

from sqlalchemy import select

from events.decode import decode
from events.envelope import Envelope
from events.event import Event
from events.received import Received
from models.database import Cause
from models.platform import outbox
from subgraphs.kit.agents import Agents

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

    async def hear(self, envelope: Envelope) -> int:
        """One fact, however often."""
        event: Received[Event] = Received(1, envelope, decode(envelope))
        found = [
            each
            for each in self.agents.subgraphs[self.agent].handlers
            if isinstance(event.event, each.events)
        ]
        behalf = envelope.on_behalf_of
        cause = Cause(f"agent:{self.agent}", envelope.correlation_id, envelope.id, behalf)
        for each in found:
            async with self.agents.db.unit_of_work(cause) as work:
                info = self.agents.acting(self.agent, cause).within(work)
                await each.apply(info, work, event)
        return len(found)
