"""A consumer that there is no more: its place in the log goes, which nothing else would remove."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from models.bus import consumer_cursor, dead_letter, parked_key
from models.database import Reads, UnitOfWork

CURSOR = consumer_cursor.c
KEY = parked_key.c
LETTER = dead_letter.c


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many streams it held, the first of them behind `since` (None where it held none), and
    what waited for it in the park.
    """

    streams: int
    since: int | None
    keys: int
    letters: int


async def remembered(db: Reads) -> list[str]:
    """The consumers that hold something, whether they are still there or not."""
    names = select(CURSOR.consumer).union(select(KEY.consumer), select(LETTER.consumer))
    return sorted(row.consumer for row in await db.rows(names))


async def forget(work: UnitOfWork, consumer: str, *, letters: bool) -> Forgotten | None:
    """None where nothing is known of it. What waits in the park goes, too, if `letters` is set.

    Whoever still runs it begins anew with the oldest event there is: end that first.
    """
    cursors = delete(consumer_cursor).where(CURSOR.consumer == consumer)
    held = [row.position for row in await work.rows(cursors.returning(CURSOR.position))]
    if letters:
        # The keys first: that waits for a replay which is under way.
        keys = await work.execute(delete(parked_key).where(KEY.consumer == consumer))
        waiting = await work.execute(delete(dead_letter).where(LETTER.consumer == consumer))
    else:
        [(keys,)] = await work.rows(select(func.count()).where(KEY.consumer == consumer))
        [(waiting,)] = await work.rows(select(func.count()).where(LETTER.consumer == consumer))
    if not held and not keys and not waiting:
        return None
    return Forgotten(len(held), min(held, default=None), keys, waiting)
