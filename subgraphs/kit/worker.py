"""The leased worker: any number of processes share one table of tasks, a few at a time each."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

from models.database import Database
from models.ids import new_id
from subgraphs.kit.capture import Capture

T = TypeVar("T")
LEASE = timedelta(seconds=30)
POLL = timedelta(seconds=1)
WIDTH = 8


class Tasks(Protocol[T]):
    """A table of tasks; a claim holds under its token for `LEASE`, unless it is renewed."""

    @property
    def bell(self) -> str:
        """Rung by whoever commits a task in this process."""
        ...

    async def claim(self, token: str, most: int) -> Sequence[T]: ...

    async def perform(self, task: T, token: str) -> None:
        """Do it, or put it off; raises only where the database is away."""
        ...

    async def renew(self, tokens: Sequence[str]) -> None: ...

    async def give_back(self, tokens: Sequence[str]) -> None:
        """This process ends: others need not wait for the lease."""
        ...


class Worker(Generic[T]):
    """Runs tasks as they come, at most `width` at once."""

    def __init__(
        self,
        db: Database,
        tasks: Tasks[T],
        capture: Capture,
        width: int = WIDTH,
        poll: timedelta = POLL,
    ) -> None:
        self._db = db
        self._tasks = tasks
        self._capture = capture
        self._width = width
        self._poll = poll.total_seconds()
        self._running: dict[asyncio.Task[None], str] = {}
        self._failing: type[Exception] | None = None

    async def run(self) -> None:
        """Until cancelled. A database that is away is waited for, and captured once."""
        renewing = asyncio.create_task(self._keep_renewing())
        try:
            with self._db.listening(self._tasks.bell) as rung:
                while True:
                    rung.clear()
                    try:
                        begun = await self._begin()
                        self._failing = None
                    except Exception as defect:  # noqa: BLE001 boundary: the loop outlives it
                        await self._report(defect)
                        begun = 0
                    if not begun:
                        await self._wait(rung)
        finally:
            await self._end(renewing)

    async def tick(self) -> int:
        """Claim and perform what is due now, at most `width`, and wait for it; how many."""
        token = new_id("lse")
        claimed = await self._tasks.claim(token, self._width)
        for task in claimed:
            await self._tasks.perform(task, token)
        return len(claimed)

    async def _begin(self) -> int:
        free = self._width - len(self._running)
        if not free:
            return 0
        token = new_id("lse")
        claimed = await self._tasks.claim(token, free)
        for task in claimed:
            running = asyncio.create_task(self._perform(task, token))
            self._running[running] = token
            running.add_done_callback(self._running.pop)
        return len(claimed)

    async def _perform(self, task: T, token: str) -> None:
        try:
            await self._tasks.perform(task, token)
        except Exception as defect:  # noqa: BLE001 boundary: its lease ends, then it is claimed anew
            await self._report(defect)

    async def _wait(self, rung: asyncio.Event) -> None:
        """For the bell, for the poll, or until there is room again."""
        full = len(self._running) == self._width
        ringing = asyncio.create_task(rung.wait())
        others = self._running.keys() if full else ()
        try:
            await asyncio.wait(
                {ringing, *others}, timeout=self._poll, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            ringing.cancel()

    async def _keep_renewing(self) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            if self._running:
                try:
                    await self._tasks.renew(sorted(set(self._running.values())))
                except Exception as defect:  # noqa: BLE001 boundary: whoever takes over does no harm
                    await self._report(defect)

    async def _report(self, defect: Exception) -> None:
        if type(defect) is not self._failing:
            await self._capture("worker", self._tasks.bell, defect, "worker")
        self._failing = type(defect)

    async def _end(self, renewing: asyncio.Task[None]) -> None:
        tokens = sorted(set(self._running.values()))
        ending = [renewing, *self._running]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        if tokens:
            await self._tasks.give_back(tokens)
