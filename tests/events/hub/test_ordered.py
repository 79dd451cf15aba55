"""What a broker brings in any order, twice, late or never comes out by position, from the log."""

import asyncio
import random
from contextlib import aclosing
from dataclasses import replace

import pytest
from sqlalchemy import text

from events import log
from events.hub import Cursor, Hub
from events.hub.cursor import LogLost
from events.hub.log import end
from events.hub.ordered import MOST, OrderedSource
from events.stamped import Stamped
from models.database import Database
from tests.events.hub.listening import PATIENCE, numbers
from tests.events.stamped import low, lows, publish
from tests.events.traffic import Wires

pytestmark = pytest.mark.commits
NEVER = 3600.0


@pytest.fixture
async def records(db: Database) -> list[Stamped]:
    """Thirty of them, in the log."""
    await publish(db, *lows(range(30)))
    return await log.after(db, 0, 100)


@pytest.fixture
async def begin(db: Database) -> Cursor:
    return replace(await end(db), position=0)


async def positions(source: OrderedSource, begin: Cursor, count: int) -> list[int]:
    found: list[int] = []
    async with asyncio.timeout(PATIENCE), aclosing(source.records(begin)) as batches:
        async for batch in batches:
            found += [record.position for record in batch]
            if len(found) >= count:
                break
    return found


async def put(source: OrderedSource, incarnation: str, records: list[Stamped]) -> None:
    """One after the other, as if they arrived."""
    await asyncio.sleep(0)
    for record in records:
        source.put(incarnation, record)
        await asyncio.sleep(0)


async def test_shuffled_and_doubled_records_come_out_in_order_without_the_log(
    db: Database, records: list[Stamped], begin: Cursor
) -> None:
    source = OrderedSource(db, gap=NEVER, silence=NEVER)
    shuffled = [*records, *records[::2]]
    random.Random(7).shuffle(shuffled)
    found, _ = await asyncio.gather(
        positions(source, begin, 30), put(source, begin.incarnation, shuffled)
    )
    assert found == list(range(1, 31))
    assert source.from_log == 0


async def test_a_hole_is_filled_from_the_log(
    db: Database, records: list[Stamped], begin: Cursor
) -> None:
    source = OrderedSource(db, gap=0.01, silence=NEVER)
    brought = [record for record in records if record.position not in (1, 2, 3, 11, 29)]
    found, _ = await asyncio.gather(
        positions(source, begin, 30), put(source, begin.incarnation, brought[::-1])
    )
    assert found == list(range(1, 31))
    assert source.from_log == 5


async def test_a_broker_that_is_silent_keeps_nobody_waiting(
    db: Database, records: list[Stamped], begin: Cursor
) -> None:
    source = OrderedSource(db, gap=NEVER, silence=0.01)
    assert await positions(source, begin, 30) == list(range(1, 31))
    assert source.from_log == 30


async def test_another_log_on_the_same_broker_is_none_of_ours(
    db: Database, records: list[Stamped], begin: Cursor
) -> None:
    source = OrderedSource(db, gap=NEVER, silence=NEVER)
    foreign = [replace(record, envelope=replace(record.envelope, id="x")) for record in records]

    async def both() -> None:
        await put(source, "00000000-0000-4000-8000-000000000000", foreign)
        await put(source, begin.incarnation, records)

    bringing = asyncio.create_task(both())
    found: list[str] = []
    async with asyncio.timeout(PATIENCE), aclosing(source.records(begin)) as batches:
        async for batch in batches:
            found += [record.envelope.id for record in batch]
            if len(found) == 30:
                break
    await bringing
    assert found == [record.envelope.id for record in records]


async def test_no_more_is_kept_than_can_be_kept(
    db: Database, records: list[Stamped], begin: Cursor
) -> None:
    """Of what lies beyond the bound the log knows later."""
    source = OrderedSource(db, gap=NEVER, silence=NEVER)
    reading = asyncio.create_task(positions(source, begin, 30))
    await asyncio.sleep(0)
    far = [replace(records[0], position=position) for position in range(100, MOST + 200)]
    for record in far:
        source.put(begin.incarnation, record)
    assert len(source._waiting) == MOST
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def test_a_hole_that_nothing_fills_is_no_end_of_waiting(
    db: Database, records: list[Stamped], begin: Cursor
) -> None:
    async with db.unit_of_work() as work:
        await work.execute(text("DELETE FROM platform.event_log WHERE position < 10"))
    source = OrderedSource(db, gap=0.01, silence=NEVER)
    reading = asyncio.create_task(positions(source, begin, 30))
    await put(source, begin.incarnation, [records[5]])
    with pytest.raises(LogLost):
        await reading


async def test_what_is_further_than_the_log_is_dropped(
    db: Database, records: list[Stamped], begin: Cursor
) -> None:
    """Whoever wrote it on the broker: nobody has to begin anew for it."""
    source = OrderedSource(db, gap=0.01, silence=NEVER)
    strange = [replace(records[0], position=position) for position in (32, 10**12)]
    found, _ = await asyncio.gather(
        positions(source, begin, 31), _then_another(db, source, begin, [*records, *strange])
    )
    assert found == list(range(1, 32))
    assert source._waiting == {}


async def _then_another(
    db: Database, source: OrderedSource, begin: Cursor, records: list[Stamped]
) -> None:
    await put(source, begin.incarnation, records)
    async with asyncio.timeout(PATIENCE):
        while source._waiting:  # noqa: ASYNC110  # the source's own doing
            await asyncio.sleep(0.01)
    await publish(db, low(30))
    await put(source, begin.incarnation, await log.after(db, 30, 1))


async def test_a_hub_takes_what_broker_and_log_bring_as_one_stream(
    db: Database, records: list[Stamped], wires: Wires
) -> None:
    source = OrderedSource(db, gap=0.01, silence=0.01)
    async with Hub(db, wires.defects).running(source) as hub:
        live = await hub.subscribe()
        await publish(db, *lows(range(30, 60)))
        assert await numbers(live, 30) == list(range(30, 60))
        again = await hub.subscribe(hub.cursor)
        for number in range(60, 80):
            await publish(db, low(number))
            [record] = await log.after(db, number, 1)
            source.put(hub.cursor.incarnation, record)
            source.put(hub.cursor.incarnation, record)
        assert await numbers(again, 20) == list(range(60, 80))
