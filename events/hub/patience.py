"""The database may be away: whoever reads for a subscriber waits for it, and goes on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

LOG = logging.getLogger("souk.hub")
PASSING = ("08", "40", "53", "57", "58")
"""SQLSTATE classes of what passes: connections, rollbacks, resources, operators, the system."""
LOCKED = "55P03"
DRIVER = ("InterfaceError", "InternalClientError")
"""What asyncpg raises when a connection dies under it, without an SQLSTATE."""

T = TypeVar("T")


def passes(error: BaseException) -> bool:
    """Whether the same statement may succeed later."""
    if isinstance(error, OSError | TimeoutError | PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    cause = error.orig and error.orig.__cause__
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state[:2] in PASSING or state == LOCKED
    return error.connection_invalidated or type(cause).__name__ in DRIVER


async def patiently(read: Callable[[], Awaitable[T]], longest: float = 2.0) -> T:
    """What `read` answers, once the database does; asked again at most `longest` seconds later."""
    pause = 0.05
    while True:
        try:
            return await read()
        except Exception as error:
            if not passes(error):
                raise
            if pause == 0.05:
                LOG.warning("the database does not answer: %s", type(error).__name__)
        await asyncio.sleep(pause)
        pause = min(pause * 2, longest)
