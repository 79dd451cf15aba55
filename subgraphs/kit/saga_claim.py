"""One claim of one saga: what is known of it, and how it is written to, in its epoch alone."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models.database import Cause, UnitOfWork
from models.work import SagaState
from subgraphs.kit import saga_store as store
from subgraphs.kit.agents import Agents
from subgraphs.kit.context import Info
from subgraphs.kit.intents import pause_after
from subgraphs.kit.saga_store import Run, SagaRow, Stale, StepRow
from subgraphs.kit.sagas import Saga

S = SagaState


@dataclass(frozen=True, slots=True)
class Rest:
    """Why a step does not go on now: the saga's state, for what it waits, and until when."""

    state: SagaState
    waits_for: str | None = None
    due: datetime | None = None


class Claim:
    """What its runner does forwards (saga_runner.py) and backwards (saga_undoing.py) builds on."""

    def __init__(self, agents: Agents, agent: str, saga: Saga, held: SagaRow) -> None:
        self.agents = agents
        self.saga = saga
        self.held = held
        self.run = Run(held.id)
        self.agent = agent
        self.db = agents.db
        self.cause = Cause(
            f"agent:{agent}", held.correlation_id, held.causation_id, held.on_behalf_of
        )
        # Whose order it is may change (accounts are merged): a saga acts for the shop.
        itself = agents.acting(agent, replace(self.cause, on_behalf_of=None))
        self.info: Info = replace(itself, cause=self.cause)

    async def read(self) -> None:
        found = await store.find(self.db, self.saga.name, [self.held.id])
        if found[self.held.id].epoch != self.held.epoch:
            raise Stale
        self.held = found[self.held.id]
        self.run = Run(self.held.id, await store.steps(self.db, self.saga.name, self.held.id))

    async def enter(self, work: UnitOfWork) -> tuple[Info, str | None]:
        """Lock the entity, then the saga, which must be ours; what the gate says."""
        info = self.info.within(work)
        closed = await self.saga.gate(info, work, self.run)
        await store.hold(work, self.held, self.going)
        return info, closed

    @property
    def going(self) -> SagaState:
        back = self.held.state is S.COMPENSATING
        return S.COMPENSATING if back else S.RUNNING

    async def rest(self, rests: Sequence[Rest | None]) -> bool:
        """Until the first of them is due. What the saga shows is what is worst."""
        found = [rest for rest in rests if rest is not None]
        worst = max(found, key=lambda rest: list(S).index(rest.state))
        dues = [rest.due for rest in found if rest.due is not None]
        async with self.db.unit_of_work(self.cause) as work:
            due = min(dues, default=None)
            await store.leave(work, self.held, worst.state, worst.waits_for, due)
        return False

    async def write(self, row: StepRow) -> None:
        async with self.db.unit_of_work(self.cause) as work:
            await store.hold(work, self.held, self.going)
            await store.put(work, [row])

    async def put_off(self, row: StepRow, reason: str, defect: Exception | None) -> Rest:
        """Its outcome is not known: it is asked for again later, under the same key."""
        if defect is not None:
            path = f"{self.saga.name}.{row.step}:{row.saga_id}"
            id = await self.agents.capture(self.agent, path, defect, self.held.correlation_id)
            reason = f"{type(defect).__name__} {id}"
        row = replace(row, reason=reason, due_at=self.db.clock() + pause_after(row.attempts))
        await self.write(row)
        return Rest(self.going, reason, row.due_at)


async def all_of(going: Sequence[Coroutine[Any, Any, Rest | None]]) -> list[Rest | None]:
    """All at once, and all to their ends; then raises what the first of them has raised."""
    gone = await asyncio.gather(*going, return_exceptions=True)
    for each in gone:
        if isinstance(each, BaseException):
            raise each
    return [each for each in gone if not isinstance(each, BaseException)]
