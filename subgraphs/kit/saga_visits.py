"""Between two steps of a saga its room may do something by itself: one command, then its effect.

The visitor holds the saga like a runner. What it sends is stored before, as an aside of the saga:
whatever becomes of the visitor, the runner undoes what was not finished.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from models.database import SYSTEM, UnitOfWork
from models.work import SagaState, SagaStepState
from subgraphs.kit import saga_store as store
from subgraphs.kit.context import Info
from subgraphs.kit.graph import GraphUnavailable
from subgraphs.kit.saga_calls import Refusal, ask
from subgraphs.kit.saga_store import BELL, Run, SagaRow, Stale, StepRow
from subgraphs.kit.sagas import Aside, Saga

BUSY = (SagaStepState.RUNNING, SagaStepState.COMPENSATING)


class SagaBusy(Exception):
    """A step is in flight, or somebody has the saga: in a moment it may be free."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A saga held between two steps; `aside` is what was sent meanwhile."""

    held: SagaRow
    run: Run
    aside: StepRow | None = None


async def enter(info: Info, saga: Saga, id: str) -> Visit | None:
    """None where there is no such saga, or it is over; SagaBusy where it cannot be had now."""
    database = info.database
    found = await store.find(database, saga.name, [id])
    if id not in found or found[id].ended_at or found[id].state is SagaState.COMPENSATING:
        return None
    async with database.unit_of_work(SYSTEM) as work:
        held = await store.claim_one(work, saga.name, id, work.new_id("lse"))
        if held is None:
            raise SagaBusy
        visit = Visit(held, Run(id, await store.steps(work, saga.name, id)))
        if any(row.state in BUSY for row in visit.run.steps):
            raise SagaBusy
    return visit


async def send(info: Info, visit: Visit, aside: Aside, input: Mapping[str, Any]) -> Visit:
    """Have another agent do the aside, under the saga's key for its next generation.

    Raises RefusedAside with what the owner refused, and GraphUnavailable where the outcome is not
    known: it is undone then. The saga goes on in both cases.
    """
    held = visit.held
    rows = visit.run.of(aside.name)
    database = info.database
    async with database.unit_of_work(info.cause) as work:
        row = StepRow(
            saga=held.saga,
            saga_id=held.id,
            step=aside.name,
            subject=held.id,
            generation=1 + max((row.generation for row in rows), default=0),
            state=SagaStepState.RUNNING,
            attempts=1,
            input=input,
            begun_at=work.now,
        )
        await store.hold(work, held, held.state)
        await store.put(work, [row])
    answer = await ask(info, aside.document, input, row.key)
    if answer.unknown is not None:
        await leave(info, visit)
        raise answer.defect or GraphUnavailable(answer.unknown)
    if answer.refusal is not None:
        await leave(info, visit, replace(row, state=SagaStepState.FAILED), answer.refusal)
        raise RefusedAside(answer.refusal, answer.errors)
    return replace(visit, aside=replace(row, outcome=answer.outcome))


class RefusedAside(Exception):
    """`errors` are the owner's, as its payload has them."""

    def __init__(self, refusal: Refusal, errors: Any) -> None:
        super().__init__(refusal.code)
        self.errors = errors


async def leave(
    info: Info, visit: Visit, aside: StepRow | None = None, refusal: Refusal | None = None
) -> None:
    """Let the saga go on; harmless where it is another's by now."""
    try:
        async with info.database.unit_of_work(info.cause) as work:
            await _leave(work, visit)
            if aside is not None and refusal is not None:
                ended = replace(aside, error_code=refusal.code, reason=refusal.message)
                await store.put(work, [replace(ended, ended_at=work.now)])
    except Stale:
        return


async def finish(work: UnitOfWork, visit: Visit) -> None:
    """In the transaction of the effect: the aside is done. SagaBusy where the saga was lost."""
    try:
        await _leave(work, visit)
    except Stale:
        raise SagaBusy from None
    if visit.aside is not None:
        done = replace(visit.aside, state=SagaStepState.DONE, ended_at=work.now)
        await store.put(work, [done])


async def _leave(work: UnitOfWork, visit: Visit) -> None:
    await store.leave(work, visit.held, SagaState.RUNNING, None, work.now)
    work.ring(BELL)
