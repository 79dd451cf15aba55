"""Sagas as they lie in the database: all SQL of theirs, and the rows that it brings back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, literal, or_, select, tuple_, update
from sqlalchemy import insert as insert_row
from sqlalchemy.dialects.postgresql import insert as upsert

from models.database import Reads, UnitOfWork
from models.tables import Time
from models.work import SagaState, SagaStepState, saga, saga_signal, saga_step
from subgraphs.kit.worker import LEASE

BELL = "sagas"
SAGA = saga.c
STEP = saga_step.c
SIGNAL = saga_signal.c
ENDED = (SagaState.COMPLETED, SagaState.CANCELED)


class Stale(Exception):
    """Another runner holds this saga now, or it was canceled: what this one does is void."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One generation of a step for one subject."""

    saga: str
    saga_id: str
    step: str
    subject: str
    generation: int
    state: SagaStepState
    attempts: int = 0
    input: Mapping[str, Any] | None = None
    outcome: Mapping[str, Any] | None = None
    error_code: str | None = None
    reason: str | None = None
    due_at: datetime | None = None
    begun_at: datetime
    ended_at: datetime | None = None
    compensated_at: datetime | None = None

    @property
    def key(self) -> str:
        """Remembered by its owner for good."""
        return f"saga:{self.step}:{self.subject}:{self.generation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SagaRow:
    """A saga; `epoch` is that of the claim under which it was read."""

    saga: str
    id: str
    version: int
    state: SagaState
    waits_for: str | None
    on_behalf_of: str | None
    correlation_id: str
    causation_id: str | None
    epoch: int
    wakes: int
    due_at: datetime | None
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None

    @property
    def row(self) -> ColumnElement[bool]:
        return _is(self.saga, self.id)


