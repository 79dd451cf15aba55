"""Runs the replays that somebody asked for, in a process that has the handlers."""

import asyncio
from collections.abc import Sequence

from events import parked
from events.consumer import Consumer
from events.defects import Defects
from events.parking import replay
from models.database import Database

POLL = 1.0


class Replays:
    """Several processes may run the same replay: they take turns, event by event."""

    def __init__(self, db: Database, consumers: Sequence[Consumer], defects: Defects) -> None:
        self._db = db
        self._consumers = {consumer.name: consumer for consumer in consumers}
        self._defects = defects

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.tick()
            except Exception as error:  # noqa: BLE001 boundary: the loop outlives what fails
                await self._defects.failed("replays", error)
            else:
                self._defects.recovered("replays")
            await asyncio.sleep(POLL)

    async def tick(self) -> None:
        """All that are asked for now; one that cannot be run yet keeps no other waiting."""
        if not self._consumers:
            return
        failed: dict[str, Exception] = {}
        for name, key in await parked.asked_for(self._db, list(self._consumers)):
            try:
                await replay(self._db, self._consumers[name], key, self._defects.capture)
            except Exception as error:  # noqa: BLE001 boundary: what is away is asked for again
                failed[name] = error
        for name in self._consumers:
            if name in failed:
                await self._defects.failed(f"replays of {name}", failed[name])
            else:
                self._defects.recovered(f"replays of {name}")
