"""The sequencer's SQL: move what waits into the log, tell of it, and keep what is derived."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from events.bell import STAMPED

BATCH = 1000
ROOM = 7_900
"""Bytes that an announcement may have: PostgreSQL takes fewer than 8,000."""
PARTITION_SIZE = 1_000_000
"""Positions in one partition of the log's table, the unit in which it is pruned."""

_STAMP = text("""
    SELECT moved, last_position, seen::text, still_running::text[], streams
    FROM platform.stamp(
        :owner, :epoch, :batch, CAST(CAST(:since AS text) AS xid8),
        CAST(CAST(:running AS text[]) AS xid8[]))
""")
_TELL = text("SELECT pg_notify(:channel, :words)")
_ROOM = text("SELECT platform.log_room((SELECT last FROM platform.log_counter), :size)")
_HEADS = text("""
    INSERT INTO platform.log_head AS known (agent, partition, position)
    SELECT agent, partition, max(position) FROM platform.event_log
    WHERE position > coalesce((SELECT max(position) FROM platform.log_head), 0)
    GROUP BY agent, partition
    ON CONFLICT (agent, partition)
    DO UPDATE SET position = greatest(known.position, excluded.position)
""")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a pass saw: every transaction below `seen` that is not among the `running`."""

    seen: str
    running: Sequence[str]


@dataclass(frozen=True, slots=True)
class Pass:
    """`last` is the log's last position now; `streams` are those that grew, each with the type of
    something new in it: `order/3/order.placed`.
    """

    moved: int
    last: int
    snapshot: Snapshot
    streams: Sequence[str]


async def stamp(
    connection: AsyncConnection, owner: str, epoch: int, since: Snapshot | None
) -> Pass | None:
    """Give positions to at most `BATCH` waiting events; None where another leads.

    With `since` only those are looked at whose transactions that pass could not see.
    """
    values = {
        "owner": owner,
        "epoch": epoch,
        "batch": BATCH,
        "since": None if since is None else since.seen,
        "running": None if since is None else list(since.running),
    }
    row = (await connection.execute(_STAMP, values)).one()
    if row.moved < 0:
        return None
    return Pass(
        row.moved, row.last_position, Snapshot(row.seen, row.still_running), row.streams or ()
    )


def announcement(done: Pass) -> str:
    """The last position, then each stream that grew and the types of what came, where there is
    room: `17 order/3/order.placed/order.paid product/11/product.updated`.
    """
    types: defaultdict[str, list[str]] = defaultdict(list)
    for word in done.streams:
        stream, _, type = word.rpartition("/")
        types[stream].append(type)
    words = " ".join((str(done.last), *("/".join((s, *types[s])) for s in types)))
    return words if len(words) <= ROOM else " ".join((str(done.last), *types))


async def tell(connection: AsyncConnection, done: Pass) -> None:
    """Wake whoever reads the log."""
    words = announcement(done)
    await connection.execute(_TELL, {"channel": STAMPED, "words": words})


async def make_room(connection: AsyncConnection, size: int) -> int:
    """Partitions for `size` positions more, at least; where the room ends."""
    return int((await connection.execute(_ROOM, {"size": size})).scalar_one())


async def write_heads(connection: AsyncConnection) -> None:
    """Note where each stream ends. All that is stamped up to the highest head is in the heads, so
    that the rest of the log tells what is missing, whoever led meanwhile.
    """
    await connection.execute(_HEADS)
