"""Tables of the monitoring agent: every event for good, and whose timeline each stands on."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from models.personal import owner_column
from models.tables import id_column, metadata, time_column

# What the log holds, kept when the log is pruned. `timeline` is the order that the event is
# about, or else the customer; null where it is about neither. Rows never change.
platform_event = Table(
    "platform_event",
    metadata,
    id_column(),
    Column("position", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("timeline", Text),
    time_column("occurred_at"),
    Column("actor", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("correlation_id", Text, nullable=False),
    Column("causation_id", Text),
    Column("seed", Boolean, nullable=False),
    Column("data", JSONB, nullable=False),
    Index(None, "position"),
    Index(None, "timeline", "position"),
    Index(None, "subject", "position"),
    Index(None, "correlation_id", "position"),
    Index(None, "type", "position"),
    Index(None, "occurred_at"),
    schema="monitoring",
)

# Whose timeline it is, as the first event that named its customer said: events may come in any
# order, and `position` tells which is the first. A customer's own timeline is among them.
timeline = Table(
    "timeline",
    metadata,
    id_column(),
    owner_column(),
    Column("position", BigInteger, nullable=False),
    Index(None, "customer_id"),
    schema="monitoring",
)

# What somebody had replayed: the keys that were parked then, and how much waited behind each.
replay = Table(
    "replay",
    metadata,
    id_column(),
    Column("consumer", Text, nullable=False),
    Column("actor", Text, nullable=False),
    time_column("asked_at"),
    schema="monitoring",
)

replay_key = Table(
    "replay_key",
    metadata,
    Column("replay_id", Text, ForeignKey("monitoring.replay.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("events", Integer, nullable=False),
    Column("last_position", BigInteger, nullable=False),
    schema="monitoring",
)
