"""Tables of the customer agent: who buys, where they live, what they consented to and asked."""

from enum import StrEnum, auto

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from models.personal import DELETED, owner_column, personal, plain
from models.tables import id_column, metadata, state_column, time_column, version_column


class CustomerStatus(StrEnum):
    """A guest has bought without an account; whoever is merged or anonymized keeps the id."""

    GUEST = auto()
    ACTIVE = auto()
    SUSPENDED = auto()
    MERGED = auto()
    ERASURE_PENDING = auto()
    ANONYMIZED = auto()


class ConsentKind(StrEnum):
    MARKETING_EMAIL = auto()
    MARKETING_SMS = auto()
    ANALYTICS = auto()
    PERSONALIZATION = auto()


class InteractionChannel(StrEnum):
    EMAIL = auto()
    PHONE = auto()
    CHAT = auto()
    SMS = auto()
    LETTER = auto()
    IN_PERSON = auto()


class InteractionDirection(StrEnum):
    """Inbound: the customer turned to the shop."""

    INBOUND = auto()
    OUTBOUND = auto()


class ErasureState(StrEnum):
    """Asked for; refused by an agent; agreed on, and being done; done by every agent."""

    REQUESTED = auto()
    VETOED = auto()
    SCRUBBING = auto()
    DONE = auto()


class ErasureAnswer(StrEnum):
    ACCEPTED = auto()
    VETOED = auto()


class ExportState(StrEnum):
    """A file is there until it expires, or until its customer is erased."""

    RUNNING = auto()
    READY = auto()
    EXPIRED = auto()


HOLDS_EMAIL = text("status IN ('ACTIVE', 'SUSPENDED') OR status_before IN ('ACTIVE', 'SUSPENDED')")
"""An account keeps its email to itself, also while its erasure may still be vetoed."""


def _customer_id(*, moves: bool = True) -> Column[str]:
    return owner_column("customer_id", ForeignKey("customer.customer.id"), moves=moves)


# `email` is normalised and `name_key` is what lists are ordered by; `search` holds the words of
# both. `status_before` is where a vetoed erasure goes back to.
customer = Table(
    "customer",
    metadata,
    owner_column("id", primary_key=True, moves=False),
    state_column(CustomerStatus),
    state_column(CustomerStatus, "status_before", nullable=True),
    personal(Column("email", Text)),
    personal(Column("first_name", Text)),
    personal(Column("last_name", Text)),
    personal(Column("phone", Text)),
    personal(Column("locale", Text)),
    personal(Column("name_key", Text(collation="C"), nullable=False), ""),
    personal(Column("search", TSVECTOR, nullable=False), text("''::tsvector")),
    personal(Column("suspension_reason", Text)),
    Column("merged_into_id", Text, ForeignKey("customer.customer.id")),
    time_column("created_at"),
    time_column("updated_at"),
    version_column(),
    CheckConstraint(
        "email = lower(email) AND length(email) BETWEEN 3 AND 254", name="email_normalised"
    ),
    CheckConstraint(
        "CASE status WHEN 'ANONYMIZED' THEN email IS NULL WHEN 'MERGED' THEN true"
        " ELSE email IS NOT NULL END",
        name="email_until_anonymized",
    ),
    CheckConstraint("(merged_into_id IS NOT NULL) = (status = 'MERGED')", name="merged_into"),
    CheckConstraint("merged_into_id <> id", name="merged_into_another"),
    CheckConstraint(
        "(status_before IS NOT NULL) = (status = 'ERASURE_PENDING')", name="status_before"
    ),
    CheckConstraint(
        "suspension_reason IS NULL OR 'SUSPENDED' IN (status, coalesce(status_before, ''))",
        name="suspension",
    ),
    Index(None, "merged_into_id"),
    Index("customer_email_key", "email", unique=True, postgresql_where=HOLDS_EMAIL),
    Index(None, "created_at", "id"),
    Index(None, "updated_at", "id"),
    Index(None, "name_key", "id"),
    Index(None, "status", "created_at", "id"),
    Index(None, "search", postgresql_using="gin"),
    schema="customer",
)

