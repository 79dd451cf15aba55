"""The streams that this process works on: claimed for a time, renewed while work goes on."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from events import cursors
from events.cursors import Claimed, Stream
from events.delivery import Lost
from models.database import Database, UnitOfWork

LIFE = timedelta(seconds=10)
"""How long a claim outlives a process that is frozen or dead."""


class Claim:
    """A stream that is this process's to read, from `position` on."""

    def __init__(self, stream: Stream, claimed: Claimed) -> None:
        self.stream = stream
        self.epoch = claimed.epoch
        self.attempts = claimed.attempts
        self.position = claimed.position


class Fenced:
    """The fence of a delivery from claimed streams of one consumer."""

    def __init__(self, claims: Sequence[Claim], life: timedelta) -> None:
        self._claims = claims
        self._life = life

    async def move(self, work: UnitOfWork, ends: Mapping[Stream, int]) -> None:
        """See `events.delivery.Fence`."""
        if not await cursors.move(work, self._claims, ends, self._life):
            raise Lost

    def moved(self, ends: Mapping[Stream, int]) -> None:
        for claim in self._claims:
            claim.position = ends[claim.stream]
            claim.attempts = 0


class Claims:
    """All claims of a process, and the one task that renews them."""

    def __init__(self, db: Database, owner: str, life: timedelta = LIFE) -> None:
        self._db = db
        self._owner = owner
        self._life = life
        self._held: dict[Stream, Claim] = {}

    async def take(self, streams: Sequence[Stream]) -> list[Claim]:
        """Without those that another process has, or that rest after a failure."""
        claimed = await cursors.claim(self._db, streams, self._owner, self._life)
        taken = {stream: Claim(stream, each) for stream, each in claimed.items()}
        self._held |= taken
        return list(taken.values())

    def fenced(self, claims: Sequence[Claim]) -> Fenced:
        return Fenced(claims, self._life)

    async def release(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            self.forget(claim)
        await cursors.release(self._db, claims)

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
