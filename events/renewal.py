"""A new incarnation of the log: for a database that was restored from a copy."""

from sqlalchemy import func, update

from events import leases
from events.leases import Lease
from models.bus import log_counter
from models.database import UnitOfWork

JOBS = ("sequencer", "relay")


class StillLed(Exception):
    """A process of the platform works on this log."""


async def renew(work: UnitOfWork) -> str:
    """The new incarnation. Raises StillLed, and then nothing may be committed.

    A relay reads the incarnation when it begins to lead, and a hub that is kept busy does not look
    for another: so nobody leads meanwhile, and whoever did, but is frozen, leads no more.
    """
    owner = leases.owner()
    led = [Lease(job, owner) for job in JOBS]
    for lease in led:
        if await lease.hold(work.connection) is None:
            raise StillLed
    anew = update(log_counter).values(incarnation=func.gen_random_uuid())
    [(incarnation,)] = await work.rows(anew.returning(log_counter.c.incarnation))
    for lease in led:
        await lease.give_up(work.connection)
    return str(incarnation)
