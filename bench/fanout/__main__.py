"""`make bench-fanout`: one event stream to 1, 1,000 and 10,000 subscribers in one process.

The server, and the subscribers, are processes of their own on the loopback. CPU is the server's.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bench.fanout.event import QUERY
from bench.fanout.load import raise_file_limit
from tests.node_server import free_port

_GIVE_UP: Final = 30.0
_RESTING: Final = 0.5


@dataclass(frozen=True, slots=True)
class Contender:
    """`sharing` False: each subscriber is a principal of its own."""

    name: str
    module: str
    sharing: bool = True


OURS: Final = Contender("gateway, principals share", "bench.fanout.gateway_server")
ALONE: Final = Contender("gateway, each by itself", "bench.fanout.gateway_server", sharing=False)
STOCK: Final = Contender("Strawberry on uvicorn", "bench.fanout.stock_server")


@dataclass(frozen=True, slots=True)
class Result:
    """`cpu_us`: of the server, per delivery. Memory: what each subscriber has added to it.

    `data`: that of the first event, which must be the same from every server.
    """

    name: str
    subscribers: int
    deliveries: int
    missing: int
    per_second: float
    cpu_us: float
    memory_kb: float
    connect_cpu_us: float
    data: Any


@dataclass(frozen=True, slots=True)
class Server:
    pid: int
    url: str

    @property
    def cpu_ns(self) -> int:
        """Of all its threads."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)

    @property
    def memory(self) -> int:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def rest(self) -> None:
        """Until it has nothing more to do."""
        used = -1
        while self.cpu_ns - used > _RESTING * 1e9 * 0.1:
            used = self.cpu_ns
            time.sleep(_RESTING)

    def get(self, path: str) -> None:
        urllib.request.urlopen(self.url + path, timeout=_GIVE_UP).read()  # noqa: S310 our own


@contextmanager
def served(module: str) -> Iterator[Server]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", module, str(port)])
    try:
        server = Server(process.pid, f"http://127.0.0.1:{port}")
        until = time.monotonic() + _GIVE_UP
        while True:
            try:
                server.get("/publish?n=0")
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.1)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Load:
    """The subscribers' process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def tell(self, line: str) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self.said()

    def said(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the subscribers' process has died")
        return json.loads(line)


@contextmanager
def subscribers(server: Server, seconds: float) -> Iterator[Load]:
    command = [sys.executable, "-m", "bench.fanout.load", f"{server.url}/graphql"]
    with subprocess.Popen(
        [*command, "--seconds", str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Load(process)
        finally:
            process.kill()


def measure(contender: Contender, count: int, events: int, seconds: float) -> Result:
    tokens = ["everybody"] if contender.sharing else [f"user-{n}" for n in range(count)]
    with served(contender.module) as server, subscribers(server, seconds) as load:
        server.get("/publish?n=0")
        memory, cpu = server.memory, server.cpu_ns
        order = {"query": QUERY, "tokens": tokens, "count": count}
        connected = load.tell(json.dumps(order))
        assert connected == {"connected": count}
        server.rest()  # the last subscriptions are still beginning
        connect_cpu, used = server.cpu_ns - cpu, server.memory - memory
        _round(server, load, 1)
        before = server.cpu_ns
        result = _round(server, load, events)
        cpu = server.cpu_ns - before
    deliveries = events * count
    return Result(
        name=contender.name,
        subscribers=count,
        deliveries=deliveries,
        missing=result["short"] + result["lost"],
        per_second=deliveries / result["seconds"],
        cpu_us=cpu / deliveries / 1000,
        memory_kb=used / count / 1024,
        connect_cpu_us=connect_cpu / count / 1000,
        data=json.loads(result["first"])["payload"]["data"],
    )


def _round(server: Server, load: Load, events: int) -> Any:
    load.tell(str(events))
    server.get(f"/publish?n={events}")
    return load.said()


def table(results: Sequence[Result]) -> Iterator[str]:
    yield (
        "| server | subscribers | deliveries | missing | deliveries/s | CPU µs per delivery | "
        "kB per subscriber | CPU µs to connect |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for each in results:
        yield (
            f"| {each.name} | {each.subscribers:,} | {each.deliveries:,} | {each.missing} | "
            f"{each.per_second:,.0f} | {each.cpu_us:.1f} | {each.memory_kb:.1f} | "
            f"{each.connect_cpu_us:.0f} |"
        )


def main(arguments: argparse.Namespace) -> None:
    raise_file_limit()
    results: list[Result] = []
    for count in arguments.subscribers:
        for contender in (OURS, ALONE, STOCK):
            # Enough to tell, and what the slow ones can do in the time.
            most = arguments.deliveries if contender is OURS else arguments.deliveries // 10
            events = max(1, min(arguments.events, most // count))
            result = measure(contender, count, events, arguments.seconds)
            assert result.data == (results or [result])[0].data, "the answers differ"
            results.append(result)
            print(list(table([result]))[-1], flush=True)
    print("\n".join(table(results)))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps([asdict(each) for each in results], indent=1))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, nargs="+", default=[1, 1_000, 10_000])
    parser.add_argument("--events", type=int, default=200, help="at most, below the queue's bound")
    parser.add_argument("--deliveries", type=int, default=500_000, help="at most, of each server")
    parser.add_argument("--seconds", type=float, default=120.0, help="for the deliveries of one")
    parser.add_argument("--json", help="a file for the figures")
    main(parser.parse_args())
