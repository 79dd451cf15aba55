"""A saga backwards: what was done is taken back, the newest first, and what was left behind too."""

from collections.abc import Sequence
from dataclasses import replace

from models.work import SagaState, SagaStepState
from subgraphs.kit import saga_store as store
from subgraphs.kit.saga_calls import ask
from subgraphs.kit.saga_claim import Claim, Rest
from subgraphs.kit.saga_store import StepRow
from subgraphs.kit.sagas import Undo

S, Row = SagaState, SagaStepState


class Undoing(Claim):
    """The compensations of one claim."""

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
        now = self.db.clock()
        if row.state is Row.COMPENSATING and row.due_at is not None and row.due_at > now:
            return Rest(self.going, row.reason, row.due_at)
        undo = self.saga.undo(row.step)
        attempts = row.attempts + 1 if row.state is Row.COMPENSATING else 1
        if undo is not None:
            row = replace(row, state=Row.COMPENSATING, attempts=attempts, due_at=None)
            await self.write(row)
            sent = await self._take_back(undo, row)
            if sent is not None:
                return sent
        await self.write(
            replace(row, state=Row.COMPENSATED, compensated_at=self.db.clock(), due_at=None)
        )
        return None

    async def _take_back(self, undo: Undo, row: StepRow) -> Rest | None:
        key = row.key.replace("saga:", "saga:undo-", 1)
        answer = await ask(self.info, undo.document, undo.input(self.run, row), key)
        if answer.unknown is not None:
            return await self.put_off(row, answer.unknown, answer.defect)
        if answer.refusal is not None and answer.refusal.code != "STEP_CANCELED":
            why = f"{answer.refusal.code}: {answer.refusal.message}"
            return await self.put_off(row, why, RefusedToUndo(f"{row.key}: {why}"))
        return None

    async def _compensated(self, rests: Sequence[Rest | None]) -> bool:
        if rests:
            return None in rests or await self.rest(rests)
        open = [
            replace(row, state=Row.COMPENSATED, due_at=None)
            for row in self.run.steps
            if row.state in (Row.WAITING, Row.UNAVAILABLE)
        ]
        async with self.db.unit_of_work(self.cause) as work:
            await store.hold(work, self.held, S.CANCELED, ended=work.now)
            await store.put(work, open)
        return False


class RefusedToUndo(Exception):
    """An owner would not take back what a step did: somebody has to look at it."""
