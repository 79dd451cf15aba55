"""Sagas: long work of one agent across others, step by step, persisted before each acts.

A definition is data: stages in order, the steps of a stage at once. Rooms begin sagas, tell them
facts and cancel them within their own transactions; a worker (saga_worker.py) does the rest.

Locks are taken in one order: the entity that the saga is about, the saga, its steps.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from models.database import UnitOfWork
from models.work import SagaState, SagaStepState
from subgraphs.kit import saga_store as store
from subgraphs.kit.context import Info
from subgraphs.kit.graph import Document
from subgraphs.kit.saga_calls import Refusal
from subgraphs.kit.saga_store import BELL, Run, StepRow

Input = Mapping[str, Any]


class Then(Enum):
    """What follows a step that failed for good."""

    AGAIN = auto()
    """The next generation, as soon as the gate lets it."""
    COMPENSATE = auto()
    """Everything is undone."""


class Absent(Enum):
    """What becomes of a step whose agent the installation does not have."""

    SKIP = auto()
    END = auto()


def end(info: Info) -> Absent:
    """An executor: without it the saga goes no further."""
    return Absent.END


def skip(info: Info) -> Absent:
    """A check: without it the saga goes on, visibly unchecked."""
    return Absent.SKIP


@dataclass(frozen=True, slots=True)
class Command:
    """A mutation of another agent; `input` is its `$input`, to which the step's key is added.

    What `input` answers is stored before it is sent, and sent again as it was. It only reads.
    """

    document: Document
    input: Callable[[Info, UnitOfWork, Run, str], Awaitable[Input]]


@dataclass(frozen=True, slots=True)
class Undo:
    """The mutation that takes a step back, whether its command has arrived, will arrive, or not.

    STEP_CANCELED is success: there was nothing to take back, and there never will be. A step
    without an undo leaves nothing that must be taken back by itself.
    """

    document: Document
    input: Callable[[Run, StepRow], Input]


@dataclass(frozen=True, slots=True)
class Wait:
    """For a fact that a room tells the saga (`tell`); `expired` decides when `within` is over.

    `begins` writes what has to be done for the time of waiting.
    """

    signal: str
    within: Callable[[Info], timedelta] | None = None
    expired: Callable[[Info, UnitOfWork, Run], Awaitable[Then]] | None = None
    begins: Callable[[Info, UnitOfWork, Run], Awaitable[None]] | None = None


def _whole(run: Run) -> Sequence[str]:
    return (run.id,)


@dataclass(frozen=True, slots=True)
class Step:
    """One step, once for each of `subjects` (packages, lines, payments; else the saga's own id).

    Its key is `saga:<name>:<subject>:<generation>`. `agent` executes it; a step without a command
    waits, or decides, and is done. `needless` gives the reason why it is skipped; `accepts` finds
    fault with an answer (a repeat may find what was made ended since); `done` and `refused` write
    what follows, in the transaction that ends the generation, after the gate has locked the entity.
    """

    name: str
    agent: str | None = None
    absent: Callable[[Info], Absent] = end
    needless: Callable[[Info, UnitOfWork, Run], Awaitable[str | None]] | None = None
    wait: Wait | None = None
    command: Command | None = None
    accepts: Callable[[Info, Input], Refusal | None] | None = None
    done: Callable[[Info, UnitOfWork, Run, StepRow], Awaitable[None]] | None = None
    refused: Callable[[Info, UnitOfWork, Run, StepRow], Awaitable[Then]] | None = None
    undo: Undo | None = None
    subjects: Callable[[Run], Sequence[str]] = _whole


@dataclass(frozen=True, slots=True)
class Aside:
    """What a room has another agent do between two steps; undone where it is left unfinished."""

    name: str
    document: Document
    undo: Undo


@dataclass(frozen=True, slots=True)
class Saga:
    """A definition. A running saga finishes on the version that it began with.

    `gate` locks the entity and says why no step may begin now, if so. `compensating` writes what
    the decision to undo everything means, in its transaction. `asides` are what a room does between
    two steps by itself (saga_visits.py): left unfinished they are undone, done they stay.
    """

    name: str
    version: int
    stages: Sequence[Sequence[Step]]
    gate: Callable[[Info, UnitOfWork, Run], Awaitable[str | None]]
    compensating: Callable[[Info, UnitOfWork, Run], Awaitable[None]]
    asides: Sequence[Aside] = ()

    @property
    def steps(self) -> list[Step]:
        return [step for stage in self.stages for step in stage]

    def undo(self, name: str) -> Undo | None:
        """How a step or an aside is taken back."""
        undos = {step.name: step.undo for step in self.steps}
        return (undos | {aside.name: aside.undo for aside in self.asides})[name]


async def begin(work: UnitOfWork, saga: Saga, id: str, done: Sequence[StepRow] = ()) -> None:
    """Have it run after the commit. `done` are steps that were done before there was a saga."""
    await store.add(work, saga.name, id, saga.version)
    await store.put(work, done)
    work.ring(BELL)


def was_done(
    work: UnitOfWork, saga: Saga, id: str, step: str, generation: int, outcome: Input
) -> StepRow:
    """A step that its room did by itself, under the step's key."""
    return StepRow(
        saga=saga.name,
        saga_id=id,
        step=step,
        subject=id,
        generation=generation,
        state=SagaStepState.DONE,
        attempts=1,
        outcome=outcome,
        begun_at=work.now,
        ended_at=work.now,
    )


async def wake(work: UnitOfWork, saga: str, id: str) -> None:
    """Something has changed: let it look again. Nothing where there is no such saga."""
    if await store.wake(work, saga, id):
        work.ring(BELL)


async def tell(work: UnitOfWork, saga: str, id: str, signal: str, data: Input) -> bool:
    """A fact that a step waits for, now or later; False where no saga could hear of it."""
    if not await store.wake(work, saga, id):
        return False
    await store.add_signal(work, saga, id, signal, data)
    work.ring(BELL)
    return True


async def waits(work: UnitOfWork, saga: Saga, id: str, signal: str) -> bool:
    """Whether a step is waiting for this fact now."""
    names = {step.name for step in saga.steps if step.wait and step.wait.signal == signal}
    found = await store.steps(work, saga.name, id)
    return any(row.state is SagaStepState.WAITING and row.step in names for row in found)


async def cancel(work: UnitOfWork, saga: str, id: str) -> bool:
    """Undo everything, beginning now: whoever runs it is stopped at its next write.

    What is in flight is called off at its owner. False where there is nothing to undo.
    """
    canceled = await store.cancel(work, saga, id)
    if canceled:
        work.ring(BELL)
    return canceled


async def lapse(work: UnitOfWork, saga: str, id: str, step: str, outcome_id: str) -> bool:
    """What this step made has ended by itself: the step is done anew when it is needed again."""
    if not await store.wake(work, saga, id):
        return False
    lapsed = await store.lapse(work, saga, id, step, outcome_id)
    work.ring(BELL)
    return lapsed


async def resume(work: UnitOfWork, saga: str, id: str) -> None:
    """Try what is put off at once: whatever stood in its way is gone."""
    if await store.wake(work, saga, id):
        await store.hurry(work, saga, id)
        work.ring(BELL)


__all__ = [
    "Absent",
    "Aside",
    "Command",
    "Input",
    "Refusal",
    "Run",
    "Saga",
    "SagaState",
    "SagaStepState",
    "Step",
    "StepRow",
    "Then",
    "Undo",
    "Wait",
    "begin",
    "cancel",
    "end",
    "lapse",
    "resume",
    "skip",
    "tell",
    "waits",
    "wake",
    "was_done",
]
