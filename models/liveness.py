"""Connections that died in the pool are found before a statement meets them.

SQLAlchemy's own `pool_pre_ping` asks the server at every checkout, which on asyncpg is three
round trips for each read. A connection that has just been used is as good as asked: only those
idle for longer are. A server that ends says so and closes its sockets, which costs next to nothing
to see: nobody has a reason to send anything on a connection that waits in the pool.
"""

import select
import time
from typing import Any, Final

from sqlalchemy import event, exc
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

IDLE_SECONDS: Final = 5.0

_SINCE: Final = "idle_since"


def ping_after_idle(engine: AsyncEngine, seconds: float = IDLE_SECONDS) -> None:
    """From now on a connection that was in the pool for `seconds` is asked before it is used.

    One found dead is replaced, and so is every other that is as old.
    """
    dialect = engine.dialect

    def checked_in(_: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[_SINCE] = time.monotonic()

    def checked_out(connection: Any, entry: ConnectionPoolEntry, _: Any) -> None:
        since = entry.info.get(_SINCE)
        if since is None:  # it is new
            return
        if _is_closed(entry):
            raise exc.InvalidatePoolError("the server has closed the connection")
        if time.monotonic() - since < seconds:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            if not dialect.is_disconnect(error, connection, None):
                raise
            raise exc.InvalidatePoolError("the connection has died") from error

    event.listen(engine.sync_engine, "checkin", checked_in)
    event.listen(engine.sync_engine, "checkout", checked_out)


def _is_closed(entry: ConnectionPoolEntry) -> bool:
    driver: Any = entry.driver_connection  # asyncpg's
    return driver is None or bool(driver.is_closed()) or _has_news(driver)


def _has_news(driver: Any) -> bool:
    """Whether something has come that the event loop has not read yet: the server's last words."""
    wire = driver._transport.get_extra_info("socket")  # asyncpg has no other way to it
    if wire is None:
        return False
    poll = select.poll()
    poll.register(wire.fileno(), select.POLLIN)
    return bool(poll.poll(0))
