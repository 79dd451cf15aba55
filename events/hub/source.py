"""From where the hub gets what is new: a source gives every record after a position, in order."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from events.hub import log
from events.hub.bell import Bell
from events.hub.cursor import Cursor, LogLost
from events.hub.log import Record
from models.database import Database

PAGE = 500


class Source(Protocol):
    def records(self, after: Cursor) -> AsyncGenerator[Sequence[Record], None]:
        """Those that follow, without a gap, for ever; never an empty batch.

        Raises LogLost, or whatever else keeps it from going on; the hub then asks anew.
        """
        ...


class LogSource:
    """The log itself: read when the sequencer rings, and now and then in case nobody hears it."""

    def __init__(self, db: Database, bell: Bell) -> None:
        self._db = db
        self._bell = bell

    async def records(self, after: Cursor) -> AsyncGenerator[Sequence[Record], None]:
        """See `Source.records`."""
        reached = after
        try:
            while True:
                if page := await log.following(self._db, reached.position, PAGE):
                    reached = Cursor(after.incarnation, page[-1].position)
                    yield page
                elif not await log.holds(self._db, reached):
                    raise LogLost
                if len(page) < PAGE:
                    await self._bell.wait()
        finally:
            await self._bell.close()
