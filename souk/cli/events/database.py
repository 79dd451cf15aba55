"""The installation's database, for as long as a command looks at it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from models.database import Database
from souk.database import open_database
from souk.settings import Settings


@asynccontextmanager
async def database(settings: Settings, connections: int = 1) -> AsyncIterator[Database]:
    """A running platform's, if there is one."""
    async with open_database(settings, share=True) as server:
        db = Database(server.url, connections=connections)
        try:
            yield db
        finally:
            await db.close()
