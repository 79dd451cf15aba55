"""What is old and that everybody has passed goes; what anybody needs stays."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from events import stamping
from events.outbox import emit
from events.retention import Pruned, prune
from events.sequencer import Sequencer
from models.database import Database, utc_now
from tests.events.traffic import CAUSE, Wires, logged, running, updated

pytestmark = pytest.mark.commits

KEEP = timedelta(days=30)
SMALL_LOG = text("""
    DO $$ BEGIN
        DROP TABLE platform.event_log_0, platform.event_log_1000000;
        PERFORM platform.log_room(0, 10), platform.log_room(30, 10);
    END $$
""")
PARTS = text("""
    SELECT inhrelid::regclass::text AS name FROM pg_inherits
    WHERE inhparent = 'platform.event_log'::regclass ORDER BY inhrelid
""")
CURSORS = text("""
    INSERT INTO platform.consumer_cursor (consumer, agent, partition, position)
    SELECT 'counting', 'customer', p, 0 FROM generate_series(0, 11) p
    UNION ALL SELECT 'idle', 'transport', p, 0 FROM generate_series(0, 11) p
""")
PASS = text("""
    UPDATE platform.consumer_cursor SET position = :position WHERE consumer = 'counting'
    RETURNING 1
""")
TAKEN = text("""
    INSERT INTO platform.inbox (consumer, event_id, taken_at)
    SELECT 'counting', id, stamped_at FROM platform.event_log RETURNING 1
""")
RELAY = text("INSERT INTO platform.relay_cursor VALUES ('kafka', 12) RETURNING 1")
RELAYED = text("SELECT position FROM platform.relay_cursor")
LED = text("INSERT INTO platform.lease VALUES ('relay', 'somebody', 1, :until) RETURNING 1")
INBOX = text("SELECT count(*) FROM platform.inbox")


@pytest.fixture
async def db(db: Database) -> Database:
    """A log of 35 events in partitions of ten, and two consumers that have read nothing."""
    async with db.unit_of_work(CAUSE) as work:
        await work.execute(SMALL_LOG)
        await work.execute(CURSORS)
        emit(work, *(updated(f"cus_{number}") for number in range(35)))
    wires = Wires(db)
    async with running(Sequencer(db, wires.bell, wires.defects, partition_size=40).run()):
        await logged(db, 35)
    async with db.standing() as connection:
        await stamping.write_heads(connection)
    await db.rows(TAKEN)
    return db


async def _prune(db: Database, later: timedelta = timedelta()) -> Pruned:
    db.clock = lambda: utc_now() + later
    async with db.unit_of_work() as work:
        return await prune(work, KEEP)


async def _parts(db: Database) -> list[str]:
    return [row.name.rpartition("_")[2] for row in await db.rows(PARTS)]


async def test_what_is_young_stays(db: Database) -> None:
    before = await _parts(db)
    await db.rows(PASS, {"position": 35})
    assert await _prune(db, KEEP - timedelta(hours=1)) == Pruned(0, 0, 0)
    assert await _parts(db) == before


async def test_what_a_consumer_has_not_passed_stays(db: Database) -> None:
    before = await _parts(db)
    await db.rows(PASS, {"position": 18})
    assert await _prune(db, 2 * KEEP) == Pruned(1, 0, 0)
    assert await _parts(db) == before[1:]
    # Its inbox goes as soon as no event of that age can come again.
    assert await _prune(db, 2 * KEEP) == Pruned(0, 9, 0)
    assert (await db.rows(INBOX))[0][0] == 26


async def test_idle_cursors_do_not_hold_the_log(db: Database) -> None:
    """Nothing comes in the streams of the one; the other has passed everything."""
    await db.rows(PASS, {"position": 35})
    assert (await _prune(db, 2 * KEEP)).partitions == 3
    idle = text("SELECT DISTINCT position FROM platform.consumer_cursor WHERE consumer = 'idle'")
    assert [row.position for row in await db.rows(idle)] == [35]
    rows = await db.rows(text("SELECT min(position), max(position) FROM platform.event_log"))
    assert tuple(rows[0]) == (30, 35)


async def test_a_relay_that_is_behind_keeps_what_it_has_not_sent(db: Database) -> None:
    await db.rows(PASS, {"position": 35})
    await db.rows(RELAY)
    await db.rows(LED, {"until": utc_now() + 2 * KEEP})
    assert (await _prune(db, 2 * KEEP)).partitions == 1


async def test_a_broker_that_was_given_up_keeps_nothing(db: Database) -> None:
    """As soon as no relay has led for as long as events are kept; not before."""
    await db.rows(PASS, {"position": 35})
    await db.rows(RELAY)
    await db.rows(LED, {"until": utc_now() + 2 * KEEP})
    assert (await _prune(db, 3 * KEEP - timedelta(hours=1))).partitions == 1
    assert await db.rows(RELAYED) == [(12,)]
    assert (await _prune(db, 3 * KEEP + timedelta(hours=1))).partitions == 2
    assert await db.rows(RELAYED) == []


async def test_behind_a_long_reader_it_gives_up_and_comes_again(db: Database) -> None:
    await db.rows(PASS, {"position": 35})
    async with db.unit_of_work() as reader:
        await reader.rows(text("SELECT count(*) FROM platform.event_log"))
        assert (await _prune(db, 2 * KEEP)).partitions == 0
        await reader.rows(text("SELECT count(*) FROM platform.event_log"))
    assert (await _prune(db, 2 * KEEP)).partitions == 3


async def test_an_agents_own_role_may_prune(db: Database, databases: dict[str, Database]) -> None:
    await db.rows(PASS, {"position": 35})
    assert (await _prune(databases["order"], 2 * KEEP)).partitions == 3
