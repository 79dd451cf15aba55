"""Leadership: one process at a time does a job, and a replaced one changes nothing any more."""

import os
import time

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.ids import new_id

SECONDS = 3.0
"""A leader that does not renew for so long is replaced."""

_TAKE = text("SELECT platform.take_lease(:name, :owner, :seconds)")
_GIVE_UP = text("""
    UPDATE platform.lease SET until = clock_timestamp()
    WHERE name = :name AND owner = :owner AND epoch = :epoch
""")


def owner() -> str:
    """A name for this process that no other has, and that people can tell from `ps`."""
    return f"{os.getpid()}-{new_id('own')}"


class Lease:
    """`name` is the job. Whatever the leader writes must be conditional on its epoch: it cannot
    know that it was frozen, and replaced.
    """

    def __init__(self, name: str, owner: str, seconds: float = SECONDS) -> None:
        self.name = name
        self.owner = owner
        self.seconds = seconds
        self.epoch: int | None = None
        self._ask_again = 0.0

    async def hold(self, connection: AsyncConnection) -> int | None:
        """The epoch while this process leads, else None. Renews when a third of it is over."""
        if time.monotonic() >= self._ask_again:
            wanted = {"name": self.name, "owner": self.owner, "seconds": self.seconds}
            self.epoch = (await connection.execute(_TAKE, wanted)).scalar_one()
            self._ask_again = time.monotonic() + self.seconds / 3
        return self.epoch

    def lost(self) -> None:
        """Somebody else leads: ask anew."""
        self.epoch = None
        self._ask_again = 0.0

    async def give_up(self, connection: AsyncConnection) -> None:
        """Let the next one lead at once."""
        if self.epoch is not None:
            mine = {"name": self.name, "owner": self.owner, "epoch": self.epoch}
            await connection.execute(_GIVE_UP, mine)
        self.lost()
