"""Starts the processes of a bus, and kills or freezes them one after the other at random."""

import asyncio
import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.database import Database
from souk.embedded.throwaway import CAREFUL, ThrowAwayPostgres
from tests.events.traffic import create_effects
from tests.faults.bus.verdict import COMMITTED, Verdict, verdict
from tests.kafka.broker import Broker
from tests.postgres import Server

FAULT = text("CREATE TABLE platform.fault AS SELECT false AS mended")
READABLE = text("GRANT SELECT ON platform.fault TO PUBLIC")
MEND = text("UPDATE platform.fault SET mended = true RETURNING mended")
PARKED = text("SELECT count(*) FROM platform.parked_key")
REPLAY = text("""
    UPDATE platform.parked_key SET replay_asked_at = now() WHERE replay_asked_at IS NULL
    RETURNING aggregate_id
""")
PATIENCE = 180.0
"""Seconds for everything to take effect once the fire is over."""
FROZEN = (3.5, 6.0)
"""Seconds, longer than a lease."""
POSTGRESQL, KAFKA = "PostgreSQL", "Kafka"


@dataclass
class Node:
    """A process of the bus, begun anew when it is killed."""

    job: dict[str, object]
    process: asyncio.subprocess.Process | None = None
    ready: asyncio.Task[bytes] | None = None

    @property
    def works(self) -> bool:
        """It has begun: what is killed while it starts, again and again, proves nothing."""
        return self.ready is not None and self.ready.done()

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.bus.node"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.ready = asyncio.create_task(self.process.stdout.readline())
        self.process.stdin.write(json.dumps(self.job).encode())
        self.process.stdin.close()

    def send(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)

    async def kill(self) -> None:
        if self.process is not None:
            self.send(signal.SIGKILL)
            await self.process.wait()
        if self.ready is not None:
            await self.ready


@dataclass
class Report:
    """What was done, and what came of it."""

    kills: Counter[str] = field(default_factory=Counter)
    parked: int = 0
    seconds_to_settle: float = 0.0
    verdict: Verdict | None = None


class Fire:
    """`events` is how many are committed at least before it ends; `pause` the seconds between two
    kills, on average. `most` is how many kills there are, where it is not as many as there may be.
    """

    def __init__(
        self,
        server: ThrowAwayPostgres,
        url: str,
        broker: Broker | None,
        *,
        events: int,
        rate: float,
        pause: float,
        most: int | None = None,
    ) -> None:
        self._server = server
        self._broker = broker
        self._events = events
        self._pause = pause
        self._most = most
        self._dice = random.Random()
        self._db = Database(url, connections=2)
        roles = ["producer", "sequencer", "sequencer", "consumer", "consumer"]
        if broker is not None:
            roles += ["relay", "relay"]
        servers = None if broker is None else broker.servers
        self._nodes = [
            Node({"role": role, "url": url, "servers": servers, "rate": rate}) for role in roles
        ]
        self._targets = [POSTGRESQL] + ([] if broker is None else [KAFKA])
        self.report = Report()

    async def run(self) -> Report:
        """Kills until enough is committed, mends the handler in between, and waits for the rest."""
        thawing: set[asyncio.Task[None]] = set()
        try:
            for node in self._nodes:
                await node.start()
            await self._burn(0.6 * self._events, thawing)
            self.report.parked = await self._number(PARKED)
            await self._patiently(MEND)
            await self._burn(self._events, thawing)
            while self._most is not None and self.report.kills.total() < self._most:
                await self._burn(await self._number(COMMITTED) + 1, thawing)
            await asyncio.gather(*thawing)
            for node in self._nodes:
                if node.job["role"] == "producer":
                    await node.kill()
            self.report.seconds_to_settle, self.report.verdict = await self._settled()
        finally:
            await asyncio.gather(*(node.kill() for node in self._nodes))
            await self._db.close()
        return self.report

    async def _burn(self, events: float, thawing: set[asyncio.Task[None]]) -> None:
        """Until so many are committed."""
        while await self._number(COMMITTED) < events:
            await asyncio.sleep(self._dice.expovariate(1 / self._pause))
            await self._strike(thawing)

    async def _strike(self, thawing: set[asyncio.Task[None]]) -> None:
        """One of the processes; every tenth time what they all stand on."""
        working = [node for node in self._nodes if node.works]
        if not working or self.report.kills.total() == self._most:
            return
        if self._dice.random() < 0.1:
            target = self._dice.choice(self._targets)
            self.report.kills[target] += 1
            await asyncio.to_thread(self._fell, target)
            return
        node = self._dice.choice(working)
        role = str(node.job["role"])
        if self._dice.random() < 0.2:
            self.report.kills[f"{role} frozen"] += 1
            thawing.add(asyncio.create_task(self._freeze(node)))
        else:
            self.report.kills[role] += 1
            await node.kill()
            await node.start()

    async def _freeze(self, node: Node) -> None:
        frozen = node.process
        node.send(signal.SIGSTOP)
        await asyncio.sleep(self._dice.uniform(*FROZEN))
        if frozen is not None and frozen.returncode is None:
            frozen.send_signal(signal.SIGCONT)

    def _fell(self, target: str) -> None:
        if target == POSTGRESQL:
            self._server.crash()
        elif self._broker is not None:
            self._broker.kill()
            time.sleep(self._dice.uniform(0.1, 2.0))
            self._broker.start()

    async def _settled(self) -> tuple[float, Verdict]:
        """How long it took until nothing waits any more; whoever is parked is replayed."""
        began = time.monotonic()
        while True:
            await self._patiently(REPLAY)
            found = await verdict(self._db)
            passed = time.monotonic() - began
            if found.done or passed > PATIENCE:
                return passed, found
            await asyncio.sleep(0.1)

    async def _number(self, question: object) -> int:
        return int((await self._patiently(question))[0][0])

    async def _patiently(self, statement: object) -> list[tuple[int, ...]]:
        """Asked again while the database is away."""
        while True:
            try:
                return [tuple(row) for row in await self._db.rows(statement)]  # type: ignore[arg-type]  # text
            except (DBAPIError, OSError):
                await asyncio.sleep(0.1)


@asynccontextmanager
async def ground(with_kafka: bool) -> AsyncIterator[tuple[ThrowAwayPostgres, str, Broker | None]]:
    """A database server and, where it is wanted, a broker that may be killed."""
    broker = Broker() if with_kafka else None
    try:
        if broker is not None:
            await asyncio.to_thread(broker.start)
        with ThrowAwayPostgres(CAREFUL) as postgres:
            server = Server(postgres)
            await server.migrate()
            url = server.url("template_souk")
            db = Database(url, connections=1)
            await create_effects(db)
            async with db.unit_of_work() as work:
                await work.execute(FAULT)
                await work.execute(READABLE)
            await db.close()
            await server.close()
            yield postgres, url, broker
    finally:
        if broker is not None:
            broker.close()
