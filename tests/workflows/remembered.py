"""The monitoring agent's memory of the example shop's past, without waiting for the bus."""

from sqlalchemy import or_, select

from events.decode import decode
from events.envelope import Envelope
from events.received import Received
from models.platform import outbox
from subgraphs.kit.agents import Agents
from subgraphs.kit.consuming import AgentConsumer

ROW = outbox.c
FIELDS = [column for column in ROW if column.name not in ("ordinal", "xid")]


async def remembered(agents: Agents, *orders: str) -> None:
    """Have it take what happened to these orders, in the order in which it waits in the outbox."""
    consumer = AgentConsumer(agents, "monitoring")
    about = or_(ROW.subject.in_(orders), ROW.data["order_id"].astext.in_(orders))
    rows = select(ROW.ordinal, *FIELDS).where(about).order_by(ROW.ordinal)
    for row in await agents.db.rows(rows):
        values = dict(row._mapping)
        position = values.pop("ordinal")
        envelope = Envelope(**values)
        received = Received(position, envelope, decode(envelope))
        async with agents.db.unit_of_work() as work:
            await consumer.apply(work, received, await consumer.prepare(received))
