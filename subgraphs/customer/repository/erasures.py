"""All SQL of erasures. Whoever writes here holds the lock of the customer's row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from models import customer as tables
from models.customer import ErasureAnswer, ErasureState
from subgraphs.customer.types import CustomerErasure, ErasureAgent, ErasureObjection
from subgraphs.kit import ID, Reads, Scope, UnitOfWork

ERASURE = tables.erasure.c
AGENT = tables.erasure_agent.c


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an erasure has come; `answers` are by agent."""

    state: ErasureState
    answers: dict[str, ErasureAnswer | None]


async def begin(work: UnitOfWork, customer: ID, agents: Iterable[str]) -> ID:
    """An erasure that waits for the answers of these agents."""
    id = ID(work.new_id("era"))
    made = {"id": id, "customer_id": customer, "state": ErasureState.REQUESTED}
    await work.execute(insert(tables.erasure).values(requested_at=work.now, **made))
    rows = [{"erasure_id": id, "agent": agent} for agent in sorted(agents)]
    await work.execute(insert(tables.erasure_agent), rows)
    return id


async def progress(work: UnitOfWork, id: str) -> Progress | None:
    """As far as it has come."""
    found = await work.rows(select(ERASURE.state).where(ERASURE.id == id))
    if not found:
        return None
    agents = await work.rows(select(AGENT.agent, AGENT.answer).where(AGENT.erasure_id == id))
    return Progress(found[0].state, {row.agent: row.answer for row in agents})


async def scrubbing(work: UnitOfWork, customer: ID) -> ID | None:
    """The erasure of this customer that every agent has agreed on and not every one has done."""
    under_way = (ERASURE.customer_id == customer) & (ERASURE.state == ErasureState.SCRUBBING)
    rows = await work.rows(select(ERASURE.id).where(under_way))
    return ID(rows[0].id) if rows else None


async def unacknowledged(work: UnitOfWork, id: ID) -> bool:
    """Whether an agent has yet to do it."""
    waiting = (AGENT.erasure_id == id) & AGENT.acknowledged_at.is_(None)
    return bool(await work.rows(select(AGENT.agent).where(waiting).limit(1)))


async def answer(
    work: UnitOfWork,
    id: str,
    agent: str,
    given: ErasureAnswer,
    objections: Sequence[dict[str, str | None]],
) -> None:
    """What one agent said; it says so once."""
    answered = update(tables.erasure_agent).where(
        AGENT.erasure_id == id, AGENT.agent == agent, AGENT.answer.is_(None)
    )
    await work.execute(
        answered.values(answer=given, objections=list(objections), answered_at=work.now)
    )


async def acknowledge(work: UnitOfWork, id: str, agent: str) -> None:
    """One agent holds nothing personal any more."""
    done = update(tables.erasure_agent).where(AGENT.erasure_id == id, AGENT.agent == agent)
    await work.execute(done.values(acknowledged_at=work.now))


async def become(work: UnitOfWork, id: str, state: ErasureState) -> None:
    """It goes on to `state`, which may be its last."""
    ended = work.now if state in (ErasureState.VETOED, ErasureState.DONE) else None
    changed = update(tables.erasure).where(ERASURE.id == id)
    await work.execute(changed.values(state=state, ended_at=ended))


async def newest(db: Reads, scope: Scope, customers: Sequence[ID]) -> dict[ID, CustomerErasure]:
    """The last erasure of each of these customers, with what every agent said and did."""
    theirs = and_(ERASURE.customer_id.in_(customers), scope.covers(ERASURE.customer_id))
    last = (
        select(tables.erasure)
        .where(theirs)
        .ext(distinct_on(ERASURE.customer_id))
        .order_by(ERASURE.customer_id, ERASURE.requested_at.desc(), ERASURE.id.desc())
    )
    rows = await db.rows(last)
    agents: dict[str, list[ErasureAgent]] = {row.id: [] for row in rows}
    said = select(tables.erasure_agent).where(AGENT.erasure_id.in_(agents)).order_by(AGENT.agent)
    for row in await db.rows(said) if agents else ():
        agents[row.erasure_id].append(
            ErasureAgent(
                agent=row.agent,
                answer=row.answer,
                objections=[ErasureObjection.of(each) for each in row.objections or ()],
                answered_at=row.answered_at,
                acknowledged_at=row.acknowledged_at,
            )
        )
    return {
        row.customer_id: CustomerErasure(
            state=row.state,
            requested_at=row.requested_at,
            ended_at=row.ended_at,
            agents=agents[row.id],
        )
        for row in rows
    }
