"""Hears what other processes announce: one connection per process listens for all that wait."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from models.database import Database

LOG = logging.getLogger("souk.events")
OUTBOX = "souk_outbox"
"""Rung, without words, when a transaction that wrote events has committed."""
STAMPED = "souk_log"
"""Rung by the sequencer: see `events.stamping.announcement`."""
PAUSE = 0.5
"""Seconds before the next attempt to reach the database."""

Listener = Callable[[str], None]


class Bell:
    """Whoever listens also polls: what is announced while the connection is away is lost."""

    def __init__(self, db: Database, channels: Sequence[str] = (OUTBOX, STAMPED)) -> None:
        self._db = db
        self._listeners: dict[str, list[Listener]] = {channel: [] for channel in channels}
        self._away = False

    def on(self, channel: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each announcement's words; empty words: there may have been some.

        Returns what ends it.
        """
        listeners = self._listeners[channel]
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    async def run(self) -> None:
        """Until cancelled, through any loss of the connection."""
        while True:
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 boundary: those who listen poll meanwhile
                if not self._away:
                    LOG.warning("announcements are not heard, events are polled: %s", error)
                self._away = True
            await asyncio.sleep(PAUSE)

    async def _listen(self) -> None:
        async with self._db.standing() as connection:
            raw = await connection.get_raw_connection()
            driver: Any = raw.driver_connection  # asyncpg's
            lost = asyncio.Event()
            driver.add_termination_listener(lambda _: lost.set())
            for channel in self._listeners:
                await driver.add_listener(channel, self._heard)
            self._away = False
            self._ring_all()
            try:
                await lost.wait()
            finally:
                # Never back into the pool: it would go on listening there.
                with suppress(Exception):
                    await connection.invalidate()

    def _heard(self, _: Any, __: int, channel: str, words: str) -> None:
        for listener in list(self._listeners[channel]):
            listener(words)

    def _ring_all(self) -> None:
        for channel in self._listeners:
            self._heard(None, 0, channel, "")


class Ring:
    """Something to wait for: rung, or the time is up."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def __call__(self, words: str = "") -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Until it is rung, at most so long; what rang before counts."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):  # wait_for may swallow a cancellation
                await self._event.wait()
        self._event.clear()
