"""Runs sagas: claims them in epochs, and goes one step further at a time until they rest.

What it is about to send is stored first; what it does not know the outcome of it asks for again,
under the same key; and nothing it writes counts once somebody else has claimed the saga.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models.database import SYSTEM, Cause, UnitOfWork
from models.work import SagaState, SagaStepState
from subgraphs.kit import saga_store as store
from subgraphs.kit.agents import Agents
from subgraphs.kit.context import Info
from subgraphs.kit.intents import pause_after
from subgraphs.kit.saga_calls import ask
from subgraphs.kit.saga_store import BELL, Run, SagaRow, Stale, StepRow
from subgraphs.kit.sagas import Absent, Command, Refusal, Saga, Step, Then, Undo
from subgraphs.kit.worker import LEASE

S, Row = SagaState, SagaStepState
PATIENCE = 3
"""Generations that follow one another without a pause."""
SETTLED = (Row.DONE, Row.SKIPPED)


class Sagas:
    """The sagas of the agents in this process, as the worker's tasks."""

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


@dataclass(frozen=True, slots=True)
class Rest:
    """Why a step does not go on now: the saga's state, for what it waits, and until when."""

    state: SagaState
    waits_for: str | None = None
    due: datetime | None = None


class Runner:
    """One claim of one saga."""

    def __init__(self, agents: Agents, agent: str, saga: Saga, held: SagaRow) -> None:
        self.agents = agents
        self.saga = saga
        self.held = held
        self.run = Run(held.id)
        self._agent = agent
        self._db = agents.db
        self.cause = Cause(
            f"agent:{agent}", held.correlation_id, held.causation_id, held.on_behalf_of
        )
        # Whose order it is may change (accounts are merged): a saga acts for the shop.
        itself = agents.acting(agent, replace(self.cause, on_behalf_of=None))
        self.info: Info = replace(itself, cause=self.cause)

    async def advance(self) -> bool:
        """As far as all steps that may go at once; False where the saga rests from here on."""
        await self._read()
        rests = await _all([self._undo(row) for row in self._to_undo()])
        if self.held.state is S.COMPENSATING:
            return await self._compensated(rests)
        for stage in self.saga.stages:
            todo = [(step, subject) for step in stage for subject in self._open(step)]
            if todo:
                gone = await _all([self._go(step, subject) for step, subject in todo])
                return None in gone or await self._rest([*gone, *rests])
        return await self._completed(rests)

    async def _read(self) -> None:
        found = await store.find(self._db, self.saga.name, [self.held.id])
        if found[self.held.id].epoch != self.held.epoch:
            raise Stale
        self.held = found[self.held.id]
        self.run = Run(self.held.id, await store.steps(self._db, self.saga.name, self.held.id))

    def _open(self, step: Step) -> list[str]:
        """The subjects for which it is neither done nor skipped."""
        settled = {
            row.subject for row in self.run.steps if row.step == step.name and row.state in SETTLED
        }
        return [subject for subject in step.subjects(self.run) if subject not in settled]

    # Forwards.

    async def _go(self, step: Step, subject: str) -> Rest | None:
        rows = self.run.of(step.name, subject)
        last = rows[-1] if rows else None
        now = self._db.clock()
        if last is None or last.state in (Row.FAILED, Row.COMPENSATED):
            again = self._again(last)
            if again is not None and again > now:
                return Rest(S.RUNNING, step.name, again)
            return await self._begin(step, self._next(step, subject, rows))
        if last.state is Row.COMPENSATING:
            return Rest(S.RUNNING, None, last.due_at or now)
        if last.state is Row.RUNNING:
            if last.due_at is not None and last.due_at > now:
                return Rest(S.RUNNING, last.reason, last.due_at)
            last = replace(last, attempts=last.attempts + 1)
            await self._write(last)
            return await self._send(step, last)
        if last.state is Row.WAITING and last.due_at is not None and last.due_at <= now:
            return await self._expired(step, last)
        return await self._begin(step, last)

    def _again(self, last: StepRow | None) -> datetime | None:
        """When a step may be tried in another generation: at once, until it has failed often."""
        if last is None or last.ended_at is None or last.generation < PATIENCE:
            return None
        return last.ended_at + pause_after(last.generation)

    def _next(self, step: Step, subject: str, rows: Sequence[StepRow]) -> StepRow:
        return StepRow(
            saga=self.saga.name,
            saga_id=self.held.id,
            step=step.name,
            subject=subject,
            generation=1 + max((row.generation for row in rows), default=0),
            state=Row.WAITING,
            begun_at=self._db.clock(),
        )

    async def _begin(self, step: Step, row: StepRow) -> Rest | None:
        """Store what is to be done; then, where it is a command, send it."""
        async with self._db.unit_of_work(self.cause) as work:
            info, closed = await self._enter(work)
            if closed is not None:
                return Rest(S.WAITING, closed)
            row = await self._prepared(info, work, step, row)
            await store.put(work, [row])
            if row.state is Row.DONE and step.done is not None:
                await step.done(info, work, self.run, row)
        if row.state is Row.RUNNING:
            return await self._send(step, row)
        if row.state is Row.WAITING:
            return Rest(S.WAITING, step.wait.signal if step.wait else None, row.due_at)
        return Rest(S.UNAVAILABLE, step.agent) if row.state is Row.UNAVAILABLE else None

    async def _prepared(self, info: Info, work: UnitOfWork, step: Step, row: StepRow) -> StepRow:
        """The row as it stands once the step has begun, or has been found not to."""
        ended = replace(row, ended_at=work.now)
        if step.agent is not None and not self.agents.has(step.agent):
            if step.absent(info) is Absent.SKIP:
                return replace(ended, state=Row.SKIPPED, reason=f"there is no {step.agent} agent")
            return replace(row, state=Row.UNAVAILABLE)
        needless = step.needless and await step.needless(info, work, self.run)
        if needless:
            return replace(ended, state=Row.SKIPPED, reason=needless)
        fact = None
        if step.wait is not None:
            fact = await store.take_signal(work, self.held, step.wait.signal)
            if fact is None:
                within = step.wait.within
                ends = None if within is None else work.now + within(info)
                if row not in self.run.steps and step.wait.begins is not None:
                    await step.wait.begins(info, work, self.run)
                return replace(row, due_at=row.due_at or ends)
        if step.command is None:
            return replace(ended, state=Row.DONE, outcome=fact, due_at=None)
        input = await step.command.input(info, work, self.run, row.subject)
        return replace(row, state=Row.RUNNING, attempts=1, input=input, due_at=None)

    async def _send(self, step: Step, row: StepRow) -> Rest | None:
        command = step.command
        assert isinstance(command, Command)  # noqa: S101  # only steps with a command are RUNNING
        answer = await ask(self.info, command.document, row.input or {}, row.key)
        if answer.unknown is not None:
            return await self._put_off(row, answer.unknown, answer.defect)
        fault = answer.refusal
        if fault is None and step.accepts is not None:
            fault = step.accepts(self.info, answer.outcome)
        if fault is not None:
            return await self._failed(step, row, fault)
        done = replace(row, state=Row.DONE, outcome=answer.outcome, reason=None, due_at=None)
        async with self._db.unit_of_work(self.cause) as work:
            done = replace(done, ended_at=work.now)
            info, _ = await self._enter(work)
            await store.put(work, [done])
            if step.done is not None:
                await step.done(info, work, self.run, done)
        return None

    async def _enter(self, work: UnitOfWork) -> tuple[Info, str | None]:
        """Lock the entity, then the saga, which must be ours; what the gate says."""
        info = self.info.within(work)
        closed = await self.saga.gate(info, work, self.run)
        await store.hold(work, self.held, self._going)
        return info, closed

    @property
    def _going(self) -> SagaState:
        back = self.held.state is S.COMPENSATING
        return S.COMPENSATING if back else S.RUNNING

    async def _failed(self, step: Step, row: StepRow, fault: Refusal) -> Rest | None:
        failed = replace(
            row, state=Row.FAILED, error_code=fault.code, reason=fault.message, due_at=None
        )
        async with self._db.unit_of_work(self.cause) as work:
            failed = replace(failed, ended_at=work.now)
            info, _ = await self._enter(work)
            refused = step.refused
            then = await refused(info, work, self.run, failed) if refused else Then.COMPENSATE
            await self._follow(info, work, then, failed)
        return None

    async def _expired(self, step: Step, row: StepRow) -> Rest | None:
        """Its time to wait is over; what has not been told by now comes too late."""
        expired = step.wait and step.wait.expired
        failed = replace(row, state=Row.FAILED, error_code="TIMED_OUT", due_at=None)
        async with self._db.unit_of_work(self.cause) as work:
            failed = replace(failed, ended_at=work.now)
            info, closed = await self._enter(work)
            if closed is not None:
                return Rest(S.WAITING, closed)
            then = await expired(info, work, self.run) if expired else Then.COMPENSATE
            await self._follow(info, work, then, failed)
        return None

    async def _follow(self, info: Info, work: UnitOfWork, then: Then, failed: StepRow) -> None:
        if then is Then.COMPENSATE:
            await self.saga.compensating(info, work, self.run)
            await store.hold(work, self.held, S.COMPENSATING)
        await store.put(work, [failed])

    # Backwards.

    def _to_undo(self) -> list[StepRow]:
        """What is being taken back; all of it, the newest first, where the saga is.

        Also what a room began beside the stages, and did not end.
        """
        going = [row for row in self.run.steps if row.state is Row.COMPENSATING]
        if self.held.state is not S.COMPENSATING:
            return [*going, *self._abandoned()]
        if going:
            return going
        order = {step.name: place for place, step in enumerate(self.saga.steps)}
        left = [row for row in self.run.steps if row.state in (Row.RUNNING, Row.DONE)]
        left = self._abandoned() or [row for row in left if row.step in order]
        left.sort(key=lambda row: (-order.get(row.step, 0), -row.generation, row.subject))
        return left[:1]

    def _abandoned(self) -> list[StepRow]:
        asides = {step.name for step in self.saga.asides}
        return [row for row in self.run.steps if row.state is Row.RUNNING and row.step in asides]

    async def _undo(self, row: StepRow) -> Rest | None:
        """The decision is stored before anything is sent, its success after."""
        now = self._db.clock()
        if row.state is Row.COMPENSATING and row.due_at is not None and row.due_at > now:
            return Rest(self._going, row.reason, row.due_at)
        undo = self.saga.undo(row.step)
        attempts = row.attempts + 1 if row.state is Row.COMPENSATING else 1
        if undo is not None:
            row = replace(row, state=Row.COMPENSATING, attempts=attempts, due_at=None)
            await self._write(row)
            sent = await self._take_back(undo, row)
            if sent is not None:
                return sent
        await self._write(
            replace(row, state=Row.COMPENSATED, compensated_at=self._db.clock(), due_at=None)
        )
        return None

    async def _take_back(self, undo: Undo, row: StepRow) -> Rest | None:
        key = row.key.replace("saga:", "saga:undo-", 1)
        answer = await ask(self.info, undo.document, undo.input(self.run, row), key)
        if answer.unknown is not None:
            return await self._put_off(row, answer.unknown, answer.defect)
        if answer.refusal is not None and answer.refusal.code != "STEP_CANCELED":
            why = f"{answer.refusal.code}: {answer.refusal.message}"
            return await self._put_off(row, why, RefusedToUndo(f"{row.key}: {why}"))
        return None

    async def _compensated(self, rests: Sequence[Rest | None]) -> bool:
        if rests:
            return None in rests or await self._rest(rests)
        open = [
            replace(row, state=Row.COMPENSATED, due_at=None)
            for row in self.run.steps
            if row.state in (Row.WAITING, Row.UNAVAILABLE)
        ]
        async with self._db.unit_of_work(self.cause) as work:
            await store.hold(work, self.held, S.CANCELED, ended=work.now)
            await store.put(work, open)
        return False

    async def _completed(self, rests: Sequence[Rest | None]) -> bool:
        if rests:
            return None in rests or await self._rest(rests)
        async with self._db.unit_of_work(self.cause) as work:
            await store.hold(work, self.held, S.COMPLETED, ended=work.now)
        return False

    # Either way.

    async def _rest(self, rests: Sequence[Rest | None]) -> bool:
        """Until the first of them is due. What the saga shows is what is worst."""
        found = [rest for rest in rests if rest is not None]
        worst = max(found, key=lambda rest: list(S).index(rest.state))
        dues = [rest.due for rest in found if rest.due is not None]
        async with self._db.unit_of_work(self.cause) as work:
            due = min(dues, default=None)
            await store.leave(work, self.held, worst.state, worst.waits_for, due)
        return False

    async def _write(self, row: StepRow) -> None:
        async with self._db.unit_of_work(self.cause) as work:
            await store.hold(work, self.held, self._going)
            await store.put(work, [row])

    async def _put_off(self, row: StepRow, reason: str, defect: Exception | None) -> Rest:
        """Its outcome is not known: it is asked for again later, under the same key."""
        if defect is not None:
            path = f"{self.saga.name}.{row.step}:{row.saga_id}"
            id = await self.agents.capture(self._agent, path, defect, self.held.correlation_id)
            reason = f"{type(defect).__name__} {id}"
        row = replace(row, reason=reason, due_at=self._db.clock() + pause_after(row.attempts))
        await self._write(row)
        return Rest(self._going, reason, row.due_at)


async def _all(going: Sequence[Coroutine[Any, Any, Rest | None]]) -> list[Rest | None]:
    """All at once, and all to their ends; then raises what the first of them has raised."""
    gone = await asyncio.gather(*going, return_exceptions=True)
    for each in gone:
        if isinstance(each, BaseException):
            raise each
    return [each for each in gone if not isinstance(each, BaseException)]


class RefusedToUndo(Exception):
    """An owner would not take back what a step did: somebody has to look at it."""
