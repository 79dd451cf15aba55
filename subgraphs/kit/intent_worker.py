"""Runs intents: claimed with a lease, run outside any transaction, recorded by its holder."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, tuple_, update

from models.database import SYSTEM, Cause
from models.work import intent as intents
from subgraphs.kit.agents import Agents
from subgraphs.kit.graph import GraphUnavailable
from subgraphs.kit.intents import BELL, Intent, Payload, pause_after
from subgraphs.kit.worker import LEASE

ROW = intents.c


class LeaseLost(Exception):
    """Another worker took over while this one was busy; it records what came of the intent."""


@dataclass(frozen=True, slots=True)
class Due:
    """One claimed intent."""

    intent: str
    key: str
    payload: Payload
    on_behalf_of: str | None
    correlation_id: str
    causation_id: str | None
    attempts: int

    @property
    def row(self) -> ColumnElement[bool]:
        return and_(ROW.intent == self.intent, ROW.key == self.key)


COLUMNS = [ROW[name] for name in Due.__dataclass_fields__]


class Intents:
    """The intents of the agents in this process, as the worker's tasks."""

    bell = BELL

    def __init__(self, agents: Agents) -> None:
        self._agents = agents
        self._db = agents.db
        self._known: dict[str, tuple[str, Intent[Any]]] = {}
        for agent, subgraph in agents.subgraphs.items():
            for intent in subgraph.intents:
                if intent.name in self._known:
                    raise ValueError(f"two intents are called {intent.name}")
                self._known[intent.name] = (agent, intent)

    async def claim(self, token: str, most: int) -> Sequence[Due]:
        if not self._known:
            return []
        async with self._db.unit_of_work(SYSTEM) as work:
            free = or_(ROW.leased_until.is_(None), ROW.leased_until < work.now)
            due = (
                select(ROW.intent, ROW.key)
                .where(ROW.due_at <= work.now, free, ROW.intent.in_(list(self._known)))
                .order_by(ROW.due_at)
                .limit(most)
                .with_for_update(skip_locked=True)
            )
            keys = [(row.intent, row.key) for row in await work.rows(due)]
            if not keys:
                return []
            claimed = update(intents).where(tuple_(ROW.intent, ROW.key).in_(keys))
            claimed = claimed.values(
                lease=token, leased_until=work.now + LEASE, attempts=ROW.attempts + 1
            )
            return await work.fetch(claimed.returning(*COLUMNS), Due)

    async def perform(self, task: Due, token: str) -> None:
        agent, intent = self._known[task.intent]
        cause = Cause(f"agent:{agent}", task.correlation_id, task.causation_id, task.on_behalf_of)
        info = self._agents.acting(agent, cause)
        try:
            outcome = await intent.run(info, task.key, task.payload)
            async with self._db.unit_of_work(cause) as work:
                await intent.record(info.within(work), work, task.key, task.payload, outcome)
                mine = delete(intents).where(task.row, ROW.lease == token)
                if await work.execute(mine) != 1:
                    raise LeaseLost
        except LeaseLost:
            return
        except GraphUnavailable as away:
            await self._put_off(task, token, str(away))
        except Exception as defect:  # noqa: BLE001 boundary: one intent's failure is its own
            path = f"{task.intent}:{task.key}"
            id = await self._agents.capture(agent, path, defect, task.correlation_id)
            await self._put_off(task, token, id)

    async def renew(self, tokens: Sequence[str]) -> None:
        await self._lease(tokens, self._db.clock() + LEASE)

    async def give_back(self, tokens: Sequence[str]) -> None:
        await self._lease(tokens, None)

    async def _lease(self, tokens: Sequence[str], until: Any) -> None:
        async with self._db.unit_of_work(SYSTEM) as work:
            mine = update(intents).where(ROW.lease.in_(tokens))
            await work.execute(mine.values(leased_until=until))

    async def _put_off(self, task: Due, token: str, failure: str) -> None:
        async with self._db.unit_of_work(SYSTEM) as work:
            later = work.now + pause_after(task.attempts)
            mine = update(intents).where(task.row, ROW.lease == token)
            await work.execute(
                mine.values(due_at=later, lease=None, leased_until=None, failure=failure)
            )
