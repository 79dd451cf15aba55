"""`make bench-latency`: from a commit to the frame at a WebSocket client, both buses side by side.

`souk up` as it is, on a fresh PostgreSQL with fsync, Kafka a real broker beside it. Who says the
facts, and who listens, are processes of their own.
"""

import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

import click
from rich.console import Console
from rich.table import Table

from bench.bus import BUSES
from bench.report import machine
from souk.embedded.throwaway import ThrowAwayPostgres
from tests.kafka.broker import Broker
from tests.postgres import Server
from tests.souk.installation import Installation


class Heard(TypedDict):
    """What `bench.latency.listen` says of one subscriber."""

    times: dict[str, float]
    lags: int


@dataclass(frozen=True, slots=True)
class Load:
    """So many events a second, for so long after a while that does not count."""

    rate: float
    seconds: float
    warm: float
    subscribers: int

    @property
    def unheeded(self) -> int:
        return int(self.rate * self.warm)

    @property
    def count(self) -> int:
        return self.unheeded + int(self.rate * self.seconds)


@dataclass(frozen=True, slots=True)
class Result:
    """`per_second`: what was really said. `missing`: deliveries that did not come.

    `lags`: how often a subscriber was too slow, was told so, and resumed.
    """

    bus: str
    subscribers: int
    events: int
    per_second: float
    missing: int
    lags: int
    p50_ms: float
    p99_ms: float
    longest_ms: float


def evaluate(bus: str, load: Load, committed: Sequence[float], heard: Sequence[Heard]) -> Result:
    """Of what came after the warm-up."""
    counted = range(load.unheeded, load.count)
    took = [
        (each["times"][name] - committed[number]) * 1000
        for each in heard
        for number in counted
        if (name := str(number)) in each["times"]
    ]
    parts = statistics.quantiles(took, n=100)
    lasted = committed[-1] - committed[load.unheeded]
    return Result(
        bus=bus,
        subscribers=len(heard),
        events=len(counted),
        per_second=(len(counted) - 1) / lasted,
        missing=len(counted) * len(heard) - len(took),
        lags=sum(each["lags"] for each in heard),
        p50_ms=statistics.median(took),
        p99_ms=parts[98],
        longest_ms=max(took),
    )


async def measure(bus: str, load: Load) -> Result:
    """On a database, and a broker, of its own."""
    broker = Broker() if bus == "kafka" else None
    try:
        if broker is not None:
            await asyncio.to_thread(broker.start)
        with ThrowAwayPostgres(()) as postgres:
            server = Server(postgres)
            await server.migrate()
            async with server.database() as name:
                result = await _measured(bus, load, server.url(name), broker)
            await server.close()
        return result
    finally:
        if broker is not None:
            broker.close()


async def _measured(bus: str, load: Load, url: str, broker: Broker | None) -> Result:
    variables = {"SOUK_ENV": "production", "SOUK_LOG_LEVEL": "warning", "DATABASE_URL": url}
    if broker is not None:
        variables["KAFKA_BOOTSTRAP_SERVERS"] = broker.servers
    with tempfile.TemporaryDirectory(prefix="souk-latency-", dir="/tmp") as folder:
        installation = Installation(Path(folder) / "data", variables)
        try:
            await asyncio.to_thread(installation.start)
            heard = await _heard(installation, load, url, Path(folder) / "heard.json")
        finally:
            await asyncio.to_thread(installation.close)
    return evaluate(bus, load, *heard)


async def _heard(
    installation: Installation, load: Load, url: str, file: Path
) -> tuple[list[float], list[Heard]]:
    target = f"{installation.url}/graphql"
    job = ("--count", str(load.subscribers), "--file", str(file))
    async with _process("listen", target, *job) as listening:
        assert listening.stdin is not None
        assert listening.stdout is not None
        listening.stdin.write(installation.token("admin").encode() + b"\n")
        assert await listening.stdout.readline() == b"connected\n"
        job = ("--rate", str(load.rate), "--count", str(load.count))
        async with _process("say", url, *job) as saying:
            said, _ = await saying.communicate()
        listening.stdin.close()
        if await listening.wait():
            raise RuntimeError(f"the subscribers' process has ended with {listening.returncode}")
    return json.loads(said), json.loads(await asyncio.to_thread(file.read_bytes))


@asynccontextmanager
async def _process(module: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"bench.latency.{module}", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 28,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def table(results: Sequence[Result]) -> Table:
    found = Table(
        *("Bus", "Subscribers", "Events", "Per second", "Missing", "Lags"),
        *("p50 ms", "p99 ms", "Longest ms"),
    )
    for each in results:
        times = [f"{ms:.1f}" for ms in (each.p50_ms, each.p99_ms, each.longest_ms)]
        counts = (each.subscribers, each.events, round(each.per_second), each.missing, each.lags)
        found.add_row(each.bus, *map(str, counts), *times)
    return found


@click.command()
@click.option("--bus", "buses", type=click.Choice(BUSES), multiple=True, default=BUSES)
@click.option("--rate", "rates", type=float, multiple=True, default=(100.0, 1000.0))
@click.option("--seconds", type=float, default=15.0)
@click.option("--warm", type=float, default=5.0, help="Seconds before, which do not count.")
@click.option("--subscribers", type=int, default=1)
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the figures here.")
def main(
    buses: tuple[str, ...],
    rates: tuple[float, ...],
    seconds: float,
    warm: float,
    subscribers: int,
    file: Path | None,
) -> None:
    """Measure how long after its commit an event is with a subscriber."""
    loads = [Load(rate, seconds, warm, subscribers) for rate in rates]
    results = [asyncio.run(measure(bus, load)) for load in loads for bus in buses]
    Console(width=100).print(table(results))
    if file is not None:
        found = {"machine": machine(), "results": [asdict(each) for each in results]}
        file.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
