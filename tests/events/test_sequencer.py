"""The sequencer: positions without gaps, nothing skipped, and one leader whatever happens to it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from itertools import groupby
from typing import Any

import pytest
from sqlalchemy import text

from events import stamping
from events.outbox import emit
from events.sequencer import Sequencer
from models.database import Database
from souk.embedded.throwaway import ThrowAwayPostgres
from tests.events.traffic import CAUSE, Wires, logged, running, say, until, updated
from tests.postgres import Server

pytestmark = pytest.mark.commits

LEADER = text("SELECT owner, epoch FROM platform.lease WHERE name = 'sequencer'")
WAITING = text("SELECT count(*) FROM platform.outbox")
HEADS = text("SELECT agent, partition, position FROM platform.log_head ORDER BY 1, 2")
ENDS = text("""
    SELECT agent, partition, max(position) FROM platform.event_log GROUP BY 1, 2 ORDER BY 1, 2
""")
PARTS = text("""
    SELECT inhrelid::regclass::text AS name FROM pg_inherits
    WHERE inhparent = 'platform.event_log'::regclass ORDER BY inhrelid
""")
SMALL_LOG = text("""
    DO $$ BEGIN
        DROP TABLE platform.event_log_0, platform.event_log_1000000;
        PERFORM platform.log_room(0, 4000);
    END $$
""")


def _sequencer(wires: Wires, owner: str = "here", **how: Any) -> Sequencer:
    return Sequencer(wires.db, wires.bell, wires.defects, owner=owner, **how)


async def _leader(db: Database, *, other_than: str | None = None) -> tuple[str, int]:
    while True:
        rows = await db.rows(LEADER)
        if rows and rows[0].owner != other_than:
            return rows[0].owner, rows[0].epoch
        await asyncio.sleep(0.01)


def _check(rows: list[tuple[int, str, int]]) -> None:
    """No position is missing, and each key's sequence is in order."""
    assert [position for position, _, _ in rows] == list(range(1, len(rows) + 1))
    for _, found in groupby(sorted(rows, key=lambda row: row[1]), key=lambda row: row[1]):
        sequences = [sequence for _, _, sequence in found]
        assert sequences == list(range(1, len(sequences) + 1))


async def test_positions_have_no_gap_and_keys_keep_their_order(wires: Wires) -> None:
    keys = [f"cus_{number}" for number in range(7)]

    async def write(number: int) -> None:
        try:
            async with wires.db.unit_of_work(CAUSE) as work:
                emit(work, *(updated(keys[(number + step) % 7]) for step in range(3)))
                await asyncio.sleep(0.001 * (number % 5))
                if number % 10 == 0:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    async with running(wires.bell.run(), _sequencer(wires).run()):
        await asyncio.gather(*(write(number) for number in range(200)))
        _check(await logged(wires.db, 540))
        await until(lambda: wires.db.rows(WAITING), lambda rows: rows[0][0] == 0)
    assert len(await logged(wires.db, 540)) == 540
    assert wires.captured.defects == []


async def test_a_backlog_is_worked_off_and_its_streams_are_noted(wires: Wires) -> None:
    async with wires.db.unit_of_work(CAUSE) as work:
        await work.execute(SMALL_LOG)
        emit(work, *(updated(f"cus_{number % 100}") for number in range(9500)))
    async with running(_sequencer(wires, partition_size=4000).run()):
        _check(await logged(wires.db, 9500))
        ends = [tuple(row) for row in await wires.db.rows(ENDS)]
        await until(lambda: wires.db.rows(HEADS), lambda rows: [tuple(r) for r in rows] == ends)
    names = [row.name for row in await wires.db.rows(PARTS)]
    assert names == [f"platform.event_log_{first}" for first in (0, 4000, 8000)]
    assert wires.captured.defects == []


async def test_a_late_commit_is_stamped_when_it_comes(wires: Wires) -> None:
    """Its ordinal is the lowest, and whole passes have gone by without seeing it."""
    async with running(wires.bell.run(), _sequencer(wires).run()):
        async with wires.db.unit_of_work(CAUSE) as work:
            early = work.because(CAUSE)
            emit(early, updated("cus_late"))
            await early.flush()
            for number in range(20):
                await say(wires.db, f"cus_{number}")
                await logged(wires.db, number + 1)
        rows = await logged(wires.db, 21)
    assert rows[20] == (21, "cus_late", 1)
    _check(rows)


