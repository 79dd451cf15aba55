"""Parked keys: a person parks one, or has it replayed in order once the handler is mended."""

from dataclasses import dataclass

from events import inbox, parked
from events.consumer import Consumer
from events.decode import decode
from events.defects import Capture
from events.delivery import apply, transaction
from events.event import Event
from events.received import Received
from events.stamped import from_json
from models.database import Database, UnitOfWork
from models.transience import is_transient

BY_HAND = "parked by hand"


@dataclass(frozen=True, slots=True)
class Replayed:
    """`remaining` events wait behind the one that failed again, itself included."""

    replayed: int
    remaining: int
    failure: str | None = None


async def park(work: UnitOfWork, consumer: str, key: str) -> bool:
    """An operator's way on, where an event fails in passing for too long; False: it was parked."""
    return await parked.park(work, consumer, key, BY_HAND)


async def replay(db: Database, consumer: Consumer, key: str, capture: Capture) -> Replayed:
    """Let the key's events take effect in order; once none is left, it is parked no more.

    Each has a transaction of its own under the key's lock, so what comes meanwhile queues up
    behind, and two replays take turns. Raises what is transient; nothing is lost by it.
    """
    count = 0
    while True:
        found = await parked.next_letter(db, consumer.name, key)
        position = None if found is None else found[0]
        try:
            event = None if found is None else _received(found[1])
            prepared = None if event is None else await consumer.prepare(event)
            async with transaction(db) as work:
                if not await parked.lock(work, consumer.name, key):
                    return Replayed(count, 0)
                now = await parked.next_letter(work, consumer.name, key)
                if now is None:
                    await parked.unpark(work, consumer.name, key)
                    return Replayed(count, 0)
                if event is None or now[0] != event.position:
                    continue  # another replay was faster
                if await inbox.take(work, consumer.name, [event.envelope.id]):
                    await apply(consumer, work, event, prepared)
                await parked.take_out(work, consumer.name, event.position)
            count += 1
        except Exception as error:  # boundary: a handler may raise anything
            if is_transient(error) or position is None or found is None:
                raise
            return await _ended(db, consumer.name, key, position, error, count, capture)


async def _ended(
    db: Database,
    consumer: str,
    key: str,
    position: int,
    error: Exception,
    count: int,
    capture: Capture,
) -> Replayed:
    reason = parked.reason_of(error)
    async with db.unit_of_work() as work:
        await parked.failed_again(work, consumer, key, position, reason)
        remaining = await parked.waiting(work, consumer, key)
    await capture(consumer, f"replay of {key} at {position}", error, key)
    return Replayed(count, remaining, reason)


def _received(letter: dict[str, object]) -> Received[Event]:
    stamped = from_json(letter)
    return Received(stamped.position, stamped.envelope, decode(stamped.envelope))
