"""How far the relay has brought the log, written only by who leads: SQL."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

NAME = "kafka"

_BEGIN = text("""
    INSERT INTO platform.relay_cursor AS known (name, position) VALUES (:name, 0)
    ON CONFLICT (name) DO UPDATE SET position = known.position RETURNING position
""")
_MARK = text("""
    UPDATE platform.relay_cursor SET position = :end
    WHERE name = :name AND position = :start AND EXISTS (
        SELECT FROM platform.lease
        WHERE name = :lease AND owner = :owner AND epoch = :epoch FOR SHARE)
    RETURNING position
""")


async def begin(connection: AsyncConnection) -> int:
    """The position up to which everything is on the broker."""
    return int((await connection.execute(_BEGIN, {"name": NAME})).scalar_one())


async def mark(
    connection: AsyncConnection, lease: str, owner: str, epoch: int, start: int, end: int
) -> bool:
    """From `start` to `end`; False where another relay leads."""
    values = {"name": NAME, "start": start, "end": end}
    leader = {"lease": lease, "owner": owner, "epoch": epoch}
    return (await connection.execute(_MARK, values | leader)).first() is not None
