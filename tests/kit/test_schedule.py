"""The leased schedule: due once, on one process, again after a failure, gone when done."""

import asyncio
from datetime import timedelta
from typing import NoReturn

import pytest

from models.database import SYSTEM, Cause, Database
from subgraphs.kit import schedule
from subgraphs.kit.capture import DatabaseCapture
from subgraphs.kit.schedule import Schedule
from tests.kit.conftest import ANNA, Room
from tests.kit.room.timers import AGE

WRITE = 'mutation { writeNote(input: {text: "milk"}) { note { id } } }'


def _schedule(room: Room, db: Database | None = None) -> Schedule:
    return Schedule(db or room.db, [AGE], DatabaseCapture(room.db, room.spool))


async def _due(room: Room, key: str, seconds: float = 0) -> None:
    async with room.db.unit_of_work(SYSTEM) as work:
        await schedule.at(work, "note_age", key, work.now + timedelta(seconds=seconds))


async def _note(room: Room) -> str:
    return str((await room.ask(WRITE, ANNA))["writeNote"]["note"]["id"])


async def test_what_is_due_runs_once_and_is_gone(room: Room) -> None:
    await _due(room, id := await _note(room))
    assert await _schedule(room).tick() == 1
    assert await _schedule(room).tick() == 0
    assert await room.rows("SELECT id, stars FROM platform.kit_note") == [(id, 1)]
    assert await room.rows("SELECT * FROM platform.schedule") == []


async def test_what_is_not_due_or_was_called_off_does_not_run(room: Room) -> None:
    await _due(room, first := await _note(room), seconds=60)
    assert await _schedule(room).tick() == 0
    await _due(room, first, seconds=-1)
    async with room.db.unit_of_work(SYSTEM) as work:
        await schedule.cancel(work, "note_age", first)
    assert await _schedule(room).tick() == 0
    assert await room.rows("SELECT stars FROM platform.kit_note") == [(0,)]


async def test_a_timer_that_fails_is_captured_and_waits_longer_each_time(room: Room) -> None:
    await _due(room, "bug")
    await _due(room, await _note(room))
    assert await _schedule(room).tick() == 2
    assert await room.rows("SELECT stars FROM platform.kit_note") == [(1,)]
    [(key, attempts, waits, lease)] = await room.rows(
        "SELECT key, attempts, due_at > now(), lease FROM platform.schedule"
    )
    assert (key, attempts, waits, lease) == ("bug", 1, True, None)
    [(path, kind)] = await room.rows("SELECT path, kind FROM platform.captured_error")
    assert (path, kind) == ("note_age:bug", "ZeroDivisionError")


async def test_idempotency_entries_expire_by_the_schedule(room: Room) -> None:
    keyed = 'mutation { writeNote(input: {text: "milk", idempotencyKey: "k"}) { note { id } } }'
    await room.ask(keyed, ANNA)
    await room.rows(
        "UPDATE platform.idempotency SET expires_at = now() - interval '1 s' RETURNING key"
    )
    running = asyncio.create_task(_schedule(room).run(poll=timedelta(milliseconds=5)))
    while await room.rows("SELECT key FROM platform.idempotency"):  # noqa: ASYNC110  # rows tell
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    [(timer, later)] = await room.rows("SELECT timer, due_at > now() FROM platform.schedule")
    assert (timer, later) == ("idempotency_expiry", True)


@pytest.mark.commits
async def test_many_schedulers_run_each_timer_once(room: Room) -> None:
    ids = [await _note(room) for _ in range(30)]
    for id in ids:
        await _due(room, id)
    schedulers = [_schedule(room) for _ in range(8)]
    while await room.rows("SELECT key FROM platform.schedule"):
        await asyncio.gather(*(each.tick() for each in schedulers))
    assert set(await room.rows("SELECT stars FROM platform.kit_note")) == {(1,)}


@pytest.mark.commits
async def test_a_scheduler_that_died_is_replaced_when_its_lease_ends(room: Room) -> None:
    await _due(room, await _note(room))
    dead = _schedule(room)
    assert len(await dead._claim("lse_DEAD")) == 1
    assert await _schedule(room).tick() == 0
    await room.rows(
        "UPDATE platform.schedule SET leased_until = now() - interval '1 s' RETURNING key"
    )
    assert await _schedule(room).tick() == 1
    await dead._run_one(AGE, "any", "lse_DEAD")
    assert await room.rows("SELECT stars FROM platform.kit_note") == [(1,)]


async def test_a_timer_that_has_failed_for_days_keeps_failing_alone(room: Room) -> None:
    await _due(room, "bug")
    await room.rows("UPDATE platform.schedule SET attempts = 5000 RETURNING key")
    await _due(room, await _note(room))
    assert await _schedule(room).tick() == 2
    assert await room.rows("SELECT stars FROM platform.kit_note") == [(1,)]
    assert await room.rows(
        "SELECT attempts, due_at > now() + interval '9 min' FROM platform.schedule"
    ) == [(5001, True)]


class _Away(Database):
    """A database that refuses every transaction, and counts them."""

    def __init__(self) -> None:
        self.asked = 0

    def unit_of_work(self, cause: Cause = SYSTEM) -> NoReturn:
        self.asked += 1
        raise OSError("the database is away")


async def test_an_outage_is_captured_once_however_long_it_lasts() -> None:
    captured: list[BaseException] = []

    async def capture(agent: str, path: str, defect: BaseException, correlation_id: str) -> str:
        captured.append(defect)
        return "err_1"

    away = _Away()
    running = asyncio.create_task(Schedule(away, [], capture).run(poll=timedelta(0)))
    while away.asked < 10:  # noqa: ASYNC110  # the count tells
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [str(defect) for defect in captured] == ["the database is away"]
