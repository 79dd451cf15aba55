"""What a customer consented to, and what was said."""

from datetime import datetime

from models.customer import ConsentKind, InteractionChannel, InteractionDirection
from subgraphs.customer import policy
from subgraphs.customer.errors import CustomerNotActiveError
from subgraphs.customer.service import contact
from subgraphs.customer.types import Customer, CustomerInteraction
from subgraphs.kit import ID, Info, UnitOfWork, input, invalid, length, line, mutation

LONGEST_SOURCE = 100
LONGEST_SUBJECT = 200
LONGEST_NOTE = 5000


@input
class SetConsentInput:
    """`source` says where the customer said so: `checkout`, `account page`, `by phone`."""

    customer_id: ID
    kind: ConsentKind
    granted: bool
    source: str
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.CHANGE, CustomerNotActiveError)
async def set_consent(info: Info, work: UnitOfWork, input: SetConsentInput) -> Customer:
    """Give or withdraw consent. Saying the same again in the same place changes nothing."""
    source = line(input.source, LONGEST_SOURCE, "source")
    said = contact.Said(input.kind, input.granted, source)
    return await contact.set_consent(
        work, info.scope, input.customer_id, said, input.expected_version
    )


@input
class RecordInteractionInput:
    """`note` is for staff; `at` is now unless it was before."""

    customer_id: ID
    channel: InteractionChannel
    direction: InteractionDirection
    subject: str
    note: str | None = None
    at: datetime | None = None
    idempotency_key: str | None = None


@mutation(policy.RECORD, CustomerNotActiveError)
async def record_interaction(
    info: Info, work: UnitOfWork, input: RecordInteractionInput
) -> CustomerInteraction:
    """Write down that the customer and the shop talked."""
    if input.at is not None and input.at > work.now:
        raise invalid("Must not lie in the future.", "at")
    made = CustomerInteraction(
        id=ID(work.new_id("itx")),
        customer_id=input.customer_id,
        channel=input.channel,
        direction=input.direction,
        subject=line(input.subject, LONGEST_SUBJECT, "subject"),
        staff_note=None if input.note is None else length(input.note, LONGEST_NOTE, "note"),
        actor=work.cause.actor,
        at=input.at or work.now,
        version=1,
    )
    return await contact.record(work, info.scope, made)
