"""The measurement: answers compared first, then interleaved rounds over one connection each."""

import statistics
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from bench.comparison import difference
from bench.contender import Contender
from bench.page import Page
from souk.problems import Problem

WARM_UP = 10
COUNTED = 5
IDLE_SECONDS = 4  # the servers close an idle connection after five


@dataclass(slots=True)
class Series:
    """What one contender took, over all rounds. CPU is the server process's, by round."""

    name: str
    statements: int = 0
    answer_bytes: int = 0
    latencies_ns: list[int] = field(default_factory=list)
    cpu_ns: list[int] = field(default_factory=list)

    @property
    def cpu_us(self) -> float:
        """Per request."""
        return sum(self.cpu_ns) / len(self.latencies_ns) / 1000

    def percentile_ms(self, percent: int) -> float:
        """By nearest rank: a latency that was measured."""
        ranked = sorted(self.latencies_ns)
        return ranked[max(0, -(-len(ranked) * percent // 100) - 1)] / 1e6


class _Connection:
    """One keep-alive connection to one contender."""

    def __init__(self, session: aiohttp.ClientSession, contender: Contender, page: Page) -> None:
        self.contender = contender
        self._session = session
        self._request = contender.request(page)

    async def ask(self) -> bytes:
        async with self._session.request(**self._request) as response:
            body = await response.read()
        if response.status != 200:
            name = self.contender.kind.name
            raise Problem(f"{name} answered {response.status}: {body[:500]!r}", "Read its log")
        return body


@asynccontextmanager
async def _connections(
    contenders: Sequence[Contender], page: Page
) -> AsyncIterator[list[_Connection]]:
    async with AsyncExitStack() as stack:
        made = []
        for contender in contenders:
            connector = aiohttp.TCPConnector(limit=1, keepalive_timeout=IDLE_SECONDS)
            session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
            made.append(_Connection(session, contender, page))
        yield made


async def measure(
    contenders: Sequence[Contender],
    page: Page,
    rounds: int,
    requests: int,
    seconds: float,
    progress: Callable[[int], None],
) -> tuple[dict[str, Any], list[Series]]:
    """The answer that all agree on, and each contender's series.

    No new round begins after `seconds`. `progress` is told of each request that is answered.
    """
    async with _connections(contenders, page) as connections:
        answers = [await _warmed(connection) for connection in connections]
        _compare(connections, answers)
        series = [await _counted(connection) for connection in connections]
        give_up = time.monotonic() + seconds
        pairs = list(zip(connections, series, strict=True))
        for number in range(rounds):
            if time.monotonic() > give_up:
                break
            turn = number % len(pairs)  # nobody is always first
            for connection, its in pairs[turn:] + pairs[:turn]:
                await _round(connection, its, requests, progress)
    return answers[0], series


async def _warmed(connection: _Connection) -> dict[str, Any]:
    for _ in range(WARM_UP):
        await connection.ask()
    answer: dict[str, Any] = orjson.loads(await connection.ask())
    return answer


def _compare(connections: Sequence[_Connection], answers: Sequence[dict[str, Any]]) -> None:
    first = connections[0].contender.kind.name
    for connection, answer in zip(connections, answers, strict=True):
        name = connection.contender.kind.name
        if "errors" in answer:
            raise Problem(f"{name} answers with errors: {answer['errors'][:1]}", "Mend the server")
        # What one tells besides, such as the cost, is its own business.
        if found := difference(answers[0]["data"], answer["data"]):
            what = f"{first} and {name} answer differently at {found}"
            raise Problem(what, "Make the answers equal, then compare their times")


async def _counted(connection: _Connection) -> Series:
    """The median of a few: the platform's own timers run statements now and then, too."""
    contender = connection.contender
    counts = []
    body = b""
    for _ in range(COUNTED):
        before = contender.usage().statements
        body = await connection.ask()
        counts.append(contender.usage().statements - before)
    return Series(contender.kind.name, int(statistics.median(counts)), len(body))


async def _round(
    connection: _Connection, series: Series, requests: int, progress: Callable[[int], None]
) -> None:
    before = connection.contender.usage()
    for _ in range(requests):
        started = time.perf_counter_ns()
        await connection.ask()
        series.latencies_ns.append(time.perf_counter_ns() - started)
    series.cpu_ns.append(connection.contender.usage().cpu_ns - before.cpu_ns)
    progress(requests)
