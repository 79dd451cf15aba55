"""The agents' shared kernel: everything that a room imports. No domain word in here."""

from strawberry import ID, Maybe, Private

from models.address import PostalAddress
from models.database import Reads, UnitOfWork
from models.money import CurrencyCode, Money
from subgraphs.kit.addresses import PostalAddressInput
from subgraphs.kit.bulk import Row
from subgraphs.kit.changes import changes
from subgraphs.kit.checks import amount, at_least, check_version, invalid, length, line
from subgraphs.kit.connections import Connection, Direction, keyset, keyset_of_each, page_size
from subgraphs.kit.context import Info
from subgraphs.kit.errors import (
    InvalidInputError,
    InvalidTransitionError,
    NotFoundError,
    Refused,
    StaleVersionError,
    Superseded,
    UnavailableError,
    UserError,
    error,
)
from subgraphs.kit.filters import (
    BooleanFilter,
    DateTimeFilter,
    DateTimeRange,
    IDFilter,
    IntFilter,
    IntRange,
    StringFilter,
    matching,
)
from subgraphs.kit.graph import Document, documents
from subgraphs.kit.handlers import Role, handler, prepared_handler
from subgraphs.kit.intents import Intent
from subgraphs.kit.policy import (
    EVERY_ROW,
    Kind,
    Policy,
    Principal,
    Scope,
    anyone,
    owner_or,
    public_or,
    service,
    staff,
)
from subgraphs.kit.scalars import Json, MoneyInput
from subgraphs.kit.schedule import Timer
from subgraphs.kit.schema import Subgraph, subgraph
from subgraphs.kit.specs import (
    field,
    guarded,
    lookup,
    mutation,
    prepared,
    query,
    reported,
    resolver,
    subscription,
)
from subgraphs.kit.states import StateMachine
from subgraphs.kit.types import derived, entity, enum, extension, input, output, reference

__all__ = [
    "EVERY_ROW",
    "ID",
    "BooleanFilter",
    "Connection",
    "CurrencyCode",
    "DateTimeFilter",
    "DateTimeRange",
    "Direction",
    "Document",
    "IDFilter",
    "Info",
    "IntFilter",
    "IntRange",
    "Intent",
    "InvalidInputError",
    "InvalidTransitionError",
    "Json",
    "Kind",
    "Maybe",
    "Money",
    "MoneyInput",
    "NotFoundError",
    "Policy",
    "PostalAddress",
    "PostalAddressInput",
    "Principal",
    "Private",
    "Reads",
    "Refused",
    "Role",
    "Row",
    "Scope",
    "StaleVersionError",
    "StateMachine",
    "StringFilter",
    "Subgraph",
    "Superseded",
    "Timer",
    "UnavailableError",
    "UnitOfWork",
    "UserError",
    "amount",
    "anyone",
    "at_least",
    "changes",
    "check_version",
    "derived",
    "documents",
    "entity",
    "enum",
    "error",
    "extension",
    "field",
    "guarded",
    "handler",
    "input",
    "invalid",
    "keyset",
    "keyset_of_each",
    "length",
    "line",
    "lookup",
    "matching",
    "mutation",
    "output",
    "owner_or",
    "page_size",
    "prepared",
    "prepared_handler",
    "public_or",
    "query",
    "reference",
    "reported",
    "resolver",
    "service",
    "staff",
    "subgraph",
    "subscription",
]
