"""Which failures pass by themselves: those are tried again, all others are for somebody to mend."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

BROKEN_CLASSES = frozenset({"08", "53", "57", "58"})
"""SQLSTATE: connection, resources, operator, system."""
PASSING_CLASSES = BROKEN_CLASSES | {"40"}
"""And 40: rolled back for another transaction's sake."""
LOCK_NOT_AVAILABLE = "55P03"


T = TypeVar("T")
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
"""Seconds."""


class Unreachable(Exception):
    """Something that this needs is away and may come back."""


def is_transient(error: BaseException) -> bool:
    """Whether to try again, without limit. Decided by class, never by name or message."""
    if isinstance(error, OSError | TimeoutError | Unreachable | NoConnectionFree):
        return True
    if isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError):
        return True
    state = _state(error)
    return state is not None and (state[:2] in PASSING_CLASSES or state == LOCK_NOT_AVAILABLE)


async def patiently(read: Callable[[], Awaitable[T]]) -> T:
    """What `read` answers, tried again for as long as it fails in a way that passes."""
    pause = FIRST_PAUSE
    while True:
        try:
            return await read()
        except Exception as error:
            if not is_transient(error):
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def breaks_connection(error: BaseException) -> bool:
    """Whether the connection on which it happened must not be used again."""
    if isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError):
        return True
    state = _state(error)
    return state is not None and state[:2] in BROKEN_CLASSES


def _state(error: BaseException) -> str | None:
    """The SQLSTATE; 08000 where the driver lost the connection and the server said nothing."""
    if not isinstance(error, DBAPIError):
        return None
    if error.connection_invalidated:
        return "08000"
    driver = error.orig.__cause__ if error.orig is not None else None
    if isinstance(driver, asyncpg.InterfaceError | asyncpg.InternalClientError):
        return "08000"
    return str(driver.sqlstate) if isinstance(driver, asyncpg.PostgresError) else None
