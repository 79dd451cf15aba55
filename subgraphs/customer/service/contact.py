"""The rules of consents and of what is written down about talks."""

from dataclasses import dataclass

from models.customer import ConsentKind, CustomerStatus
from subgraphs.customer.errors import CustomerNotActiveError
from subgraphs.customer.repository import consents, interactions
from subgraphs.customer.service import aggregate
from subgraphs.customer.types import Consent, Customer, CustomerInteraction
from subgraphs.kit import ID, Refused, Scope, UnitOfWork

CLOSED = frozenset({CustomerStatus.MERGED, CustomerStatus.ANONYMIZED})
"""Records about which nothing new is written down."""


@dataclass(frozen=True, slots=True)
class Said:
    kind: ConsentKind
    granted: bool
    source: str


async def set_consent(
    work: UnitOfWork, scope: Scope, customer_id: ID, said: Said, expected: int | None
) -> Customer:
    customer = await aggregate.lock_open(work, scope, customer_id, expected)
    holds = await consents.newest(work, customer.id, said.kind)
    if holds is not None and (holds.granted, holds.source) == (said.granted, said.source):
        return customer
    consent = Consent(
        customer_id=customer.id,
        kind=said.kind,
        granted=said.granted,
        source=said.source,
        at=work.now,
    )
    await consents.add(work, consent)
    return await aggregate.save_updated(work, customer, "consents")


async def record(work: UnitOfWork, scope: Scope, made: CustomerInteraction) -> CustomerInteraction:
    customer = await aggregate.lock(work, scope, made.customer_id)
    if customer.status in CLOSED:
        raise Refused(CustomerNotActiveError(status=customer.status.name, field=["customerId"]))
    await interactions.add(work, made)
    return made
