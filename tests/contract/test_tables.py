"""What the models declare is what the migrations have made, down to each check.

`alembic check` compares tables, columns and indexes, but not check constraints.
"""

from sqlalchemy import CheckConstraint, text

from models.database import Database
from models.migrations.run import all_tables

CHECKS = text("""
    SELECT n.nspname || '.' || c.relname AS table, k.conname AS name
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'c'
""")


async def test_every_check_is_in_the_database(databases: dict[str, Database]) -> None:
    declared = {
        (table.fullname, str(constraint.name))
        for table in all_tables().tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    found = {(row.table, row.name) for row in await databases["platform"].rows(CHECKS)}
    names = {
        (table, f"{table.split('.')[1]}_{name}_check" if not name.endswith("_check") else name)
        for table, name in declared
    }
    assert len(declared) > 40
    assert names - found == set()
    assert {pair for pair in found if pair[0].split(".")[0] != "public"} - names == set()
