"""The streams that this process works on: claimed for a time, renewed while work goes on."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from events import cursors
from events.cursors import Claimed, Stream
from events.delivery import Lost
from events.stamped import Stamped
from models.database import Database, UnitOfWork

LIFE = timedelta(seconds=10)
"""How long a claim outlives a process that is frozen or dead."""


class Claim:
    """A stream that is this process's to read, from `position` on: the fence of its delivery."""

    def __init__(self, stream: Stream, claimed: Claimed, life: timedelta) -> None:
        self.stream = stream
        self.epoch = claimed.epoch
        self.attempts = claimed.attempts
        self.position = claimed.position
        self._life = life

    async def move(self, work: UnitOfWork, batch: Sequence[Stamped]) -> None:
        """See `events.delivery.Fence`."""
        end = batch[-1].position
        if not await cursors.move(work, self.stream, self.epoch, self.position, end, self._life):
            raise Lost

    def moved(self, batch: Sequence[Stamped]) -> None:
        self.position = batch[-1].position
        self.attempts = 0


class Claims:
    """All claims of a process, and the one task that renews them."""

    def __init__(self, db: Database, owner: str, life: timedelta = LIFE) -> None:
        self._db = db
        self._owner = owner
        self._life = life
        self._held: dict[Stream, Claim] = {}

    async def take(self, stream: Stream) -> Claim | None:
        """None where another process has it, or it rests after a failure."""
        claimed = await cursors.claim(self._db, stream, self._owner, self._life)
        if claimed is None:
            return None
        claim = self._held[stream] = Claim(stream, claimed, self._life)
        return claim

    async def release(self, claim: Claim) -> None:
        self._held.pop(claim.stream, None)
        await cursors.release(self._db, claim.stream, claim.epoch)

    async def rest(self, claim: Claim, reason: str, rest: timedelta) -> None:
        """Given up until `rest` is over."""
        self._held.pop(claim.stream, None)
        await cursors.failed(self._db, claim.stream, reason, rest, claim.epoch)

    def forget(self, claim: Claim) -> None:
        """Somebody else has it, or will once its time is over."""
        self._held.pop(claim.stream, None)

    async def keep(self) -> None:
        """Until cancelled. What cannot be renewed is lost in time, and its work then undone."""
        while True:
            await asyncio.sleep(self._life.total_seconds() / 3)
            held = [(claim.stream, claim.epoch) for claim in self._held.values()]
            try:
                if held:
                    await cursors.renew(self._db, held, self._life)
            except (SQLAlchemyError, OSError):
                continue  # whoever works on them meets the same, and tells
