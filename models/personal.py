"""What tables say of people: whose a row is, and which of its columns hold what is personal.

Said once, beside the column: erasure, merge and export go by it, and a test finds what is not said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Column, ForeignKey, Table, Text
from sqlalchemy.sql.elements import TextClause

from models.tables import metadata

OWNER, PERSONAL, PLAIN, ERASED = "owner", "personal", "plain", "erased"
DELETED = {ERASED: "deleted"}
"""As a table's `info`: its rows go when their owner is erased; otherwise they are scrubbed."""

C = TypeVar("C", bound=Column[Any])


@dataclass(frozen=True, slots=True)
class Holding:
    """One table with rows that belong to customers.

    `owner` is the column with the customer's id; `scrubbed` what its personal columns hold once
    the customer is erased. `moves`: a merge makes the rows the other record's.
    """

    table: Table
    owner: Column[Any]
    moves: bool
    deleted: bool
    scrubbed: dict[Column[Any], Any]


def owner_column(
    name: str = "customer_id",
    *more: ForeignKey,
    moves: bool = True,
    primary_key: bool = False,
    nullable: bool = False,
) -> Column[str]:
    """Whose the row is. Without `moves`, it stays with a record that is merged into another."""
    info = {OWNER: moves}
    return Column(name, Text, *more, primary_key=primary_key, nullable=nullable, info=info)


def personal(column: C, scrubbed: TextClause | str | None = None) -> C:
    """`column` may say something of a person: it holds `scrubbed` once its owner is erased."""
    column.info[PERSONAL] = scrubbed
    return column


def plain(column: C) -> C:
    """`column` is text, and says nothing of a person."""
    column.info[PLAIN] = True
    return column


def holdings(schema: str) -> list[Holding]:
    """Every table of an agent with rows that belong to customers, by name."""
    return sorted(_holdings(schema), key=lambda each: each.table.name)


def _holdings(schema: str) -> Iterator[Holding]:
    for table in metadata.tables.values():
        owners: Sequence[Column[Any]] = [c for c in table.columns if OWNER in c.info]
        if table.schema == schema and owners:
            yield Holding(
                table=table,
                owner=owners[0],
                moves=owners[0].info[OWNER],
                deleted=table.info.get(ERASED) == "deleted",
                scrubbed={c: c.info[PERSONAL] for c in table.columns if PERSONAL in c.info},
            )
