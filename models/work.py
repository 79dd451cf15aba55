"""Tables of what agents still have to do outside a transaction: intents, and sagas step by step."""

from enum import StrEnum, auto

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from models.tables import metadata, state_column, time_column


class SagaState(StrEnum):
    """How a saga is. WAITING and UNAVAILABLE: for a fact, for a person, or for an agent."""

    RUNNING = auto()
    WAITING = auto()
    UNAVAILABLE = auto()
    COMPENSATING = auto()
    CANCELED = auto()
    COMPLETED = auto()


class SagaStepState(StrEnum):
    """How one generation of a step is. RUNNING: its command was sent, or is about to be."""

    WAITING = auto()
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()
    SKIPPED = auto()
    UNAVAILABLE = auto()
    COMPENSATING = auto()
    COMPENSATED = auto()


def _caller() -> list[Column[str]]:
    """Who set it off, and in which chain of happenings."""
    return [
        Column("on_behalf_of", Text),
        Column("correlation_id", Text, nullable=False),
        Column("causation_id", Text),
    ]


# Written with its effect, deleted with its outcome. Whoever holds `lease` may record it.
intent = Table(
    "intent",
    metadata,
    Column("intent", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("payload", JSONB, nullable=False),
    *_caller(),
    time_column("created_at"),
    time_column("due_at"),
    Column("lease", Text),
    time_column("leased_until", nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("failure", Text),
    Index(None, "due_at"),
    schema="platform",
)

# Every write of a runner is conditional on its `epoch`. `wakes` counts what happened meanwhile, so
# that a runner which has looked already does not fall asleep over it; `due_at` null: until then.
saga = Table(
    "saga",
    metadata,
    Column("saga", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    state_column(SagaState, "state"),
    Column("waits_for", Text),
    *_caller(),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Column("lease", Text),
    time_column("leased_until", nullable=True),
    time_column("due_at", nullable=True),
    Column("wakes", BigInteger, nullable=False, server_default="0"),
    time_column("created_at"),
    time_column("updated_at"),
    time_column("ended_at", nullable=True),
    PrimaryKeyConstraint("saga", "id"),
    Index(None, "due_at", postgresql_where=text("due_at IS NOT NULL")),
    schema="platform",
)

# `input` is what the step's key was sent with, `outcome` what its owner answered: a repeat of the
# command must be the same, a compensation may need what was made.
saga_step = Table(
    "saga_step",
    metadata,
    Column("saga", Text, nullable=False),
    Column("saga_id", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    state_column(SagaStepState, "state"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("input", JSONB(none_as_null=True)),
    Column("outcome", JSONB(none_as_null=True)),
    Column("error_code", Text),
    Column("reason", Text),
    time_column("due_at", nullable=True),
    time_column("begun_at"),
    time_column("ended_at", nullable=True),
    time_column("compensated_at", nullable=True),
    PrimaryKeyConstraint("saga", "saga_id", "step", "subject", "generation"),
    ForeignKeyConstraint(["saga", "saga_id"], ["platform.saga.saga", "platform.saga.id"]),
    schema="platform",
)

# Facts that a step waits for; the step that takes one deletes it, and so does the end of the saga.
saga_signal = Table(
    "saga_signal",
    metadata,
    Column("ordinal", BigInteger, Identity(cache=1), primary_key=True),
    Column("saga", Text, nullable=False),
    Column("saga_id", Text, nullable=False),
    Column("signal", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    time_column("created_at"),
    ForeignKeyConstraint(["saga", "saga_id"], ["platform.saga.saga", "platform.saga.id"]),
    Index(None, "saga", "saga_id", "signal"),
    schema="platform",
)
