"""From where the hub gets what is new: a source gives every record after a position, in order."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from events import log
from events.bell import STAMPED, Bell, Ring
from events.hub.cursor import Cursor, LogLost
from events.hub.log import holds
from events.stamped import Stamped
from models.database import Database

PAGE = 500
POLL = 0.25


class Source(Protocol):
    def records(self, after: Cursor) -> AsyncGenerator[Sequence[Stamped], None]:
        """Those that follow, without a gap, for ever; never an empty batch.

        Raises LogLost, or whatever else keeps it from going on; the hub then asks anew.
        """
        ...


class LogSource:
    """The log itself: read when the sequencer rings, and now and then in case nobody hears it."""

    def __init__(self, db: Database, bell: Bell, *, poll: float = POLL) -> None:
        """`poll` in seconds."""
        self._db = db
        self._bell = bell
        self._poll = poll

    async def records(self, after: Cursor) -> AsyncGenerator[Sequence[Stamped], None]:
        """See `Source.records`."""
        reached, ring = after, Ring()
        deaf = self._bell.on(STAMPED, ring)
        try:
            while True:
                if page := await log.after(self._db, reached.position, PAGE):
                    reached = Cursor(after.incarnation, page[-1].position)
                    yield page
                elif not await holds(self._db, reached):
                    raise LogLost
                if len(page) < PAGE:
                    await ring.wait(self._poll)
        finally:
            deaf()
