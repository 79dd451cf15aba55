"""All SQL of what customers and the shop said to one another."""

from collections.abc import Sequence

from sqlalchemy import insert, select

from models.customer import interaction
from subgraphs.customer.types import CustomerInteraction, CustomerInteractionWhere
from subgraphs.kit import ID, Connection, Direction, Reads, Scope, UnitOfWork, keyset, matching

INTERACTION = interaction.c
INTERACTIONS = select(interaction)


async def by_ids(db: Reads, scope: Scope, ids: Sequence[ID]) -> dict[ID, CustomerInteraction]:
    rows = INTERACTIONS.where(INTERACTION.id.in_(ids), scope.covers(INTERACTION.customer_id))
    return {each.id: each for each in await db.fetch(rows, CustomerInteraction)}


async def page(
    db: Reads,
    scope: Scope,
    customer: ID,
    where: CustomerInteractionWhere | None,
    first: int,
    after: str | None,
) -> Connection[CustomerInteraction]:
    """The newest first; a foreign customer's are as empty as an unknown one's."""
    rows = INTERACTIONS.where(
        INTERACTION.customer_id == customer, scope.covers(INTERACTION.customer_id)
    )
    return await keyset(
        db,
        rows.where(*matching(where, interaction)),
        CustomerInteraction,
        by=INTERACTION.at,
        tiebreak=INTERACTION.id,
        direction=Direction.DESC,
        first=first,
        after=after,
    )


async def add(work: UnitOfWork, made: CustomerInteraction) -> None:
    await work.execute(
        insert(interaction).values(
            id=made.id,
            customer_id=made.customer_id,
            channel=made.channel,
            direction=made.direction,
            subject=made.subject,
            staff_note=made.staff_note,
            actor=made.actor,
            at=made.at,
            version=made.version,
        )
    )
