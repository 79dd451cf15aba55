"""The agents that run in this process: makes their contexts, and carries commands among them."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from strawberry.types import ExecutionResult

from events.hub import Hub
from models.database import Cause, Database
from subgraphs.kit.capture import Capture
from subgraphs.kit.context import Context, Info
from subgraphs.kit.graph import (
    Document,
    GraphRefused,
    GraphUnavailable,
    outside_unit_of_work,
)
from subgraphs.kit.policy import Kind, Principal
from subgraphs.kit.roster import Roster
from subgraphs.kit.schema import Subgraph

LEASE = timedelta(seconds=30)


class Remote(Protocol):
    """How an agent of another process is reached: over HTTP, with a service token."""

    async def send(
        self, document: Document, variables: Mapping[str, Any], sender: Principal, correlation: str
    ) -> Mapping[str, Any]:
        """The GraphQL response; raises GraphUnavailable where there is none."""
        ...


class Nowhere:
    """No other process: every agent there is runs in this one."""

    async def send(
        self, document: Document, variables: Mapping[str, Any], sender: Principal, correlation: str
    ) -> Mapping[str, Any]:
        raise GraphUnavailable(f"there is no {document.owner} agent")


@dataclass(frozen=True, slots=True)
class Agents:
    """`settings` maps a settings class to its instance; `lease` is that of idempotency keys.

    `hub` is where subscriptions hear of events, for as long as it runs.
    """

    subgraphs: Mapping[str, Subgraph]
    db: Database
    capture: Capture
    settings: Mapping[type[Any], Any] = field(default_factory=dict)
    remote: Remote = field(default_factory=Nowhere)
    lease: timedelta = LEASE
    hub: Hub | None = None

    def has(self, agent: str) -> bool:
        """Whether the installation has this agent; whether it answers is another question."""
        roster: Roster = self.settings.get(Roster, Roster())
        return agent in self.subgraphs or agent in roster.agents

    async def execute(
        self,
        agent: str,
        document: str,
        variables: Mapping[str, Any],
        principal: Principal,
        correlation: str,
    ) -> ExecutionResult:
        """Run an operation on one agent's subgraph as `principal`."""
        context = self.context(agent, principal, correlation)
        return await self.subgraphs[agent].execute(document, context, variables)

    async def subscribe(
        self,
        agent: str,
        document: str,
        variables: Mapping[str, Any],
        principal: Principal,
        correlation: str,
        operation_name: str | None = None,
    ) -> AsyncGenerator[ExecutionResult, None]:
        """The results of a subscription of one agent, as `principal`; close it to end it.

        One that is refused, or breaks, ends with a result that has errors without a path.
        """
        results = await self.subgraphs[agent].schema.subscribe(
            document,
            dict(variables),
            self.context(agent, principal, correlation),
            operation_name=operation_name,
        )
        async with aclosing(results):
            async for result in results:
                yield result

    def context(self, agent: str, principal: Principal, correlation: str) -> Context:
        """One request of `principal` to `agent`."""
        return Context(
            agent=agent,
            principal=principal,
            db=self.db,
            capture=self.capture,
            correlation_id=correlation,
            graph=_Sender(self, self.sender(agent, principal), correlation),
            settings=self.settings,
            lease=self.lease,
            hub=self.hub,
        )

    def acting(self, agent: str, cause: Cause) -> Info:
        """`agent` by itself (an intent, a saga's step, a handler): every row is in its scope.

        What it sends to others is sent on behalf of whom `cause` names.
        """
        sender = Principal(
            id=f"agent:{agent}",
            kind=Kind.SERVICE,
            on_behalf_of=cause.on_behalf_of,
            commands=commands_of(self.documents(agent)),
        )
        return self.context(agent, sender, cause.correlation_id).acting(cause)

    def sender(self, agent: str, caller: Principal) -> Principal:
        """`agent`, acting for `caller`: it may do what its documents say and nothing else."""
        return Principal(
            id=f"agent:{agent}",
            kind=Kind.SERVICE,
            on_behalf_of=caller.on_behalf_of or caller.id,
            commands=commands_of(self.documents(agent)),
        )

    def documents(self, agent: str) -> list[Document]:
        """All that the agent sends to others."""
        found = self.subgraphs[agent]
        others = self.settings.get(Roster, Roster()).agents
        addressed = [make(other) for make in found.broadcasts for other in sorted(others)]
        return [*found.documents, *addressed]


def commands_of(documents: Sequence[Document]) -> frozenset[str]:
    """All fields and types that the documents name."""
    return frozenset[str]().union(*(document.names for document in documents))


@dataclass(frozen=True, slots=True)
class _Sender:
    agents: Agents
    sender: Principal
    correlation: str

    async def send(self, document: Document, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        outside_unit_of_work()
        if document.owner in self.agents.subgraphs:
            result = await self.agents.execute(
                document.owner, document.text, variables, self.sender, self.correlation
            )
            data, errors = result.data, [error.formatted for error in result.errors or ()]
        else:
            answer = await self.agents.remote.send(
                document, variables, self.sender, self.correlation
            )
            data, errors = answer.get("data"), answer.get("errors") or []
        if errors or data is None:
            raise GraphRefused(f"{document.owner} would not run {document.name}: {errors}")
        return data
