"""The bus without a broker: consumers read the log, and compete for its streams by claims."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from events import cursors, leases, log
from events.batch import Batch
from events.bell import STAMPED, Bell
from events.claims import LIFE, Claim, Claims
from events.consumer import Consumer
from events.cursors import Stream
from events.defects import Defects
from events.delivery import Delivery, Lost
from events.log import Part
from events.parked import reason_of
from events.reading import agents_of, concerns, sought
from events.ready import Ready, Stuck
from events.replays import Replays
from models.database import Database
from models.transience import is_transient

BATCH = 100
ROUNDS = 20
"""Batches after which a stream lets others have their turn."""
TOGETHER = 0.25
"""Seconds for which streams stay together: whoever has more then, goes on by itself."""
LULL = 0.05
"""Seconds that a consumer is left alone for after it was served: what comes meanwhile is served at
once, for a few statements instead of a few for each event.
"""
POLL = 1.0
"""Seconds after which it looks without having been called."""
AGAIN = 30.0
"""Seconds after which it sees to its cursors again: a process of an older version, which does not
read so much, takes them away when it starts.
"""
PAUSE = 0.2
WORKERS = 4
FIRST_REST = 0.05
LONGEST_REST = 30.0
"""Seconds of rest after a failure that will pass: doubled each time, up to this."""
DOUBLINGS = 12
GRACE = 5.0
"""Seconds for what is begun when the process ends."""


class PostgresBus:
    """Delivers to these consumers, in this process; any number of processes may do so."""

    def __init__(
        self,
        db: Database,
        bell: Bell,
        consumers: Sequence[Consumer],
        defects: Defects,
        *,
        workers: int = WORKERS,
        owner: str | None = None,
        life: timedelta = LIFE,
        patience: float | None = None,
    ) -> None:
        """With `patience` another way brings the events: only streams that have not moved for so
        many seconds, or whose next event has failed, are read here.
        """
        self._db = db
        self._bell = bell
        self._defects = defects
        self._workers = workers
        self._deliveries = {
            each.name: Delivery(db, each, defects.capture) for each in consumers if each.types
        }
        self._agents: Mapping[str, frozenset[str]] = {
            name: agents_of(delivery.consumer) for name, delivery in self._deliveries.items()
        }
        self._types = {name: sought(each.consumer) for name, each in self._deliveries.items()}
        self._ready = Ready(LULL)
        self._stuck = None if patience is None else Stuck(patience)
        self._claims = Claims(db, owner or leases.owner(), life)
        self._busy: set[asyncio.Task[Any]] = set()
        self._stopping = False
        self._replays = Replays(db, list(consumers), defects)

    async def run(self) -> None:
        """Until cancelled, through any loss of the database; then what is begun is finished."""
        silence = self._bell.on(STAMPED, self._stamped if self._stuck is None else _unheard)
        loops = [self._claims.keep(), self._look(), self._replays.run()]
        others = [asyncio.create_task(loop) for loop in loops]
        workers = [asyncio.create_task(self._work()) for _ in range(self._workers)]
        try:
            done, _ = await asyncio.wait([*others, *workers], return_when=asyncio.FIRST_EXCEPTION)
            for ended in done:
                ended.result()
        finally:
            silence()
            self._stopping = True
            if self._busy:
                await asyncio.wait(self._busy, timeout=GRACE)
            for task in (*workers, *others):
                task.cancel()
            await asyncio.gather(*workers, *others, return_exceptions=True)

    def _stamped(self, words: str) -> None:
        """The sequencer names the streams that grew, and the types of what came."""
        for word in words.split()[1:]:
            agent, partition, *types = word.split("/")
            self._ready.add(
                Stream(consumer, agent, int(partition))
                for consumer, agents in self._agents.items()
                if agent in agents and self._takes(consumer, types)
            )

    def _takes(self, consumer: str, types: Sequence[str]) -> bool:
        """Of what it does not take the cursor is moved when the streams are looked at."""
        taker = self._deliveries[consumer].consumer
        return not types or any(concerns(taker, type) for type in types)

    async def _look(self) -> None:
        """What nobody has called for: the past at the start, a rest that is over, a lost call."""
        begun: float | None = None
        while True:
            try:
                if begun is None or time.monotonic() - begun >= AGAIN:
                    await self._begin(forget=begun is None)
                    begun = time.monotonic()
                behind = await cursors.behind(self._db, list(self._deliveries))
                due = behind if self._stuck is None else self._stuck.among(behind)
                self._ready.add((each.stream for each in due if each.attempts), apart=True)
                self._ready.add(each.stream for each in due if not each.attempts)
            except Exception as error:  # noqa: BLE001 boundary: the loop outlives what fails
                await self._defects.failed("consumers", error)
            else:
                self._defects.recovered("consumers")
            await asyncio.sleep(POLL)

    async def _begin(self, *, forget: bool) -> None:
        async with self._db.unit_of_work() as work:
            for name, agents in self._agents.items():
                if forget:
                    await cursors.forget(work, name, agents)
                await cursors.begin(work, name, agents)

    async def _work(self) -> None:
        me = cast(asyncio.Task[Any], asyncio.current_task())
        while not self._stopping:
            streams = await self._ready.take()
            loop = f"consumer {streams[0].consumer}"
            self._busy.add(me)
            try:
                await self._attend(streams)
            except Exception as error:  # noqa: BLE001 boundary: the worker outlives what fails
                await self._defects.failed(loop, error)
                await asyncio.sleep(PAUSE)
            else:
                self._defects.recovered(loop)
            finally:
                self._busy.discard(me)
                self._ready.done(streams)

    async def _attend(self, streams: Sequence[Stream]) -> None:
        """All at once; but those in which something has failed are taken by themselves."""
        claims = await self._claims.take(streams)
        together = [claim for claim in claims if len(claims) == 1 or not claim.attempts]
        apart = [claim for claim in claims if claim not in together]
        try:
            if apart:
                await self._part(apart)
            if together:
                await self._serve(together)
        finally:
            for claim in claims:
                self._claims.forget(claim)

    async def _serve(self, claims: Sequence[Claim]) -> None:
        try:
            emptied = await self._drain(claims)
        except Exception as error:  # boundary: a handler may raise anything
            if len(claims) > 1 or isinstance(error, Lost):
                await self._part(claims)
                return
            if not is_transient(error):
                raise
            [claim] = claims
            await self._claims.rest(claim, reason_of(error), rest_after(claim.attempts))
        else:
            await self._part(claims, again=not emptied)

    async def _part(self, claims: Sequence[Claim], *, again: bool = True) -> None:
        """Whoever takes them next, takes each by itself: none harms or delays another."""
        await self._claims.release(claims)
        if again:
            self._ready.add((claim.stream for claim in claims), apart=True)

    async def _drain(self, claims: Sequence[Claim]) -> bool:
        """Whether nothing was left. After a failure one by one: what is before it, takes effect."""
        began = time.monotonic()
        consumer = claims[0].stream.consumer
        delivery = self._deliveries[consumer]
        fence = self._claims.fenced(claims)
        for _ in range(ROUNDS):
            if self._stopping:
                return False
            parts = [Part(c.stream.agent, c.stream.partition, c.position) for c in claims]
            size = 1 if claims[0].attempts else BATCH
            found = await log.following(self._db, parts, self._types[consumer], size)
            ends = {claim.stream: max(claim.position, found.end) for claim in claims}
            if any(ends[claim.stream] > claim.position for claim in claims):
                await delivery.deliver(Batch(found.events, ends), fence)
            if not found.more:
                return True
            if len(claims) > 1 and time.monotonic() - began > TOGETHER:
                return False
        return False


def _unheard(words: str) -> None:
    """Another way brings it."""


def rest_after(attempts: int) -> timedelta:
    """How long to leave a stream alone whose next event has failed so often."""
    seconds = FIRST_REST * 2.0 ** min(attempts, DOUBLINGS)
    return timedelta(seconds=min(seconds, LONGEST_REST))
