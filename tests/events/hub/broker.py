"""A broker as bad as one can be: partitions apart, records late, doubled, or never there."""

import asyncio
import random
from collections import defaultdict

from events import log
from events.hub import Cursor
from events.hub.ordered import OrderedSource
from events.stamped import Stamped
from models.database import Database

PAGE = 200


class Broker:
    """Brings what is in the log to the source, each partition at a pace of its own."""

    def __init__(self, db: Database, source: OrderedSource, dice: random.Random) -> None:
        self._db = db
        self._source = source
        self._dice = dice
        self._partitions: defaultdict[tuple[str, int], asyncio.Queue[Stamped]] = defaultdict(
            asyncio.Queue
        )
        self.doubled = 0
        self.dropped = 0

    async def run(self, begin: Cursor) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            position = begin.position
            while True:
                for record in await log.after(self._db, position, PAGE):
                    position = record.position
                    key = (record.envelope.agent, record.envelope.partition)
                    if key not in self._partitions:
                        tasks.create_task(self._bring(begin.incarnation, self._partitions[key]))
                    self._partitions[key].put_nowait(record)
                await asyncio.sleep(0.005)

    async def _bring(self, incarnation: str, partition: asyncio.Queue[Stamped]) -> None:
        before: list[Stamped] = []
        while True:
            record = await partition.get()
            if self._dice.random() < 0.02:
                await asyncio.sleep(self._dice.random() * 0.08)
            if self._dice.random() < 0.02:
                self.dropped += 1
                continue
            self._source.put(incarnation, record)
            before = [*before[-5:], record]
            if self._dice.random() < 0.1:
                self.doubled += 1
                self._source.put(incarnation, self._dice.choice(before))
