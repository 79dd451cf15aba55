"""One way through the audit: for each suite a gateway of its own, asked over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from graphql import EnumTypeDefinitionNode, StringValueNode, parse

from gateway.composition import compose
from gateway.context import RequestContext
from gateway.gateway import Gateway
from gateway.server.app import create_app
from gateway.server.settings import ServerSettings
from gateway.transport.http import HttpTransport
from gateway.transport.protocol import Answers, SubgraphRequest
from tests.audit.suites import Suites, suites
from tests.gateway.composition.corpus.normal_form import facts
from tests.gateway.server.running import running

Source = Callable[[Suites, str], Awaitable[str]]
"""The supergraph SDL of a suite."""


@dataclass
class Counted:
    """A transport, and how many requests went through it."""

    inner: HttpTransport
    requests: int = 0

    async def execute(self, request: SubgraphRequest) -> Mapping[str, Any]:
        self.requests += 1
        return await self.inner.execute(request)

    def subscribe(self, request: SubgraphRequest) -> Answers:
        return self.inner.subscribe(request)

    def identity(self, context: RequestContext) -> Hashable:
        return self.inner.identity(context)

    async def close(self) -> None:
        await self.inner.close()


@dataclass(frozen=True, slots=True)
class Result:
    """`failed`: the numbers of the cases, as the audit counts them.

    `fetching`: how many cases sent anything. `same_sdl`: whether the gateway's supergraph says
    what the suite's own does.
    """

    suite: str
    cases: int
    failed: tuple[int, ...]
    requests: int
    fetching: int
    same_sdl: bool


async def theirs(source: Suites, suite: str) -> str:
    """The supergraph that the suite serves."""
    return await source.supergraph(suite)


async def ours(source: Suites, suite: str) -> str:
    """The suite's subgraphs, composed by us."""
    composition = compose(await source.subgraphs(suite))
    if composition.supergraph_sdl is None:
        raise ValueError(f"{suite} does not compose: {composition.errors}")
    return composition.supergraph_sdl


async def audit(source: Source, log: Path, only: frozenset[str]) -> AsyncIterator[Result]:
    """Every suite (or those in `only`), on a server of the suite's that nobody has asked yet."""
    async with suites(log) as served:
        for suite in await served.names():
            if not only or suite in only:
                yield await _suite(served, suite, await source(served, suite))


async def _suite(served: Suites, suite: str, sdl: str) -> Result:
    failed: list[int] = []
    fetching = 0
    cases = await served.cases(suite)
    async with _gateway(sdl) as (url, transports), aiohttp.ClientSession() as session:
        for number, case in enumerate(cases):
            before = _requests(transports)
            async with session.post(url, json={"query": case.query}) as response:
                answer = await response.json(content_type=None)
            fetching += _requests(transports) > before
            if not case.passed(answer):
                failed.append(number)
    same_sdl = facts(sdl) == facts(await served.supergraph(suite))
    return Result(suite, len(cases), tuple(failed), _requests(transports), fetching, same_sdl)


def _requests(transports: Mapping[str, Counted]) -> int:
    return sum(each.requests for each in transports.values())


def subgraph_urls(sdl: str) -> dict[str, str]:
    """Where the subgraphs are, by the names that the supergraph gives them."""
    [graphs] = [
        node
        for node in parse(sdl).definitions
        if isinstance(node, EnumTypeDefinitionNode) and node.name.value == "join__Graph"
    ]
    found: dict[str, str] = {}
    for value in graphs.values or ():
        arguments = {
            argument.name.value: argument.value.value
            for directive in value.directives or ()
            if directive.name.value == "join__graph"
            for argument in directive.arguments or ()
            if isinstance(argument.value, StringValueNode)
        }
        found[arguments["name"]] = arguments["url"]
    return found


@asynccontextmanager
async def _gateway(sdl: str) -> AsyncIterator[tuple[str, Mapping[str, Counted]]]:
    """The URL of a gateway for this supergraph, and its transports."""
    transports = {name: Counted(HttpTransport(url)) for name, url in subgraph_urls(sdl).items()}
    gateway = Gateway(sdl, transports)
    try:
        async with running(create_app(ServerSettings(gateway))) as url:
            yield f"{url}/graphql", transports
    finally:
        await gateway.close()
