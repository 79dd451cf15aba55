"""Everything that happens is remembered: the one consumer of every event type."""

from events.catalog import EVENTS
from events.event import Event
from events.received import Received
from subgraphs.kit import Info, Role, UnitOfWork, handler
from subgraphs.monitoring import service


@handler(*EVENTS.values(), role=Role.PROJECTION)
async def remember(info: Info, work: UnitOfWork, event: Received[Event]) -> None:
    """Into the permanent timelines, the example shop's past too."""
    service.remember(work, event)
