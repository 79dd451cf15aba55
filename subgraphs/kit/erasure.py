"""What every agent does when a customer is merged or erased: it answers, settles, acknowledges.

The tables say what is personal and whose it is (models/personal.py), so an agent has nothing to do
but name what stands against an erasure.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from events.catalog.customer import (
    CustomerAnonymized,
    CustomerErasureAcknowledged,
    CustomerErasureAnswered,
    CustomerErasureRequested,
    CustomerErasureVetoed,
    CustomerMergeAcknowledged,
    CustomerMerged,
    Objection,
)
from events.event import own_aggregate
from events.outbox import emit
from events.received import Received
from models.database import UnitOfWork
from subgraphs.kit import owners
from subgraphs.kit.context import Info
from subgraphs.kit.handlers import Handler, Role, handler

Objections = Callable[[UnitOfWork, Sequence[str]], Awaitable[list[Objection]]]
"""`async (work, customer_ids) -> objections`: what has to end before they can be forgotten."""


async def no_objection(work: UnitOfWork, customer_ids: Sequence[str]) -> list[Objection]:
    """For agents whose business never stands against an erasure."""
    return []


@dataclass(frozen=True, slots=True)
class Settlement:
    """The four handlers of one agent."""

    agent: str
    objections: Objections

    async def answer_erasure(
        self, info: Info, work: UnitOfWork, event: Received[CustomerErasureRequested]
    ) -> None:
        """Nothing begins for them between an acceptance and the erasure or its veto."""
        said = event.event
        await owners.take(work, self.agent, said.customer_ids)
        objections = await self.objections(work, said.customer_ids)
        if not objections:
            await owners.request(work, self.agent, said.customer_ids, said.erasure_id)
        emit(
            work,
            CustomerErasureAnswered(
                aggregate_id=own_aggregate(self.agent, said.subject),
                agent=self.agent,
                erasure_id=said.erasure_id,
                answer="VETOED" if objections else "ACCEPTED",
                objections=objections,
            ),
        )

    async def withdraw_erasure(
        self, info: Info, work: UnitOfWork, event: Received[CustomerErasureVetoed]
    ) -> None:
        said = event.event
        await owners.take(work, self.agent, said.customer_ids)
        await owners.withdraw(work, self.agent, said.customer_ids, said.erasure_id)

    async def erase_customer(
        self, info: Info, work: UnitOfWork, event: Received[CustomerAnonymized]
    ) -> None:
        said = event.event
        await owners.take(work, self.agent, said.customer_ids)
        await owners.erase(work, self.agent, said.customer_ids, said.erasure_id)
        emit(
            work,
            CustomerErasureAcknowledged(
                aggregate_id=own_aggregate(self.agent, said.subject),
                agent=self.agent,
                erasure_id=said.erasure_id,
            ),
        )

    async def merge_customer(
        self, info: Info, work: UnitOfWork, event: Received[CustomerMerged]
    ) -> None:
        said = event.event
        await owners.take(work, self.agent, [said.subject])
        await owners.merge(work, self.agent, said.subject, said.into_id)
        emit(
            work,
            CustomerMergeAcknowledged(
                aggregate_id=own_aggregate(self.agent, said.subject),
                agent=self.agent,
                into_id=said.into_id,
            ),
        )

    def handlers(self) -> tuple[Handler, ...]:
        trigger = Role.TRIGGER
        return (
            handler(CustomerErasureRequested, role=trigger)(self.answer_erasure),
            handler(CustomerErasureVetoed, role=trigger)(self.withdraw_erasure),
            handler(CustomerAnonymized, role=trigger)(self.erase_customer),
            handler(CustomerMerged, role=trigger)(self.merge_customer),
        )
