"""The loads: how many connections ask, and whether each request comes from another caller."""

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from bench.guild.contender import Contender
from bench.guild.shape import QUERY
from souk.problems import Problem

_BODY = orjson.dumps({"query": QUERY, "operationName": "TestQuery"})
_HEADERS = {"content-type": "application/json", "accept": "application/json"}
_IDLE_SECONDS = 4  # our gateway closes an idle connection after five


@dataclass(frozen=True, slots=True)
class Load:
    """`unique`: an authorization header of its own with each request; otherwise there is none."""

    name: str
    connections: int
    unique: bool


@dataclass(slots=True)
class Series:
    """What one gateway took under one load, over all rounds."""

    contender: str
    load: str
    answer_bytes: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    calls: int = 0
    latencies_ns: list[int] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        """Per answer."""
        return self.cpu_seconds / len(self.latencies_ns) * 1000

    @property
    def per_second(self) -> float:
        return len(self.latencies_ns) / self.seconds

    @property
    def calls_per_answer(self) -> float:
        return self.calls / len(self.latencies_ns)

    def percentile_ms(self, percent: int) -> float:
        """By nearest rank: a latency that was measured."""
        ranked = sorted(self.latencies_ns)
        return ranked[max(0, -(-len(ranked) * percent // 100) - 1)] / 1e6


class Client:
    """Keep-alive connections to one gateway, and the subgraphs behind it, which count calls."""

    def __init__(self, contender: Contender, origin: str, connections: int) -> None:
        self.contender = contender
        self._origin = origin
        connector = aiohttp.TCPConnector(limit=connections + 1, keepalive_timeout=_IDLE_SECONDS)
        self._session = aiohttp.ClientSession(connector=connector)
        self._callers = itertools.count()

    async def close(self) -> None:
        await self._session.close()

    async def ask(self, unique: bool = False) -> bytes:
        headers = _HEADERS
        if unique:
            headers = {**_HEADERS, "authorization": f"Bearer caller-{next(self._callers)}"}
        url = self.contender.url
        async with self._session.post(url, data=_BODY, headers=headers) as response:
            body = await response.read()
        if response.status != 200 or b'"errors"' in body:
            name = self.contender.kind.name
            raise Problem(f"{name} answered {response.status}: {body[:500]!r}", "Read its log")
        return body

    async def calls(self) -> dict[str, Any]:
        """How many calls the subgraphs have had, by name and with authorization, since ever."""
        async with self._session.get(f"{self._origin}/calls") as response:
            found: dict[str, Any] = orjson.loads(await response.read())
        return found

    async def round(self, load: Load, requests: int, series: Series) -> None:
        """`requests` under `load`, each connection asking again when it is answered."""
        left = iter(range(requests))

        async def one_by_one() -> None:
            for _ in left:
                begun = time.perf_counter_ns()
                await self.ask(load.unique)
                series.latencies_ns.append(time.perf_counter_ns() - begun)

        calls = sum((await self.calls())["calls"].values())
        cpu = self.contender.cpu_seconds()
        began = time.perf_counter()
        await asyncio.gather(*(one_by_one() for _ in range(load.connections)))
        series.seconds += time.perf_counter() - began
        series.cpu_seconds += self.contender.cpu_seconds() - cpu
        series.calls += sum((await self.calls())["calls"].values()) - calls
