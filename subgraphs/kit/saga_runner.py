"""Runs sagas: goes one step further at a time until they rest.

What it is about to send is stored first; what it does not know the outcome of it asks for again,
under the same key; and nothing it writes counts once somebody else has claimed the saga.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from models.database import UnitOfWork
from models.work import SagaState, SagaStepState
from subgraphs.kit import saga_store as store
from subgraphs.kit.context import Info
from subgraphs.kit.intents import pause_after
from subgraphs.kit.saga_calls import ask
from subgraphs.kit.saga_claim import Rest, all_of
from subgraphs.kit.saga_store import StepRow
from subgraphs.kit.saga_undoing import Undoing
from subgraphs.kit.sagas import Absent, Command, Refusal, Step, Then

S, Row = SagaState, SagaStepState
PATIENCE = 3
"""Generations that follow one another without a pause."""
SETTLED = (Row.DONE, Row.SKIPPED)


class Runner(Undoing):
    """A claim that is led on."""

    async def advance(self) -> bool:
        """As far as all steps that may go at once; False where the saga rests from here on."""
        await self.read()
        rests = await all_of([self._undo(row) for row in self._to_undo()])
        if self.held.state is S.COMPENSATING:
            return await self._compensated(rests)
        for stage in self.saga.stages:
            todo = [(step, subject) for step in stage for subject in self._open(step)]
            if todo:
                gone = await all_of([self._go(step, subject) for step, subject in todo])
                return None in gone or await self.rest([*gone, *rests])
        return await self._completed(rests)

    def _open(self, step: Step) -> list[str]:
        """The subjects for which it is neither done nor skipped."""
        settled = {
            row.subject for row in self.run.steps if row.step == step.name and row.state in SETTLED
        }
        return [subject for subject in step.subjects(self.run) if subject not in settled]

    async def _go(self, step: Step, subject: str) -> Rest | None:
        rows = self.run.of(step.name, subject)
        last = rows[-1] if rows else None
        now = self.db.clock()
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
            await self.write(last)
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
            begun_at=self.db.clock(),
        )

    async def _begin(self, step: Step, row: StepRow) -> Rest | None:
        """Store what is to be done; then, where it is a command, send it."""
        async with self.db.unit_of_work(self.cause) as work:
            info, closed = await self.enter(work)
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
            return await self.put_off(row, answer.unknown, answer.defect)
        fault = answer.refusal
        if fault is None and step.accepts is not None:
            fault = step.accepts(self.info, answer.outcome)
        if fault is not None:
            return await self._failed(step, row, fault)
        done = replace(row, state=Row.DONE, outcome=answer.outcome, reason=None, due_at=None)
        async with self.db.unit_of_work(self.cause) as work:
            done = replace(done, ended_at=work.now)
            info, _ = await self.enter(work)
            await store.put(work, [done])
            if step.done is not None:
                await step.done(info, work, self.run, done)
        return None

    async def _failed(self, step: Step, row: StepRow, fault: Refusal) -> Rest | None:
        failed = replace(
            row, state=Row.FAILED, error_code=fault.code, reason=fault.message, due_at=None
        )
        async with self.db.unit_of_work(self.cause) as work:
            failed = replace(failed, ended_at=work.now)
            info, _ = await self.enter(work)
            refused = step.refused
            then = await refused(info, work, self.run, failed) if refused else Then.COMPENSATE
            await self._follow(info, work, then, failed)
        return None

    async def _expired(self, step: Step, row: StepRow) -> Rest | None:
        """Its time to wait is over; what has not been told by now comes too late."""
        expired = step.wait and step.wait.expired
        failed = replace(row, state=Row.FAILED, error_code="TIMED_OUT", due_at=None)
        async with self.db.unit_of_work(self.cause) as work:
            failed = replace(failed, ended_at=work.now)
            info, closed = await self.enter(work)
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

    async def _completed(self, rests: Sequence[Rest | None]) -> bool:
        if rests:
            return None in rests or await self.rest(rests)
        async with self.db.unit_of_work(self.cause) as work:
            await store.hold(work, self.held, S.COMPLETED, ended=work.now)
        return False
