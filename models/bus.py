"""Tables of the event bus: the log by position, how far each consumer is, what it could not take.

A topic is an agent: `agent` and `partition` together name one ordered stream.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from models.tables import metadata, time_column

# One partition of the table per range of positions (`event_log_<first position>`), made by
# `platform.log_room` and dropped whole by `platform.log_prune`; rows are never updated.
event_log = Table(
    "event_log",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("partition", SmallInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("aggregate_id", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    time_column("occurred_at"),
    Column("actor", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("correlation_id", Text, nullable=False),
    Column("causation_id", Text),
    Column("trace_id", Text),
    Column("seed", Boolean, nullable=False),
    Column("data", JSONB, nullable=False),
    time_column("stamped_at"),
    Index(None, "agent", "partition", "position"),
    schema="platform",
    postgresql_partition_by="RANGE (position)",
)

# The incarnation tells this log from one restored, or from a stranger's on a shared broker.
log_counter = Table(
    "log_counter",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("last", BigInteger, nullable=False, server_default="0"),
    Column(
        "incarnation",
        UUID(as_uuid=False),
        nullable=False,
        server_default=text("gen_random_uuid()"),
    ),
    CheckConstraint("one", name="one"),
    schema="platform",
)

# Where each stream ends, at most a second behind: asking the log itself invites scans of it.
log_head = Table(
    "log_head",
    metadata,
    Column("agent", Text, nullable=False),
    Column("partition", SmallInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    PrimaryKeyConstraint("agent", "partition"),
    schema="platform",
)

# Who leads (the sequencer, the relay): every write of a leader is conditional on its epoch.
lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    time_column("until"),
    schema="platform",
)

consumer_cursor = Table(
    "consumer_cursor",
    metadata,
    Column("consumer", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("partition", SmallInteger, nullable=False),
    Column("position", BigInteger, nullable=False, server_default="0"),
    Column("owner", Text),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    time_column("until", nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("failure", Text),
    time_column("failing_since", nullable=True),
    PrimaryKeyConstraint("consumer", "agent", "partition"),
    schema="platform",
)

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    time_column("taken_at"),
    PrimaryKeyConstraint("consumer", "event_id"),
    Index(None, "taken_at"),
    schema="platform",
)

# A key whose event failed for good: its later events queue up in dead_letter until a replay, which
# whoever has the handlers runs when it is asked for.
parked_key = Table(
    "parked_key",
    metadata,
    Column("consumer", Text, nullable=False),
    Column("aggregate_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    time_column("parked_at"),
    time_column("replay_asked_at", nullable=True),
    PrimaryKeyConstraint("consumer", "aggregate_id"),
    schema="platform",
)

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("consumer", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("aggregate_id", Text, nullable=False),
    Column("event", JSONB, nullable=False),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    time_column("parked_at"),
    PrimaryKeyConstraint("consumer", "position"),
    UniqueConstraint("consumer", "event_id"),
    Index(None, "consumer", "aggregate_id", "position"),
    schema="platform",
)

# What was no event of ours, or of a type or version that this consumer does not know.
malformed_event = Table(
    "malformed_event",
    metadata,
    Column("consumer", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("reason", Text, nullable=False),
    time_column("received_at"),
    PrimaryKeyConstraint("consumer", "source"),
    schema="platform",
)

relay_cursor = Table(
    "relay_cursor",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    schema="platform",
)