address = Table(
    "address",
    metadata,
    id_column(),
    _customer_id(),
    personal(Column("name", Text, nullable=False), ""),
    personal(Column("line1", Text, nullable=False), ""),
    personal(Column("line2", Text)),
    personal(Column("postal_code", Text, nullable=False), ""),
    personal(Column("city", Text, nullable=False), ""),
    personal(Column("region", Text)),
    plain(Column("country", Text, nullable=False)),
    personal(Column("phone", Text)),
    Column("is_default_shipping", Boolean, nullable=False),
    Column("is_default_billing", Boolean, nullable=False),
    version_column(),
    CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
    Index(None, "customer_id", "id"),
    Index(
        "address_default_shipping_key",
        "customer_id",
        unique=True,
        postgresql_where=text("is_default_shipping"),
    ),
    Index(
        "address_default_billing_key",
        "customer_id",
        unique=True,
        postgresql_where=text("is_default_billing"),
    ),
    schema="customer",
    info=DELETED,
)

# Append-only: the newest row of a kind is what holds now, all of them together are the proof. They
# stay with the record that they were given to: a merge must not turn one's no into another's yes.
consent_change = Table(
    "consent_change",
    metadata,
    Column("ordinal", BigInteger, Identity(), primary_key=True),
    _customer_id(moves=False),
    state_column(ConsentKind, "kind"),
    Column("granted", Boolean, nullable=False),
    personal(Column("source", Text, nullable=False), ""),
    plain(Column("actor", Text, nullable=False)),
    time_column("at"),
    Index(None, "customer_id", "kind", "ordinal"),
    schema="customer",
)

interaction = Table(
    "interaction",
    metadata,
    id_column(),
    _customer_id(),
    state_column(InteractionChannel, "channel"),
    state_column(InteractionDirection, "direction"),
    personal(Column("subject", Text, nullable=False), ""),
    personal(Column("staff_note", Text)),
    plain(Column("actor", Text, nullable=False)),
    time_column("at"),
    version_column(),
    Index(None, "customer_id", "at", "id"),
    schema="customer",
)

erasure = Table(
    "erasure",
    metadata,
    id_column(),
    _customer_id(moves=False),
    state_column(ErasureState, "state"),
    time_column("requested_at"),
    time_column("ended_at", nullable=True),
    CheckConstraint("(ended_at IS NOT NULL) = (state IN ('VETOED', 'DONE'))", name="ended"),
    Index(
        "erasure_open_key",
        "customer_id",
        unique=True,
        postgresql_where=text("state <> 'VETOED'"),
    ),
    Index(None, "customer_id", "requested_at"),
    schema="customer",
)

# One row for each agent that has to answer, from the beginning: whoever has not, is missing.
erasure_agent = Table(
    "erasure_agent",
    metadata,
    Column("erasure_id", Text, ForeignKey("customer.erasure.id"), primary_key=True),
    Column("agent", Text, primary_key=True),
    state_column(ErasureAnswer, "answer", nullable=True),
    Column("objections", JSONB(none_as_null=True)),
    time_column("answered_at", nullable=True),
    time_column("acknowledged_at", nullable=True),
    CheckConstraint("num_nulls(answer, objections, answered_at) IN (0, 3)", name="answered"),
    schema="customer",
)

# Likewise for a merge: the record is merged at once, and wholly so when all have acknowledged.
merge_agent = Table(
    "merge_agent",
    metadata,
    Column("merged_id", Text, ForeignKey("customer.customer.id"), primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("into_id", Text, ForeignKey("customer.customer.id"), nullable=False),
    time_column("acknowledged_at", nullable=True),
    Index(None, "into_id"),
    schema="customer",
)

# The file itself lies in the data folder, under the export's id, until `removed_at`.
export = Table(
    "export",
    metadata,
    id_column(),
    _customer_id(moves=False),
    state_column(ExportState, "state"),
    time_column("created_at"),
    time_column("expires_at", nullable=True),
    time_column("removed_at", nullable=True),
    version_column(),
    CheckConstraint("(expires_at IS NULL) = (state = 'RUNNING')", name="expires"),
    Index(None, "customer_id", "created_at"),
    schema="customer",
)
