"""The whole platform in one test: every agent with its own role, and a way to ask them."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from models.database import Database
from subgraphs.kit import Principal, Subgraph
from subgraphs.kit.agents import LEASE, Agents
from subgraphs.kit.capture import DatabaseCapture
from subgraphs.kit.graph import Document


@cache
def subgraph_of(agent: str) -> Subgraph:
    """The agent's schema, loaded when a test first needs it."""
    found = import_module(f"subgraphs.{agent}.schema").schema
    assert isinstance(found, Subgraph)
    return found


class LoudCapture(DatabaseCapture):
    """Shows the defect in the test's output, too."""

    async def __call__(
        self, agent: str, path: str, defect: BaseException, correlation_id: str
    ) -> str:
        traceback.print_exception(defect)
        return await super().__call__(agent, path, defect, correlation_id)


@dataclass
class Platform:
    """Each agent apart, with a database of its own role; they reach one another as neighbours."""

    databases: Mapping[str, Database]
    spool: Path
    settings: Mapping[type[Any], Any] = field(default_factory=dict)
    lease: timedelta = LEASE
    _agents: dict[str, Agents] = field(default_factory=dict)

    def agent(self, name: str) -> Agents:
        """One agent, as its own process would have it."""
        if name not in self._agents:
            db = self.databases[name]
            self._agents[name] = Agents(
                {name: subgraph_of(name)},
                db,
                LoudCapture(db, self.spool),
                self.settings,
                _Neighbours(self),
                self.lease,
            )
        return self._agents[name]

    async def ask(
        self, agent: str, document: str, principal: Principal, variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The GraphQL response of one agent's subgraph."""
        result = await self.agent(agent).execute(agent, document, variables, principal, "req_test")
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        return answer


@dataclass
class _Neighbours:
    platform: Platform

    async def send(
        self, document: Document, variables: Mapping[str, Any], sender: Principal, correlation: str
    ) -> Mapping[str, Any]:
        return await self.platform.ask(document.owner, document.text, sender, variables)
