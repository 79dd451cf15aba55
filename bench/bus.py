"""How fast facts travel, from the commit that states one to its effect: `make bench-bus`.

Both buses side by side, each on a fresh PostgreSQL with fsync, Kafka a real broker beside it. One
process says, one carries and applies; the effect is a row that the consumer writes.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bench.bus_process import CREATE, GRANT
from bench.report import machine
from events.outbox import emit
from models.database import SYSTEM, Database
from souk.embedded.throwaway import ThrowAwayPostgres
from tests.events.traffic import updated
from tests.kafka.broker import Broker
from tests.postgres import Server

BUSES = ("postgresql", "kafka")
COUNT = text("SELECT count(*) FROM platform.bench_effect")
CLEAR = text("DELETE FROM platform.bench_effect")
QUANTILES = text("""
    SELECT count(*) AS events,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY took) AS p50,
        percentile_cont(0.99) WITHIN GROUP (ORDER BY took) AS p99
    FROM (SELECT extract(epoch FROM at - said_at)::float8 * 1000 AS took
          FROM platform.bench_effect) effects
""")
PACE = text("""
    SELECT count(*) / extract(epoch FROM max(at) - min(at))::float8 AS per_second
    FROM platform.bench_effect
""")
SETTLED = 20
"""Events after which a bus is under way, its groups joined and its statements prepared."""


@dataclass(frozen=True, slots=True)
class Result:
    """One bus under one load; a backlog has no latency."""

    bus: str
    load: str
    events: int
    p50_ms: float | None
    p99_ms: float | None
    per_second: float


class Bench:
    """One bus on a database of its own."""

    def __init__(self, name: str, url: str, servers: str | None) -> None:
        self._name = name
        self._url = url
        self._servers = servers
        self._db = Database(url, connections=2)

    async def close(self) -> None:
        await self._db.close()

    async def steady(self, rate: float, seconds: float) -> Result:
        """As many a second, for so long."""
        async with self._process(role="carrier"):
            await self._warm()
            async with self._process(role="sayer", rate=rate, seconds=seconds) as sayer:
                await sayer.wait()
            await self._still()
        [row] = await self._db.rows(QUANTILES)
        load = f"{rate:.0f} a second"
        return Result(self._name, load, row.events, row.p50, row.p99, row.events / seconds)

    async def backlog(self, events: int) -> Result:
        """All of them wait when the bus begins."""
        async with self._process(role="carrier"):
            await self._warm()
        for _ in range(0, events, 100):
            async with self._db.unit_of_work(SYSTEM) as work:
                emit(work, *(updated(f"cus_{number}") for number in range(100)))
        async with self._process(role="carrier"):
            await self._until(events)
        [row] = await self._db.rows(PACE)
        return Result(self._name, f"backlog of {events}", events, None, None, row.per_second)

    @asynccontextmanager
    async def _process(self, **job: object) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.bus_process"), stdin=asyncio.subprocess.PIPE
        )
        assert process.stdin is not None
        process.stdin.write(
            json.dumps({"url": self._url, "servers": self._servers, **job}).encode()
        )
        process.stdin.close()
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()

    async def _warm(self) -> None:
        """Its first events have arrived; then nothing is counted yet."""
        for _ in range(SETTLED):
            async with self._db.unit_of_work(SYSTEM) as work:
                emit(work, *(updated(f"cus_{number}") for number in range(40)))
        await self._until(SETTLED * 40)
        async with self._db.unit_of_work() as work:
            await work.execute(CLEAR)

    async def _until(self, count: int) -> None:
        while await self._count() < count:  # noqa: ASYNC110  # another process's doing
            await asyncio.sleep(0.05)

    async def _count(self) -> int:
        return int((await self._db.rows(COUNT))[0][0])

    async def _still(self) -> None:
        """Nothing comes any more."""
        before = -1
        while before != (now := await self._count()):
            before = now
            await asyncio.sleep(1)


async def measure(
    bus: str, rates: list[float], seconds: float, backlog: int
) -> AsyncIterator[Result]:
    """One after the other, each on a fresh database."""
    broker = Broker() if bus == "kafka" else None
    try:
        if broker is not None:
            await asyncio.to_thread(broker.start)
        with ThrowAwayPostgres(()) as postgres:
            server = Server(postgres)
            await server.migrate()
            for rate in [*rates, 0]:
                async with _fresh(server) as url:
                    bench = Bench(bus, url, None if broker is None else broker.servers)
                    try:
                        yield await (
                            bench.steady(rate, seconds) if rate else bench.backlog(backlog)
                        )
                    finally:
                        await bench.close()
            await server.close()
    finally:
        if broker is not None:
            broker.close()


@asynccontextmanager
async def _fresh(server: Server) -> AsyncIterator[str]:
    async with server.database() as name:
        db = Database(server.url(name), connections=1)
        async with db.unit_of_work() as work:
            await work.execute(CREATE)
            await work.execute(GRANT)
        await db.close()
        yield server.url(name)


async def _all(buses: list[str], rates: list[float], seconds: float, backlog: int) -> list[Result]:
    return [each for bus in buses async for each in measure(bus, rates, seconds, backlog)]


@click.command()
@click.option("--bus", "buses", type=click.Choice(BUSES), multiple=True, default=BUSES)
@click.option("--rate", "rates", type=float, multiple=True, default=(100.0, 1000.0))
@click.option("--seconds", type=float, default=15.0)
@click.option("--backlog", type=int, default=20_000)
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the figures here.")
def main(
    buses: tuple[str, ...],
    rates: tuple[float, ...],
    seconds: float,
    backlog: int,
    file: Path | None,
) -> None:
    """Measure latency and pace of the buses."""
    results = asyncio.run(_all(list(buses), list(rates), seconds, backlog))
    table = Table("Bus", "Load", "Events", "p50 ms", "p99 ms", "Per second")
    for each in results:
        times = ["-" if ms is None else f"{ms:.1f}" for ms in (each.p50_ms, each.p99_ms)]
        table.add_row(each.bus, each.load, str(each.events), *times, f"{each.per_second:.0f}")
    Console().print(table)
    if file is not None:
        with closing(file.open("w")) as out:
            json.dump({"machine": machine(), "results": [asdict(r) for r in results]}, out)


if __name__ == "__main__":
    main()
