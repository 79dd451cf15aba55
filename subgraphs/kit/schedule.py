"""The leased schedule: what is due runs at least once, on one process, also after a restart."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models.database import SYSTEM, Database, UnitOfWork
from models.ids import new_id
from models.platform import schedule
from subgraphs.kit import idempotency
from subgraphs.kit.capture import Capture

ROW = schedule.c
LEASE = timedelta(seconds=30)
BATCH = 20
LONGEST_BACK_OFF = timedelta(minutes=10)
DOUBLINGS = 10
"""As many as it takes to get there; a timer that fails for days must not overflow a number."""


@dataclass(frozen=True, slots=True)
class Timer:
    """`run` gets a unit of work of its own and the key; what it writes and the row's end commit
    together. A timer with `every` has one row, and is due again that much later.
    """

    name: str
    run: Callable[[UnitOfWork, str], Awaitable[None]]
    every: timedelta | None = None


async def at(work: UnitOfWork, timer: str, key: str, due: datetime) -> None:
    """Have `timer` run for `key` at `due`; a second call moves the time."""
    row = upsert(schedule).values(timer=timer, key=key, due_at=due)
    await work.execute(
        row.on_conflict_do_update(
            index_elements=["timer", "key"],
            set_={"due_at": row.excluded.due_at, "lease": None, "leased_until": None},
        )
    )


async def cancel(work: UnitOfWork, timer: str, key: str) -> None:
    """Nothing is due for `key` any more."""
    await work.execute(delete(schedule).where(ROW.timer == timer, ROW.key == key))


async def _prune_idempotency(work: UnitOfWork, key: str) -> None:
    await idempotency.prune(work)


MAINTENANCE = (Timer("idempotency_expiry", _prune_idempotency, every=timedelta(minutes=10)),)
"""What every installation needs, whichever agents it has."""


class Schedule:
    """Runs the timers of the agents in this process; any number of processes may do so."""

    def __init__(self, db: Database, timers: Sequence[Timer], capture: Capture) -> None:
        self._db = db
        self._timers = {timer.name: timer for timer in (*MAINTENANCE, *timers)}
        self._capture = capture

    async def run(self, poll: timedelta = timedelta(seconds=1)) -> None:
        """Until cancelled. A database that is away is waited for, and captured once."""
        started = False
        failing: type[Exception] | None = None
        while True:
            try:
                if not started:
                    await self._begin_recurring()
                    started = True
                while await self.tick():
                    pass
                failing = None
            except Exception as defect:  # noqa: BLE001 boundary: the loop outlives what fails in it
                if type(defect) is not failing:
                    await self._capture("schedule", "tick", defect, "schedule")
                failing = type(defect)
            await asyncio.sleep(poll.total_seconds())

    async def tick(self) -> int:
        """Run what is due now, at most one batch; how many."""
        token = new_id("lse")
        due = await self._claim(token)
        for timer, key in due:
            await self._run_one(self._timers[timer], key, token)
        return len(due)

    async def _begin_recurring(self) -> None:
        async with self._db.unit_of_work(SYSTEM) as work:
            rows = [
                {"timer": timer.name, "key": "", "due_at": work.now}
                for timer in self._timers.values()
                if timer.every is not None
            ]
            await work.execute(upsert(schedule).on_conflict_do_nothing(), rows)

    async def _claim(self, token: str) -> list[tuple[str, str]]:
        async with self._db.unit_of_work(SYSTEM) as work:
            free = or_(ROW.leased_until.is_(None), ROW.leased_until < work.now)
            due = (
                select(ROW.timer, ROW.key)
                .where(and_(ROW.due_at <= work.now, free, ROW.timer.in_(list(self._timers))))
                .order_by(ROW.due_at)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            keys = [(row.timer, row.key) for row in await work.rows(due)]
            if keys:
                await work.execute(
                    update(schedule)
                    .where(tuple_(ROW.timer, ROW.key).in_(keys))
                    .values(lease=token, leased_until=work.now + LEASE, attempts=ROW.attempts + 1)
                )
            return keys

    async def _run_one(self, timer: Timer, key: str, token: str) -> None:
        mine = and_(ROW.timer == timer.name, ROW.key == key, ROW.lease == token)
        try:
            async with self._db.unit_of_work(SYSTEM) as work:
                held = await work.rows(select(ROW.key).where(mine).with_for_update())
                if not held:
                    return
                await timer.run(work, key)
                if timer.every is None:
                    await work.execute(delete(schedule).where(mine))
                else:
                    again = {"due_at": work.now + timer.every, "attempts": 0}
                    await work.execute(
                        update(schedule).where(mine).values(lease=None, leased_until=None, **again)
                    )
        except Exception as defect:  # noqa: BLE001 boundary: one timer's failure is its own
            await self._capture("schedule", f"{timer.name}:{key}", defect, "schedule")
            await self._back_off(timer, key, token)

    async def _back_off(self, timer: Timer, key: str, token: str) -> None:
        mine = and_(ROW.timer == timer.name, ROW.key == key, ROW.lease == token)
        async with self._db.unit_of_work(SYSTEM) as work:
            for row in await work.rows(select(ROW.attempts).where(mine)):
                pause = min(timedelta(seconds=2 ** min(row.attempts, DOUBLINGS)), LONGEST_BACK_OFF)
                later = work.now + pause
                await work.execute(
                    update(schedule).where(mine).values(due_at=later, lease=None, leased_until=None)
                )
