"""The whole platform in one test: every agent with its own role, and a way to ask them."""

import traceback
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from events.bell import Bell
from events.defects import Defects
from events.hub import Hub
from events.hub.hub import QUEUE
from events.hub.source import LogSource
from gateway.composition import SubgraphSource, compose
from gateway.context import RequestContext
from gateway.gateway import Gateway, GatewaySettings, GraphQLRequest
from gateway.transport.local import LocalTransport
from gateway.transport.protocol import SubgraphRequest
from models.database import Database
from models.migrations.run import AGENTS
from subgraphs.kit import Kind, Principal, Subgraph
from subgraphs.kit.agents import LEASE, Agents
from subgraphs.kit.capture import DatabaseCapture
from subgraphs.kit.graph import Document
from subgraphs.kit.roster import Roster
from subgraphs.kit.scalars import PARSERS
from subgraphs.kit.tokens import claims_of, principal_of
from tests.events.traffic import running


@cache
def subgraph_of(agent: str) -> Subgraph:
    """The agent's schema, loaded when a test first needs it."""
    found = import_module(f"subgraphs.{agent}.schema").schema
    assert isinstance(found, Subgraph)
    return found


@cache
def composed() -> str:
    """The supergraph of the agents as they are."""
    sources = {name: SubgraphSource(f"http://{name}", subgraph_of(name).sdl) for name in AGENTS}
    composition = compose(sources)
    assert composition.errors == ()
    assert composition.supergraph_sdl is not None
    return composition.supergraph_sdl


class LoudCapture(DatabaseCapture):
    """Shows the defect in the test's output, too."""

    async def __call__(
        self, agent: str, path: str, defect: BaseException, correlation_id: str
    ) -> str:
        traceback.print_exception(defect)
        return await super().__call__(agent, path, defect, correlation_id)


@dataclass
class Platform:
    """Each agent apart, with a database of its own role; they reach one another as neighbours.

    `others` are agents that the installation is said to have besides.
    """

    databases: Mapping[str, Database]
    spool: Path
    settings: Mapping[type[Any], Any] = field(default_factory=dict)
    lease: timedelta = LEASE
    hub: Hub | None = None
    others: frozenset[str] = frozenset()
    _agents: dict[str, Agents] = field(default_factory=dict)

    def agent(self, name: str) -> Agents:
        """One agent, as its own process would have it."""
        if name not in self._agents:
            db = self.databases[name]
            self._agents[name] = Agents(
                {name: subgraph_of(name)},
                db,
                LoudCapture(db, self.spool),
                {Roster: Roster(frozenset(AGENTS) | self.others), **self.settings},
                _Neighbours(self),
                self.lease,
                hub=self.hub,
            )
        return self._agents[name]

    @asynccontextmanager
    async def listening(self, queue: int = QUEUE) -> AsyncIterator[Hub]:
        """From now on the agents have a hub, until the block ends: for tests that commit."""
        db = self.databases["platform"]
        bell = Bell(db)
        self.hub = Hub(db, Defects(LoudCapture(db, self.spool)), queue=queue)
        self._agents.clear()
        async with running(bell.run()), self.hub.running(LogSource(db, bell)):
            yield self.hub

    async def through_gateway(
        self, document: str, principal: Principal, variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The GraphQL response of the federated graph."""
        claims = None if principal.kind is Kind.ANONYMOUS else claims_of(principal)
        context = RequestContext(request_id="req_test", claims=claims)
        request = GraphQLRequest(document, variables)
        return (await self.gateway().execute(request, context)).body()

    def gateway(self) -> Gateway:
        """The one gateway of this process, in front of this platform from now on."""
        _Subgraph.platform = self
        return _gateway()

    async def ask(
        self, agent: str, document: str, principal: Principal, variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The GraphQL response of one agent's subgraph."""
        result = await self.agent(agent).execute(agent, document, variables, principal, "req_test")
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        return answer


class _Subgraph:
    """An agent behind the gateway: of whichever platform the running test has."""

    platform: ClassVar[Platform]

    def __init__(self, agent: str) -> None:
        self._agent = agent

    async def __call__(self, request: SubgraphRequest) -> Mapping[str, Any]:
        principal = principal_of(request.context.claims)
        return await self.platform.ask(self._agent, request.document, principal, request.variables)


@cache
def _gateway() -> Gateway:
    """Made once: reading the supergraph and planning cost more than a test does."""
    transports = {name: LocalTransport(_Subgraph(name), timeout=30) for name in AGENTS}
    return Gateway(
        composed(), transports, settings=GatewaySettings(planning_seconds=30), scalars=PARSERS
    )


@dataclass
class _Neighbours:
    platform: Platform

    async def send(
        self, document: Document, variables: Mapping[str, Any], sender: Principal, correlation: str
    ) -> Mapping[str, Any]:
        return await self.platform.ask(document.owner, document.text, sender, variables)