COLUMNS = [SAGA[name] for name in SagaRow.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class Run:
    """A saga as its definition sees it: its id, and every generation of its steps."""

    id: str
    steps: Sequence[StepRow] = field(default=())

    def of(self, step: str, subject: str | None = None) -> list[StepRow]:
        """All generations, the oldest first."""
        subject = subject or self.id
        return [row for row in self.steps if (row.step, row.subject) == (step, subject)]

    def done(self, step: str, subject: str | None = None) -> StepRow | None:
        """The generation that holds: done, and not taken back."""
        done = [row for row in self.of(step, subject) if row.state is SagaStepState.DONE]
        return done[-1] if done else None


def _is(name: str, id: str) -> ColumnElement[bool]:
    return and_(SAGA.saga == name, SAGA.id == id)


async def add(work: UnitOfWork, name: str, id: str, version: int) -> None:
    cause = work.cause
    row = insert_row(saga).values(
        saga=name,
        id=id,
        version=version,
        state=SagaState.RUNNING,
        on_behalf_of=cause.on_behalf_of or cause.actor,
        correlation_id=cause.correlation_id,
        causation_id=cause.causation_id,
        due_at=work.now,
        created_at=work.now,
        updated_at=work.now,
    )
    await work.execute(row)


async def find(db: Reads, name: str, ids: Sequence[str]) -> dict[str, SagaRow]:
    rows = select(*COLUMNS).where(SAGA.saga == name, SAGA.id.in_(ids))
    return {row.id: row for row in await db.fetch(rows, SagaRow)}


async def steps(db: Reads, name: str, id: str) -> list[StepRow]:
    """In the order in which they began; generations of a step rise."""
    rows = select(saga_step).where(STEP.saga == name, STEP.saga_id == id)
    return await db.fetch(rows.order_by(STEP.begun_at, STEP.step, STEP.generation), StepRow)


async def put(work: UnitOfWork, rows: Sequence[StepRow]) -> None:
    """As they are now; their saga must be held."""
    if not rows:
        return
    row = upsert(saga_step)
    keys = [column.name for column in saga_step.primary_key]
    changed = {name: row.excluded[name] for name in STEP.keys() if name not in keys}  # noqa: SIM118  # a column collection
    await work.execute(
        row.on_conflict_do_update(index_elements=keys, set_=changed),
        [asdict(each) for each in rows],
    )


async def claim(
    work: UnitOfWork, known: Sequence[tuple[str, int]], token: str, most: int
) -> list[SagaRow]:
    """What is due and free, of the definitions that are known here; each in a new epoch."""
    free = or_(SAGA.leased_until.is_(None), SAGA.leased_until < work.now)
    due = (
        select(SAGA.saga, SAGA.id)
        .where(SAGA.due_at <= work.now, free, tuple_(SAGA.saga, SAGA.version).in_(known))
        .order_by(SAGA.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    keys = [(row.saga, row.id) for row in await work.rows(due)]
    if not keys:
        return []
    claimed = update(saga).where(tuple_(SAGA.saga, SAGA.id).in_(keys))
    return await work.fetch(_claimed(claimed, work, token).returning(*COLUMNS), SagaRow)


async def claim_one(work: UnitOfWork, name: str, id: str, token: str) -> SagaRow | None:
    """For a room that comes in between two steps; None where somebody holds it, or it has ended.

    It is due from now on: should the room not come back, a runner takes over when the lease ends.
    """
    free = or_(SAGA.leased_until.is_(None), SAGA.leased_until < work.now)
    open = SAGA.state.in_([SagaState.RUNNING, SagaState.WAITING, SagaState.UNAVAILABLE])
    claimed = update(saga).where(_is(name, id), free, open).values(due_at=work.now)
    rows = await work.fetch(_claimed(claimed, work, token).returning(*COLUMNS), SagaRow)
    return rows[0] if rows else None


def _claimed(claimed: Any, work: UnitOfWork, token: str) -> Any:
    return claimed.values(
        epoch=SAGA.epoch + 1, lease=token, leased_until=work.now + LEASE, updated_at=work.now
    )


async def hold(
    work: UnitOfWork, held: SagaRow, state: SagaState, ended: datetime | None = None
) -> None:
    """First of all writes of a runner: raises Stale where the saga is another's.

    With its end go the facts that no step took: nobody can tell it of more (`wake`).
    """
    row = update(saga).where(held.row, SAGA.epoch == held.epoch)
    values: dict[str, Any] = {"state": state, "waits_for": None, "updated_at": work.now}
    if ended is None:
        values |= {"leased_until": work.now + LEASE}
    else:
        values |= {"ended_at": ended, "due_at": None, "lease": None, "leased_until": None}
    if await work.execute(row.values(**values)) != 1:
        raise Stale
    if ended is not None:
        left = delete(saga_signal).where(SIGNAL.saga == held.saga, SIGNAL.saga_id == held.id)
        await work.execute(left)


async def leave(
    work: UnitOfWork, held: SagaRow, state: SagaState, waits_for: str | None, due: datetime | None
) -> None:
    """Until `due`, or until it is woken; at once where it was woken since `held` was read."""
    row = update(saga).where(held.row, SAGA.epoch == held.epoch)
    asleep = SAGA.wakes == held.wakes
    again = case((asleep, literal(due, Time)), else_=literal(work.now, Time))
    values = {"state": state, "waits_for": waits_for, "due_at": again, "updated_at": work.now}
    if await work.execute(row.values(lease=None, leased_until=None, **values)) != 1:
        raise Stale


async def wake(work: UnitOfWork, name: str, id: str) -> bool:
    row = update(saga).where(_is(name, id), SAGA.state.not_in(ENDED))
    return await work.execute(row.values(wakes=SAGA.wakes + 1, due_at=work.now)) == 1


async def wake_absent(work: UnitOfWork, name: str, agents: Sequence[str]) -> int:
    """Those that waited for agents which are there by now, or are no longer needed."""
    row = update(saga).where(
        SAGA.saga == name, SAGA.state == SagaState.UNAVAILABLE, SAGA.waits_for.in_(agents)
    )
    return await work.execute(row.values(wakes=SAGA.wakes + 1, due_at=work.now))


async def cancel(work: UnitOfWork, name: str, id: str) -> bool:
    """In a new epoch: whoever runs it writes nothing any more."""
    row = update(saga).where(_is(name, id), SAGA.state.not_in(ENDED))
    values = {
        "state": SagaState.COMPENSATING,
        "epoch": SAGA.epoch + 1,
        "wakes": SAGA.wakes + 1,
        "waits_for": None,
        "lease": None,
        "leased_until": None,
        "due_at": work.now,
        "updated_at": work.now,
    }
    return await work.execute(row.values(**values)) == 1


async def lapse(work: UnitOfWork, name: str, id: str, step: str, outcome_id: str) -> bool:
    row = update(saga_step).where(
        STEP.saga == name,
        STEP.saga_id == id,
        STEP.step == step,
        STEP.state == SagaStepState.DONE,
        STEP.outcome["id"].astext == outcome_id,
    )
    values = {"state": SagaStepState.COMPENSATED, "reason": "it has expired"}
    return await work.execute(row.values(compensated_at=work.now, **values)) == 1


async def hurry(work: UnitOfWork, name: str, id: str) -> None:
    """Steps that were put off are due now; those that wait for a fact go on waiting."""
    busy = [SagaStepState.RUNNING, SagaStepState.COMPENSATING]
    row = update(saga_step).where(STEP.saga == name, STEP.saga_id == id, STEP.state.in_(busy))
    await work.execute(row.values(due_at=None))


async def lease(work: UnitOfWork, tokens: Sequence[str], life: timedelta | None) -> None:
    row = update(saga).where(SAGA.lease.in_(tokens))
    await work.execute(row.values(leased_until=None if life is None else work.now + life))


async def add_signal(
    work: UnitOfWork, name: str, id: str, signal: str, data: Mapping[str, Any]
) -> None:
    row = insert_row(saga_signal).values(saga=name, saga_id=id, signal=signal, data=dict(data))
    await work.execute(row.values(created_at=work.now))


async def take_signal(work: UnitOfWork, held: SagaRow, signal: str) -> Mapping[str, Any] | None:
    """The oldest of its kind, taken away; its saga must be held."""
    oldest = (
        select(SIGNAL.ordinal)
        .where(SIGNAL.saga == held.saga, SIGNAL.saga_id == held.id, SIGNAL.signal == signal)
        .order_by(SIGNAL.ordinal)
        .limit(1)
        .scalar_subquery()
    )
    taken = delete(saga_signal).where(SIGNAL.ordinal == oldest).returning(SIGNAL.data)
    for (data,) in await work.rows(taken):
        return dict(data)
    return None
