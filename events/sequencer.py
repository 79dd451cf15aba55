"""The sequencer: gives committed events their positions, without gaps, on one process at a time."""

import asyncio
import time
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from events import leases, stamping
from events.bell import OUTBOX, Bell, Ring
from events.defects import Defects
from events.leases import Lease
from events.stamping import Snapshot
from models.database import Database

POLL = 0.25
"""Seconds after which it looks without having been called."""
SWEEP = 10.0
"""Seconds after which it looks at everything that waits, whatever the snapshots say."""
HEADS = 1.0
"""Seconds between two notes of where the streams end."""
PAUSE = 0.2
"""Seconds before it begins again after a failure."""

FAREWELL = 2.0
"""Seconds that a process which ends may take to let the next one lead at once."""


class Sequencer:
    """Any number may run; the lease `sequencer` says which one works."""

    def __init__(
        self,
        db: Database,
        bell: Bell,
        defects: Defects,
        *,
        owner: str | None = None,
        lease_seconds: float = leases.SECONDS,
        partition_size: int = stamping.PARTITION_SIZE,
    ) -> None:
        self._db = db
        self._bell = bell
        self._defects = defects
        self._lease = Lease("sequencer", owner or leases.owner(), lease_seconds)
        self._size = partition_size

    async def run(self) -> None:
        """Until cancelled, through any loss of the database."""
        ring = Ring()
        silence = self._bell.on(OUTBOX, ring)
        try:
            while True:
                try:
                    async with self._db.standing() as connection:
                        await self._attend(connection, ring)
                except Exception as error:  # noqa: BLE001 boundary: the loop outlives what fails
                    self._lease.lost()
                    await self._defects.failed("sequencer", error)
                await asyncio.sleep(PAUSE)
        finally:
            silence()
            with suppress(SQLAlchemyError, OSError, TimeoutError):
                async with asyncio.timeout(FAREWELL), self._db.standing() as connection:
                    await self._lease.give_up(connection)

    async def _attend(self, connection: AsyncConnection, ring: Ring) -> None:
        """Lead whenever the lease can be had."""
        while True:
            if await self._lease.hold(connection) is None:
                await asyncio.sleep(self._lease.seconds / 6)
            else:
                await self._lead(connection, ring)

    async def _lead(self, connection: AsyncConnection, ring: Ring) -> None:
        """Until another leads. It begins, and from time to time goes on, with all that waits."""
        epoch = self._lease.epoch
        room = await stamping.make_room(connection, self._size)
        await stamping.write_heads(connection)
        since: Snapshot | None = None
        swept = noted = time.monotonic()
        stale = False
        while epoch is not None and await self._lease.hold(connection) == epoch:
            done = await stamping.stamp(connection, self._lease.owner, epoch, since)
            if done is None:
                self._lease.lost()
                return
            if done.moved:
                await stamping.tell(connection, done)
                stale = True
            now = time.monotonic()
            if stale and now - noted >= HEADS:
                await stamping.write_heads(connection)
                noted, stale = now, False
            if done.last + self._size // 2 > room:
                room = await stamping.make_room(connection, self._size)
            emptied = done.moved < stamping.BATCH
            since = done.snapshot if emptied else None
            if now - swept >= SWEEP:
                since, swept = None, now
            self._defects.recovered("sequencer")
            if emptied:
                await ring.wait(POLL)
