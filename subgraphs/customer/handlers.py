"""What the customer agent does with the other agents' answers to a merge or an erasure."""

from events.catalog.customer import (
    CustomerAnonymized,
    CustomerErasureAcknowledged,
    CustomerErasureAnswered,
    CustomerMergeAcknowledged,
)
from events.received import Received
from subgraphs.customer import exporting
from subgraphs.customer.repository import merges
from subgraphs.customer.service import leaving
from subgraphs.kit import ID, Info, Role, UnitOfWork, handler


@handler(CustomerAnonymized, role=Role.TRIGGER)
async def withdraw_exports(
    info: Info, work: UnitOfWork, event: Received[CustomerAnonymized]
) -> None:
    await exporting.withdraw(work, [ID(id) for id in event.event.customer_ids])


@handler(CustomerErasureAnswered, role=Role.TRIGGER)
async def take_answer(
    info: Info, work: UnitOfWork, event: Received[CustomerErasureAnswered]
) -> None:
    await leaving.take_answer(work, event.event)


@handler(CustomerErasureAcknowledged, role=Role.TRIGGER)
async def take_acknowledgement(
    info: Info, work: UnitOfWork, event: Received[CustomerErasureAcknowledged]
) -> None:
    await leaving.take_acknowledgement(work, event.event)


@handler(CustomerMergeAcknowledged, role=Role.TRIGGER)
async def take_merge_acknowledgement(
    info: Info, work: UnitOfWork, event: Received[CustomerMergeAcknowledged]
) -> None:
    await merges.acknowledge(work, event.event.subject, event.event.agent)
