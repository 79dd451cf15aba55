"""Tables of the order agent: orders with their lines, holds and notes; shipping methods; taxes."""

from enum import StrEnum, auto

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from models.personal import owner_column, personal, plain
from models.tables import (
    id_column,
    metadata,
    minor_units,
    quantity,
    state_column,
    time_column,
    version_column,
)
from models.tax import TaxClass

SCHEMA = "order"


class OrderStatus(StrEnum):
    """How far an order has come. Payment and shipping have states of their own, elsewhere."""

    DRAFT = auto()
    PLACED = auto()
    CONFIRMED = auto()
    ON_HOLD = auto()
    FULFILLING = auto()
    PARTIALLY_SHIPPED = auto()
    SHIPPED = auto()
    DELIVERED = auto()
    COMPLETED = auto()
    CANCELED = auto()


class HoldReason(StrEnum):
    """Why an order does not go on; several may hold it at once."""

    ADDRESS = auto()
    CUSTOMER_REQUEST = auto()
    FRAUD_REVIEW = auto()
    PAYMENT = auto()
    STOCK = auto()
    OTHER = auto()


class CancelReason(StrEnum):
    """Why an order was canceled, as its customer may read it."""

    CUSTOMER_REQUEST = auto()
    DUPLICATE = auto()
    OUT_OF_STOCK = auto()
    PAYMENT = auto()
    UNDELIVERABLE = auto()
    OTHER = auto()


def _owner() -> Column[str]:
    """Each row knows whose it is: that is what a caller's scope is compared with."""
    return owner_column()


def _order() -> Column[str]:
    return Column("order_id", Text, ForeignKey(f"{SCHEMA}.orders.id"), nullable=False)


shipping_method = Table(
    "shipping_method",
    metadata,
    id_column(),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    minor_units("price"),
    Column("currency", Text, nullable=False),
    Column("countries", ARRAY(Text), nullable=False),
    Column("active", Boolean, nullable=False),
    version_column(),
    time_column("created_at"),
    time_column("updated_at"),
    CheckConstraint("cardinality(countries) > 0", name="somewhere"),
    UniqueConstraint("code"),
    Index(None, "countries", postgresql_using="gin"),
    schema=SCHEMA,
)

tax_rate = Table(
    "tax_rate",
    metadata,
    id_column(),
    Column("country", Text, nullable=False),
    state_column(TaxClass, "tax_class"),
    Column("rate", Numeric(6, 5), nullable=False),
    version_column(),
    time_column("created_at"),
    time_column("updated_at"),
    CheckConstraint("rate BETWEEN 0 AND 1", name="rate"),
    UniqueConstraint("country", "tax_class"),
    Index(None, "country", "id"),
    schema=SCHEMA,
)

# `generation` rises whenever a reservation made for the former one must never be placed with.
# What follows `reservation_id` is written once, when the order is placed; all without tax but
# `tax` and `total`.
orders = Table(
    "orders",
    metadata,
    id_column(),
    Column("ordinal", BigInteger, Identity(start=100001), nullable=False),
    plain(
        Column(
            "number", Text, Computed("'SO-'::text || ordinal::text", persisted=True), nullable=False
        )
    ),
    _owner(),
    state_column(OrderStatus),
    state_column(OrderStatus, "held_from", nullable=True),
    state_column(CancelReason, "cancel_reason", nullable=True),
    plain(Column("currency", Text, nullable=False)),
    personal(Column("address", JSONB(none_as_null=True))),
    Column("shipping_method_id", Text, ForeignKey(f"{SCHEMA}.shipping_method.id")),
    Column("generation", Integer, nullable=False, server_default="1"),
    Column("reservation_id", Text),
    Column("prices_include_tax", Boolean),
    minor_units("subtotal", nullable=True),
    minor_units("shipping", nullable=True),
    minor_units("shipping_tax", nullable=True),
    minor_units("tax", nullable=True),
    minor_units("discount", nullable=True),
    minor_units("total", nullable=True),
    time_column("placed_at", nullable=True),
    version_column(),
    time_column("created_at"),
    time_column("updated_at"),
    CheckConstraint("total = subtotal + shipping + tax - discount", name="adds_up"),
    CheckConstraint("shipping_tax <= tax", name="shipping_tax_in_tax"),
    CheckConstraint(
        "num_nulls(placed_at, reservation_id, prices_include_tax, subtotal, shipping,"
        " shipping_tax, tax, discount, total) IN (0, 9)",
        name="placed_whole",
    ),
    CheckConstraint(
        "CASE status WHEN 'DRAFT' THEN placed_at IS NULL WHEN 'CANCELED' THEN true"
        " ELSE placed_at IS NOT NULL END",
        name="placed_by_status",
    ),
    CheckConstraint("(status = 'ON_HOLD') = (held_from IS NOT NULL)", name="held"),
    CheckConstraint(
        "held_from IN ('PLACED', 'CONFIRMED', 'FULFILLING', 'PARTIALLY_SHIPPED')", name="held_from"
    ),
    CheckConstraint("(status = 'CANCELED') = (cancel_reason IS NOT NULL)", name="canceled"),
    CheckConstraint("generation > 0", name="generation"),
    UniqueConstraint("ordinal"),
    UniqueConstraint("number"),
    UniqueConstraint("reservation_id"),
    Index(None, "customer_id", "created_at", "id"),
    Index(None, "created_at", "id"),
    Index(None, "updated_at", "id"),
    Index(None, "status", "created_at", "id"),
    Index(None, "placed_at", "currency"),
    schema=SCHEMA,
)

