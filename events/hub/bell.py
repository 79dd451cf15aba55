"""A bell between processes: PostgreSQL's NOTIFY, with a poll as the safety net."""

import asyncio
from contextlib import suppress
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from models.database import Database

STAMPED = "souk_log"
"""Rung by the sequencer when events have got their positions."""
PATIENCE = 5.0
"""Seconds for a connection to be made, during which the poll does not happen."""


class Bell:
    """LISTEN on a connection of its own: those of the pool have other things to do."""

    def __init__(self, db: Database, channel: str = STAMPED, poll: float = 0.25) -> None:
        """`poll` in seconds: so long does `wait` last where nothing is heard."""
        self._engine = create_async_engine(db.engine.url, poolclass=NullPool)
        self._channel = channel
        self._poll = poll
        self._rung = asyncio.Event()
        self._connection: AsyncConnection | None = None
        self._driver: Any = None  # asyncpg's connection

    async def wait(self) -> None:
        """Until it has rung since the last time, or the poll is due."""
        if self._driver is None or self._driver.is_closed():
            with suppress(OSError, SQLAlchemyError, TimeoutError):  # then the poll has to do
                await self._listen()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll):
                await self._rung.wait()
        self._rung.clear()

    async def close(self) -> None:
        self._driver = None
        if self._connection is not None:
            with suppress(OSError, SQLAlchemyError):
                await self._connection.close()
        await self._engine.dispose()

    async def _listen(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.close()
            self._connection = await self._engine.connect()
            driver = (await self._connection.get_raw_connection()).driver_connection
            assert driver is not None  # noqa: S101  # for the type checker: it is connected
            await driver.add_listener(self._channel, self._ring)
            self._driver = driver

    def _ring(self, *_: object) -> None:
        self._rung.set()
