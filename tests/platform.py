"""The whole platform in one test: every agent with its own role, and a way to ask them."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from models.database import Database
from models.migrations.run import AGENTS
from subgraphs.kit import Principal, Subgraph
from subgraphs.kit.agents import LEASE, Agents
from subgraphs.kit.capture import DatabaseCapture
from subgraphs.kit.graph import Document

SUBGRAPHS: dict[str, Subgraph] = {
    agent: import_module(f"subgraphs.{agent}.schema").schema
    for agent in AGENTS
    if find_spec(f"subgraphs.{agent}") and find_spec(f"subgraphs.{agent}.schema")
}


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
    agents: dict[str, Agents] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, subgraph in SUBGRAPHS.items():
            db = self.databases[name]
            self.agents[name] = Agents(
                {name: subgraph},
                db,
                LoudCapture(db, self.spool),
                self.settings,
                _Neighbours(self),
                self.lease,
            )

    async def ask(
        self, agent: str, document: str, principal: Principal, variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The GraphQL response of one agent's subgraph."""
        result = await self.agents[agent].execute(agent, document, variables, principal, "req_test")
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
