"""What the schedule runs for inventory."""

from subgraphs.inventory import reservations
from subgraphs.kit import ID, Timer, UnitOfWork


async def _expire(work: UnitOfWork, key: str) -> None:
    await reservations.expire(work, ID(key))


TIMERS = (Timer(reservations.EXPIRY, _expire),)
