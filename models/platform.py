"""Tables of the platform itself: outbox, sequences, idempotency, schedule, captured defects."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType

from models.tables import metadata, time_column


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id, by which the sequencer tells late commits."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


aggregate_sequence = Table(
    "aggregate_sequence",
    metadata,
    Column("aggregate_id", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
    schema="platform",
)

# A waiting room: the sequencer moves rows from here into the log, in order of `ordinal`, which
# is assigned under the aggregate's row lock and therefore needs an identity without a cache.
outbox = Table(
    "outbox",
    metadata,
    Column("ordinal", BigInteger, Identity(cache=1), primary_key=True),
    Column("xid", Xid8, nullable=False, server_default=func.pg_current_xact_id()),
    Column("id", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("aggregate_id", Text, nullable=False),
    Column("partition", SmallInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    time_column("occurred_at"),
    Column("actor", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("correlation_id", Text, nullable=False),
    Column("causation_id", Text),
    Column("trace_id", Text),
    Column("seed", Boolean, nullable=False, server_default=text("false")),
    Column("data", JSONB, nullable=False),
    UniqueConstraint("id"),
    UniqueConstraint("aggregate_id", "sequence"),
    Index(None, "xid"),
    schema="platform",
)

# `outcome` is null while in progress; then whoever holds `lease` may write it. A saga step's key
# never expires: `expires_at` is null.
idempotency = Table(
    "idempotency",
    metadata,
    Column("principal", Text, primary_key=True),
    Column("mutation", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("input_hash", Text, nullable=False),
    Column("lease", Text, nullable=False),
    time_column("leased_until"),
    time_column("expires_at", nullable=True),
    Column("outcome", JSONB(none_as_null=True)),
    Index(None, "expires_at"),
    schema="platform",
)

schedule = Table(
    "schedule",
    metadata,
    Column("timer", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    time_column("due_at"),
    Column("lease", Text),
    time_column("leased_until", nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Index(None, "due_at"),
    schema="platform",
)

# Which parts of the example shop this database has been given, so that nothing that a person
# has changed or removed since comes back.
seeded = Table(
    "seeded",
    metadata,
    Column("part", Text, primary_key=True),
    time_column("seeded_at"),
    schema="platform",
)

captured_error = Table(
    "captured_error",
    metadata,
    Column("id", Text, primary_key=True),
    Column("agent", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("traceback", Text, nullable=False),
    Column("correlation_id", Text, nullable=False),
    time_column("captured_at"),
    Index(None, "captured_at"),
    schema="platform",
)