# `name`, `sku`, price and tax class are those of the moment in which the line was last written;
# `tax_rate` and what follows are written when the order is placed, without tax but for `tax`.
order_line = Table(
    "order_line",
    metadata,
    id_column(),
    _order(),
    _owner(),
    Column("position", Integer, nullable=False),
    Column("variant_id", Text, nullable=False),
    plain(Column("sku", Text, nullable=False)),
    plain(Column("name", Text, nullable=False)),
    state_column(TaxClass, "tax_class"),
    quantity("quantity"),
    quantity("canceled"),
    quantity("shipped"),
    quantity("delivered"),
    quantity("returned"),
    minor_units("unit_price"),
    Column("tax_rate", Numeric(6, 5)),
    minor_units("net", nullable=True),
    minor_units("discount", nullable=True),
    minor_units("tax", nullable=True),
    version_column(),
    time_column("created_at"),
    time_column("updated_at"),
    CheckConstraint("quantity BETWEEN 1 AND 1000", name="ordered"),
    CheckConstraint("shipped + canceled <= quantity", name="shipped_or_canceled"),
    CheckConstraint("delivered <= shipped", name="delivered_of_shipped"),
    CheckConstraint("returned <= delivered", name="returned_of_delivered"),
    CheckConstraint("num_nulls(tax_rate, net, discount, tax) IN (0, 4)", name="placed_whole"),
    CheckConstraint("discount <= net", name="discount_of_net"),
    UniqueConstraint("order_id", "variant_id"),
    Index(None, "variant_id", "id"),
    schema=SCHEMA,
)

order_discount = Table(
    "order_discount",
    metadata,
    _order(),
    Column("position", Integer, nullable=False),
    _owner(),
    minor_units("amount"),
    personal(Column("reason", Text, nullable=False), ""),
    plain(Column("author", Text, nullable=False)),
    time_column("created_at"),
    CheckConstraint("amount > 0", name="something"),
    PrimaryKeyConstraint("order_id", "position"),
    schema=SCHEMA,
)

order_hold = Table(
    "order_hold",
    metadata,
    _order(),
    state_column(HoldReason, "reason"),
    _owner(),
    personal(Column("note", Text)),
    plain(Column("author", Text, nullable=False)),
    time_column("created_at"),
    PrimaryKeyConstraint("order_id", "reason"),
    schema=SCHEMA,
)

order_note = Table(
    "order_note",
    metadata,
    Column("ordinal", BigInteger, Identity(), primary_key=True),
    _order(),
    _owner(),
    personal(Column("text", Text, nullable=False), ""),
    plain(Column("author", Text, nullable=False)),
    time_column("created_at"),
    Index(None, "order_id", "ordinal"),
    schema=SCHEMA,
)

# The id of an order that `createOrder` is about to place at once, kept until it is there, so that
# a repeat after a crash asks inventory for the very same reservation.
placement = Table(
    "placement",
    metadata,
    plain(Column("principal", Text, primary_key=True)),
    plain(Column("key", Text, primary_key=True)),
    Column("order_id", Text, nullable=False),
    plain(Column("demand", Text, nullable=False)),
    _owner(),
    time_column("created_at"),
    UniqueConstraint("order_id"),
    Index(None, "created_at"),
    schema=SCHEMA,
)
