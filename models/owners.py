"""What each agent knows of customers that were merged or are being erased, for its later writes.

Every write of a row that belongs to somebody goes past `platform.guard_owner`, a trigger on each
table that declares an owner (personal.py): a merged record's id becomes the id that it is known by
now, and nothing personal is written of whoever is being erased, or is.
"""

from collections.abc import Iterable
from zlib import crc32

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from models.personal import Holding, holdings
from models.tables import metadata, time_column

# `into_id`: merged. `erasure_id`: being erased, or erased where `erased_at` says when.
owner_mark = Table(
    "owner_mark",
    metadata,
    Column("agent", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("into_id", Text),
    Column("erasure_id", Text),
    time_column("erased_at", nullable=True),
    PrimaryKeyConstraint("agent", "owner_id"),
    CheckConstraint("num_nonnulls(into_id, erasure_id) > 0", name="something"),
    CheckConstraint("erased_at IS NULL OR erasure_id IS NOT NULL", name="erased"),
    Index(None, "into_id"),
    schema="platform",
)

ERASURE, BUSY = "SK001", "55P03"
"""SQLSTATEs of a refused write: for good, or until a merge or an erasure has gone through."""


def install_guards(connection: Connection, agents: Iterable[str]) -> None:
    """The trigger on every table of these agents that declares an owner; repeating is harmless."""
    for agent in agents:
        for holding in holdings(agent):
            _install(connection, holding)


def guard_of(holding: Holding) -> tuple[str, list[str]]:
    """The trigger's name, which tells one definition from the next, and its arguments: the owner's
    column, whether rows move with a merge, and the personal columns.
    """
    names = [column.name for column in holding.scrubbed]
    arguments = [holding.owner.name, "t" if holding.moves else "f", *names]
    return f"guard_owner_{crc32(' '.join(arguments).encode()):08x}", arguments


def _install(connection: Connection, holding: Holding) -> None:
    name, arguments = guard_of(holding)
    columns = [arguments[0], *arguments[2:]]
    table = f'"{holding.table.schema}"."{holding.table.name}"'
    known = connection.execute(_COLUMNS, {"table": table}).scalars().all()
    if not set(columns) <= set(known):
        return  # a model that is ahead of its migration, whose revision is being written
    there = connection.execute(_INSTALLED, {"table": table}).scalars().all()
    for old in set(there) - {name}:
        _run(connection, f"DROP TRIGGER {old} ON {table}")
    if name not in there:
        watched = ", ".join(f'"{each}"' for each in columns)
        _run(
            connection,
            f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {watched} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION platform.guard_owner({_quoted(arguments)})",
        )


def _run(connection: Connection, statement: str) -> None:
    """Names of our own tables and columns only: DDL takes no parameters."""
    connection.execute(text(statement))


_COLUMNS = text("SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:table)")
_INSTALLED = text(
    "SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:table AS regclass)"
    " AND tgname LIKE 'guard_owner_%'"
)


def _quoted(arguments: Iterable[str]) -> str:
    return ", ".join(f"'{argument}'" for argument in arguments)
