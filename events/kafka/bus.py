"""The bus with a broker: readers on Kafka, and the log for whatever does not come from there."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from events.bell import Bell
from events.consumer import Consumer
from events.defects import Defects
from events.kafka.reader import Reader
from events.kafka.relay import Relay
from events.postgres_bus import PostgresBus
from models.database import Database

PATIENCE = 5.0
"""Seconds that a stream may stand still before it is read from the log."""


class KafkaBus:
    """Delivers to these consumers, in this process; any number of processes may do so."""

    def __init__(
        self,
        db: Database,
        bell: Bell,
        consumers: Sequence[Consumer],
        defects: Defects,
        servers: str,
        *,
        keep: timedelta,
        patience: float = PATIENCE,
    ) -> None:
        self._log = PostgresBus(db, bell, consumers, defects, patience=patience)
        self._relay = Relay(db, bell, servers, defects, keep=keep)
        self._readers = [Reader(db, each, servers, defects) for each in consumers if each.types]

    async def run(self) -> None:
        """Until cancelled, through any loss of database or broker."""
        loops = [self._log.run(), self._relay.run(), *(each.run() for each in self._readers)]
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for ended in done:
                ended.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
