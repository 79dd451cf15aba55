"""The sagas of the agents in this process, as a leased worker's tasks."""

from collections.abc import Sequence

from models.database import SYSTEM, UnitOfWork
from subgraphs.kit import saga_store as store
from subgraphs.kit.agents import Agents
from subgraphs.kit.saga_runner import Runner
from subgraphs.kit.saga_store import BELL, SagaRow, Stale
from subgraphs.kit.sagas import Absent, Saga
from subgraphs.kit.worker import LEASE


class Sagas:
    """See `subgraphs.kit.worker.Tasks`; each claim is a new epoch of its saga."""

    bell = BELL

    def __init__(self, agents: Agents) -> None:
        self._agents = agents
        self._db = agents.db
        self._looked = False
        self._known: dict[tuple[str, int], tuple[str, Saga]] = {}
        for agent, subgraph in agents.subgraphs.items():
            for saga in subgraph.sagas:
                if (saga.name, saga.version) in self._known:
                    raise ValueError(f"two sagas are called {saga.name}, version {saga.version}")
                self._known[saga.name, saga.version] = (agent, saga)

    async def claim(self, token: str, most: int) -> Sequence[SagaRow]:
        if not self._known:
            return []
        async with self._db.unit_of_work(SYSTEM) as work:
            if not self._looked:
                await self._wake_absent(work)
                self._looked = True
            return await store.claim(work, list(self._known), token, most)

    async def perform(self, task: SagaRow, token: str) -> None:
        agent, saga = self._known[task.saga, task.version]
        runner = Runner(self._agents, agent, saga, task)
        try:
            while await runner.advance():
                pass
        except Stale:
            return

    async def renew(self, tokens: Sequence[str]) -> None:
        async with self._db.unit_of_work(SYSTEM) as work:
            await store.lease(work, tokens, LEASE)

    async def give_back(self, tokens: Sequence[str]) -> None:
        async with self._db.unit_of_work(SYSTEM) as work:
            await store.lease(work, tokens, None)

    async def _wake_absent(self, work: UnitOfWork) -> None:
        """What ended for want of an agent goes on where this installation has it by now."""
        for agent, saga in self._known.values():
            info = self._agents.acting(agent, SYSTEM)
            there = [
                step.agent
                for step in saga.steps
                if step.agent is not None
                and (self._agents.has(step.agent) or step.absent(info) is Absent.SKIP)
            ]
            await store.wake_absent(work, saga.name, there)
