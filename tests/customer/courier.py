"""Carries events from the outbox to every agent's handlers, as a bus does, step by step."""

import random
from collections.abc import Collection
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import select

from events.decode import decode
from events.envelope import Envelope
from events.event import Event
from events.received import Received
from models.database import Cause
from models.migrations.run import AGENTS
from models.platform import outbox
from subgraphs.kit import EVERY_ROW, Policy, Principal
from subgraphs.kit.handlers import Handler
from subgraphs.kit.policy import Kind
from tests.platform import Platform

NAMES = [each.name for each in fields(Envelope)]
ITSELF = Policy("itself", lambda principal: EVERY_ROW)


class Crash(Exception):
    """The process died before it could commit."""


@dataclass
class Courier:
    """Each event goes to each agent once, in the order of its aggregate; a seed mixes the rest.

    Of all that it begins, the share `crashes` comes to nothing, at its very end, and is repeated.
    """

    platform: Platform
    seed: int = 0
    crashes: float = 0
    crashed: int = 0
    taken: dict[str, set[str]] = field(default_factory=lambda: {agent: set() for agent in AGENTS})

    async def deliver(self, without: Collection[str] = ()) -> None:
        """Until nothing is left to be told, but by those agents that are down (`without`)."""
        chance = random.Random(self.seed)
        while waiting := await self._waiting(without):
            agent, received = chance.choice(waiting)
            try:
                await self.give(agent, received, crash=chance.random() < self.crashes)
            except Crash:
                self.crashed += 1

    async def give(self, agent: str, received: Received[Event], *, crash: bool = False) -> None:
        """One event to one agent: all its handlers, in one transaction."""
        envelope = received.envelope
        concerned = [
            each for each in self._handlers(agent) if isinstance(received.event, each.events)
        ]
        db = self.platform.databases[agent]
        cause = Cause(f"agent:{agent}", envelope.correlation_id, envelope.id, envelope.on_behalf_of)
        async with db.unit_of_work(cause) as work:
            for handler in concerned:
                await handler.apply(self._info(agent).within(work), work, received)
            await work.flush()
            if crash:
                raise Crash
        self.taken[agent].add(envelope.id)

    def _handlers(self, agent: str) -> list[Handler]:
        return list(self.platform.agent(agent).subgraphs[agent].handlers)

    def _info(self, agent: str) -> Any:
        itself = Principal(f"agent:{agent}", Kind.ADMIN)
        return self.platform.agent(agent).context(agent, itself, "req_1").info(ITSELF, "itself")

    async def _waiting(self, without: Collection[str]) -> list[tuple[str, Received[Event]]]:
        """For each agent the first event of each aggregate that it has not had."""
        rows = await self.platform.databases["platform"].rows(
            select(outbox.c.ordinal, *(outbox.c[name] for name in NAMES)).order_by(outbox.c.ordinal)
        )
        waiting: list[tuple[str, Received[Event]]] = []
        for agent in (each for each in AGENTS if each not in without):
            seen: set[str] = set()
            wanted = {event.type for each in self._handlers(agent) for event in each.events}
            for row in rows:
                values = dict(row._mapping)
                envelope = Envelope(**{name: values[name] for name in NAMES})
                if envelope.type not in wanted or envelope.id in self.taken[agent]:
                    continue
                if envelope.aggregate_id not in seen:
                    seen.add(envelope.aggregate_id)
                    received = Received(row.ordinal, envelope, decode(envelope))
                    waiting.append((agent, received))
        return waiting
