"""Wakes other processes after a commit.

Never inside the transaction: PostgreSQL makes the commits of all that notify take turns.
"""

import asyncio
from collections.abc import Set

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from models.transience import is_transient

PAUSE = 0.002
"""Seconds in which further announcements join the next one."""

_NOTIFY = text("SELECT pg_notify(:channel, '')")


class Announcer:
    """However many commit, one statement at a time. What fails is forgotten: listeners poll."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` commits each statement by itself."""
        self._engine = engine
        self._waiting: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def announce(self, channels: Set[str]) -> None:
        if not channels:
            return
        self._waiting |= channels
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            while self._waiting:
                channels, self._waiting = self._waiting, set()
                await self._notify(channels)
                await asyncio.sleep(PAUSE)
        finally:
            self._task = None

    async def _notify(self, channels: Set[str]) -> None:
        try:
            async with self._engine.connect() as connection:
                for channel in sorted(channels):
                    await connection.execute(_NOTIFY, {"channel": channel})
        except (SQLAlchemyError, OSError) as error:
            if not is_transient(error):
                raise
