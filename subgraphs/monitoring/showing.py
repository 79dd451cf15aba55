"""From an event as the bus carries it to what the graph shows of it."""

from collections.abc import Collection, Mapping
from typing import Any

from events.envelope import Envelope
from events.hub import Cursor
from events.stamped import NotAnEvent, from_json
from subgraphs.kit import ID
from subgraphs.monitoring.types import PlatformEvent


def platform_event(cursor: Cursor, envelope: Envelope) -> PlatformEvent:
    """The event, whole; what of it is told is the fields' to say."""
    return PlatformEvent(
        id=ID(envelope.id),
        position=cursor.position,
        cursor=str(cursor),
        type=envelope.type,
        version=envelope.version,
        subject_id=ID(envelope.subject),
        timeline=None,
        occurred_at=envelope.occurred_at,
        actor_id=envelope.actor,
        acting_for=envelope.on_behalf_of,
        correlation=envelope.correlation_id,
        causation=envelope.causation_id,
        values=envelope.data,
    )


def shown(
    stamped: Mapping[str, Any], incarnation: str, types: Collection[str]
) -> PlatformEvent | None:
    """A parked event, where it is one of these types."""
    try:
        found = from_json(stamped)
    except NotAnEvent:
        return None
    if found.envelope.type not in types:
        return None
    return platform_event(Cursor(incarnation, found.position), found.envelope)
