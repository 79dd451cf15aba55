"""Every table says whose its rows are and what is personal in them, and the database guards it.

A table or a column that says nothing fails here: say it beside the column (models/personal.py).
"""

import pytest
from sqlalchemy import ARRAY, JSON, Column, Enum, String, Table, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from models.database import Database
from models.migrations.run import AGENTS, all_tables
from models.owners import guard_of
from models.personal import OWNER, PERSONAL, PLAIN, holdings

OWNERS = {"customer_id", "owner_id", "buyer_id"}
PERSONAL_WORDS = {
    "address", "birthday", "city", "email", "first", "last", "line1", "line2", "message", "note",
    "password", "phone", "postal", "street", "text",
}  # fmt: skip
TEXTUAL = (String, JSON, ARRAY, TSVECTOR)
PUBLIC = {"product"}
"""Agents whose tables are about things, whatever their columns are called."""


def _tables(agent: str) -> list[Table]:
    return [table for table in all_tables().tables.values() if table.schema == agent]


def _says_something(column: Column[object]) -> bool:
    """Whether the column can hold a text of somebody's: no state, and no id."""
    if isinstance(column.type, Enum) or not isinstance(column.type, TEXTUAL):
        return False
    return not (column.name == "id" or column.name.endswith("_id"))


@pytest.mark.parametrize("agent", AGENTS)
def test_whoever_has_a_customers_id_says_so(agent: str) -> None:
    for table in _tables(agent):
        silent = [c for c in table.columns if c.name in OWNERS and OWNER not in c.info]
        assert silent == [], f"declare it by owner_column: {silent}"


@pytest.mark.parametrize("agent", AGENTS)
def test_every_text_about_a_customer_is_personal_or_plain(agent: str) -> None:
    for holding in holdings(agent):
        for column in holding.table.columns:
            if _says_something(column) and column is not holding.owner:
                declared = PERSONAL in column.info or PLAIN in column.info
                assert declared, f"say whether it is personal or plain: {column}"


@pytest.mark.parametrize("agent", [agent for agent in AGENTS if agent not in PUBLIC])
def test_what_sounds_personal_has_an_owner(agent: str) -> None:
    owned = {holding.table for holding in holdings(agent)}
    for table in _tables(agent):
        for column in table.columns:
            sounds = _says_something(column) and PERSONAL_WORDS & set(column.name.split("_"))
            silent = sounds and table not in owned and PLAIN not in column.info
            assert not silent, f"whose is it? {column}"


@pytest.mark.parametrize("agent", AGENTS)
def test_a_personal_column_can_be_scrubbed(agent: str) -> None:
    for holding in holdings(agent):
        for column, scrubbed in holding.scrubbed.items():
            assert holding.deleted or column.nullable or scrubbed is not None, column


async def test_every_owned_table_has_its_guard(databases: dict[str, Database]) -> None:
    query = text("""
        SELECT n.nspname AS schema, c.relname AS name, t.tgname AS trigger
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgname LIKE 'guard_owner_%'
    """)
    rows = await databases["platform"].rows(query)
    found = {(row.schema, row.name): row.trigger for row in rows}
    all_tables()
    assert found == {
        (agent, each.table.name): guard_of(each)[0] for agent in AGENTS for each in holdings(agent)
    }
    assert len(found) > 10
