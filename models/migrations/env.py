"""Runs the migrations on a connection that the caller opened (models/migrations/run.py)."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql.base import ischema_names

from models.migrations.run import all_tables
from models.platform import Xid8

target = all_tables()


def _ours(name: str | None, kind: str, parents: Any) -> bool:
    """Only the schemas that the models declare; a database may hold others.

    The log's partitions come and go by themselves.
    """
    if kind == "table" and name is not None and name.startswith("event_log_"):
        return False
    schemas = {table.schema for table in target.tables.values()}
    wanted = context.config.attributes.get("only_schema")
    return kind != "schema" or (name in schemas if wanted is None else name == wanted)


def _belongs(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    wanted = context.config.attributes.get("only_schema")
    return kind != "table" or wanted is None or thing.schema == wanted


def _render(kind: str, thing: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Types of our own, by name and with their import."""
    if kind == "type" and isinstance(thing, Xid8):
        autogenerate.imports.add("from models.platform import Xid8")
        return "Xid8()"
    return False


ischema_names["xid8"] = Xid8  # so that reading the outbox back knows its column

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=target,
    include_schemas=True,
    include_name=_ours,
    include_object=_belongs,
    compare_server_default=False,
    version_table_schema="public",
    render_item=_render,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
