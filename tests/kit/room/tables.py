"""The one table of the notes, made by each test that wants it."""

from sqlalchemy import Column, Integer, MetaData, Table, Text, text

from models.database import Database
from models.tables import Time

note = Table(
    "kit_note",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("owner_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("stars", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Time, nullable=False),
    schema="platform",
)

CREATE = text("""
    CREATE TABLE platform.kit_note (
        id text PRIMARY KEY, owner_id text NOT NULL, text text NOT NULL, stars int NOT NULL,
        version int NOT NULL, created_at timestamptz NOT NULL)
""")


async def create_table(db: Database) -> None:
    async with db.unit_of_work() as work:
        await work.execute(CREATE)