@pytest.mark.parametrize("foreign", ["same database", "another database", "snapshot"])
async def test_a_foreign_transaction_stalls_nothing(
    wires: Wires, server: Server, foreign: str
) -> None:
    async with server.clone() as other:
        db = other if foreign == "another database" else wires.db
        async with (
            running(wires.bell.run(), _sequencer(wires).run()),
            db.unit_of_work() as held,
        ):
            if foreign == "snapshot":
                await held.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
                await held.rows(text("SELECT count(*) FROM platform.event_log"))
            else:
                await held.execute(text("CREATE TABLE platform.foreign_table (i int)"))
            for number in range(30):
                await say(wires.db, f"cus_{number}")
            _check(await logged(wires.db, 30))


async def test_a_replaced_leader_stamps_nothing(wires: Wires) -> None:
    async with running(_sequencer(wires, "first", lease_seconds=0.3).run()):
        _, epoch = await _leader(wires.db)
    async with running(_sequencer(wires, "second", lease_seconds=0.3).run()):
        assert await _leader(wires.db, other_than="first") == ("second", epoch + 1)
        await wires.db.rows(text("UPDATE platform.lease SET until = 'infinity' RETURNING 1"))
    await wires.db.rows(text("UPDATE platform.lease SET until = 'infinity' RETURNING 1"))
    await say(wires.db, "cus_1")
    async with wires.db.standing() as connection:
        assert await stamping.stamp(connection, "first", epoch, None) is None
        assert await stamping.stamp(connection, "second", epoch, None) is None
        assert (await wires.db.rows(WAITING))[0][0] == 1
        done = await stamping.stamp(connection, "second", epoch + 1, None)
    assert done is not None
    assert (done.moved, done.last) == (1, 1)


async def _process(db: Database, owner: str) -> asyncio.subprocess.Process:
    """A sequencer in a process of its own."""
    url = db.engine.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.events.alone", stdin=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps({"url": url, "owner": owner}).encode())
    process.stdin.close()
    return process


async def test_frozen_and_dead_leaders_are_replaced(wires: Wires) -> None:
    """SIGSTOP the first, SIGKILL the second; what the thawed one still wanted to do is nothing."""
    processes: Mapping[str, asyncio.subprocess.Process] = {
        name: await _process(wires.db, name) for name in ("a", "b", "c")
    }
    try:
        await say(wires.db, "cus_1")
        first, epoch = await _leader(wires.db)
        await logged(wires.db, 1)
        os.kill(processes[first].pid, signal.SIGSTOP)
        for number in range(50):
            await say(wires.db, f"cus_{number}")
        second, later = await _leader(wires.db, other_than=first)
        assert later == epoch + 1
        await logged(wires.db, 51)
        os.kill(processes[second].pid, signal.SIGKILL)
        os.kill(processes[first].pid, signal.SIGCONT)
        for number in range(50):
            await say(wires.db, f"cus_{number}")
        _check(await logged(wires.db, 101))
        third, last = await _leader(wires.db, other_than=second)
        assert third in processes
        assert last == later + 1
    finally:
        for process in processes.values():
            if process.returncode is None:
                process.kill()
            await process.wait()
    assert len(await logged(wires.db, 101)) == 101


async def test_postgresql_restarted() -> None:
    """All connections die; the sequencer goes on, and loses nothing that was committed."""
    with ThrowAwayPostgres() as postgres:
        server = Server(postgres)
        await server.migrate()
        wires = Wires(Database(server.url("template_souk")))
        try:
            async with running(wires.bell.run(), _sequencer(wires).run()):
                await say(wires.db, "cus_1", "cus_2")
                await logged(wires.db, 2)
                await asyncio.to_thread(postgres.restart)
                await _again(wires.db, "cus_1")
                _check(await logged(wires.db, 3))
        finally:
            await wires.db.close()
            await server.close()
    assert wires.captured.defects == []


async def _again(db: Database, key: str) -> None:
    """As a client does whose connection has died."""
    for attempt in range(100):
        try:
            return await say(db, key)
        except Exception:  # noqa: BLE001 boundary: until the server is back
            await asyncio.sleep(0.01 * attempt)
    return await say(db, key)
