"""Tables of the product agent: the catalog, its variants, their prices, and the category tree."""

from enum import StrEnum, auto

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from models.tables import (
    id_column,
    metadata,
    minor_units,
    state_column,
    time_column,
    version_column,
)
from models.tax import TaxClass

SCHEMA = "product"


class ProductStatus(StrEnum):
    """Where a product stands in its life; only ACTIVE ones are for sale."""

    DRAFT = auto()
    ACTIVE = auto()
    PAUSED = auto()
    ARCHIVED = auto()


class ProductVariantStatus(StrEnum):
    """A variant is there, or it is gone for good; whether it sells also depends on its product."""

    ACTIVE = auto()
    ARCHIVED = auto()


category = Table(
    "category",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("parent_id", Text, ForeignKey(f"{SCHEMA}.category.id")),
    version_column(),
    time_column("created_at"),
    time_column("updated_at"),
    CheckConstraint("length(name) BETWEEN 1 AND 120", name="name"),
    CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),
    CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    # Roots have no parent and must differ among themselves, too.
    UniqueConstraint("parent_id", "slug", postgresql_nulls_not_distinct=True),
    Index(None, "name", "id"),
    Index(None, "created_at", "id"),
    Index(None, "updated_at", "id"),
    schema=SCHEMA,
)

_SEARCH = (
    "setweight(to_tsvector('english'::regconfig, name), 'A'::\"char\")"
    " || setweight(to_tsvector('english'::regconfig, COALESCE(brand, ''::text)), 'B'::\"char\")"
    " || setweight(to_tsvector('english'::regconfig, description), 'C'::\"char\")"
)

product = Table(
    "product",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("slug", Text, unique=True),
    Column("description", Text, nullable=False, server_default=""),
    Column("brand", Text),
    state_column(ProductStatus),
    state_column(TaxClass, "tax_class"),
    Column("category_id", Text, ForeignKey(f"{SCHEMA}.category.id")),
    Column("attributes", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    version_column(),
    time_column("created_at"),
    time_column("updated_at"),
    Column("search", TSVECTOR, Computed(_SEARCH, persisted=True)),
    CheckConstraint("length(name) BETWEEN 1 AND 200", name="name"),
    CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),
    Index(None, "search", postgresql_using="gin"),
    Index(None, "name", "id"),
    Index(None, "created_at", "id"),
    Index(None, "updated_at", "id"),
    Index(None, "category_id", "id"),
    Index(None, "brand", "id"),
    Index(None, "status", "id"),
    schema=SCHEMA,
)

# `options` is a list of [name, value]; `options_key` the same in a form that can be compared.
product_variant = Table(
    "product_variant",
    metadata,
    id_column(),
    Column("product_id", Text, ForeignKey(f"{SCHEMA}.product.id"), nullable=False),
    Column("sku", Text, nullable=False, unique=True),
    Column("name", Text),
    Column("options", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("options_key", Text, nullable=False),
    state_column(ProductVariantStatus),
    Column("weight_grams", Integer),
    version_column(),
    time_column("created_at"),
    time_column("updated_at"),
    CheckConstraint("weight_grams >= 0", name="weight_grams"),
    CheckConstraint("sku ~ '^[A-Z0-9]([A-Z0-9._/-]{0,62}[A-Z0-9])?$'", name="sku"),
    # An archived variant gives its options free: the SKU is immutable, and a mistyped one would
    # otherwise block the combination for ever.
    Index(
        "product_variant_live_options_key",
        "product_id",
        "options_key",
        unique=True,
        postgresql_where=text("status = 'ACTIVE'"),
    ),
    Index(None, "product_id", "created_at", "sku"),
    Index(None, "created_at", "id"),
    Index(None, "updated_at", "id"),
    schema=SCHEMA,
)

price = Table(
    "price",
    metadata,
    Column("variant_id", Text, ForeignKey(f"{SCHEMA}.product_variant.id"), nullable=False),
    Column("currency", String(3), nullable=False),
    time_column("valid_from"),
    minor_units("amount"),
    time_column("created_at"),
    CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    PrimaryKeyConstraint("variant_id", "currency", "valid_from"),
    schema=SCHEMA,
)
