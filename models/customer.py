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
from sqlalchemy.dialects.postgresql import TSVECTOR

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


HOLDS_EMAIL = text("status IN ('ACTIVE', 'SUSPENDED') OR status_before IN ('ACTIVE', 'SUSPENDED')")
"""An account keeps its email to itself, also while its erasure may still be vetoed."""


def _customer_id() -> Column[str]:
    return Column("customer_id", Text, ForeignKey("customer.customer.id"), nullable=False)


# `email` is normalised and `name_key` is what lists are ordered by; `search` holds the words of
# both. `status_before` is where a vetoed erasure goes back to.
customer = Table(
    "customer",
    metadata,
    id_column(),
    state_column(CustomerStatus),
    state_column(CustomerStatus, "status_before", nullable=True),
    Column("email", Text),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("phone", Text),
    Column("locale", Text),
    Column("name_key", Text(collation="C"), nullable=False),
    Column("search", TSVECTOR, nullable=False),
    Column("suspension_reason", Text),
    Column("merged_into_id", Text, ForeignKey("customer.customer.id")),
    time_column("created_at"),
    time_column("updated_at"),
    version_column(),
    CheckConstraint(
        "email = lower(email) AND length(email) BETWEEN 3 AND 254", name="email_normalised"
    ),
    CheckConstraint("(email IS NULL) = (status = 'ANONYMIZED')", name="email_until_anonymized"),
    CheckConstraint("(merged_into_id IS NOT NULL) = (status = 'MERGED')", name="merged_into"),
    CheckConstraint("merged_into_id <> id", name="merged_into_another"),
    CheckConstraint(
        "(status_before IS NOT NULL) = (status = 'ERASURE_PENDING')", name="status_before"
    ),
    CheckConstraint(
        "suspension_reason IS NULL OR 'SUSPENDED' IN (status, coalesce(status_before, ''))",
        name="suspension",
    ),
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
    Column("name", Text, nullable=False),
    Column("line1", Text, nullable=False),
    Column("line2", Text),
    Column("postal_code", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("region", Text),
    Column("country", Text, nullable=False),
    Column("phone", Text),
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
)

# Append-only: the newest row of a kind is what holds now, all of them together are the proof.
consent_change = Table(
    "consent_change",
    metadata,
    Column("ordinal", BigInteger, Identity(), primary_key=True),
    _customer_id(),
    state_column(ConsentKind, "kind"),
    Column("granted", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("actor", Text, nullable=False),
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
    Column("subject", Text, nullable=False),
    Column("staff_note", Text),
    Column("actor", Text, nullable=False),
    time_column("at"),
    version_column(),
    Index(None, "customer_id", "at", "id"),
    schema="customer",
)
