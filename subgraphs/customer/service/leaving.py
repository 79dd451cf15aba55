"""How a record comes to its end: merged into another, or erased if no agent objects."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from events.catalog.customer import (
    CustomerAnonymized,
    CustomerErasureAcknowledged,
    CustomerErasureAnswered,
    CustomerErasureRequested,
    CustomerErasureVetoed,
    CustomerMerged,
)
from events.outbox import emit
from models.customer import CustomerStatus, ErasureAnswer, ErasureState
from subgraphs.customer.errors import CustomerNotActiveError, MergeInProgressError
from subgraphs.customer.repository import addresses, customers, erasures, exports, merges
from subgraphs.customer.service import aggregate
from subgraphs.customer.states import CUSTOMER, EMAIL_IS_OWN, LIVE
from subgraphs.customer.types import Customer
from subgraphs.kit import (
    EVERY_ROW,
    ID,
    NotFoundError,
    Refused,
    Scope,
    UnitOfWork,
    check_version,
    invalid,
)

GUEST, MERGED = CustomerStatus.GUEST, CustomerStatus.MERGED
PENDING, ANONYMIZED = CustomerStatus.ERASURE_PENDING, CustomerStatus.ANONYMIZED


async def merge(
    work: UnitOfWork, id: ID, into: ID, expected: int | None, agents: Sequence[str]
) -> Customer:
    """Whatever is the record's becomes the other's, in every agent; it stays, and says where to."""
    if id == into:
        raise invalid("A record cannot be merged into itself.", "intoCustomerId")
    found = await customers.lock_each(work, [id, into])
    for known, field in ((id, "customerId"), (into, "intoCustomerId")):
        if known not in found:
            raise Refused(NotFoundError(field=[field]))
    merged, kept = found[id], found[into]
    check_version(merged.version, expected)
    CUSTOMER.walk(merged.status, MERGED, by="mergeCustomers")
    if kept.status not in LIVE:
        raise Refused(CustomerNotActiveError(status=kept.status.name, field=["intoCustomerId"]))
    if kept.status is GUEST and merged.status in EMAIL_IS_OWN:
        raise invalid("An account is not merged into a guest's record.", "intoCustomerId")
    await addresses.no_defaults(work, id)
    changed = replace(merged, status=MERGED, merged_into_id=into, staff_reason=None)
    await aggregate.save(work, changed)
    await merges.begin(work, id, into, agents)
    emit(work, CustomerMerged(aggregate_id=id, into_id=into))
    return await aggregate.save_updated(work, kept, "merged")


async def anonymize(
    work: UnitOfWork, scope: Scope, id: ID, expected: int | None, agents: Sequence[str]
) -> Customer:
    """Ask every agent; refused as long as one has not taken note of a merge into this record."""
    customer = await aggregate.lock(work, scope, id, expected)
    status = CUSTOMER.walk(customer.status, PENDING, by="anonymizeCustomer")
    everybody = await merges.family(work, id)
    if waiting := await merges.outstanding(work, everybody):
        raise Refused(MergeInProgressError(agents=waiting, field=["customerId"]))
    erasure = await erasures.begin(work, id, agents)
    emit(
        work,
        CustomerErasureRequested(
            aggregate_id=id, erasure_id=erasure, customer_ids=[*map(str, everybody)]
        ),
    )
    return await aggregate.save(
        work, replace(customer, status=status, status_before=customer.status)
    )


async def take_answer(work: UnitOfWork, said: CustomerErasureAnswered) -> None:
    """The first veto ends the erasure, the last acceptance begins it in earnest. What others say
    after a veto is shown, and changes nothing.
    """
    customer = await customers.lock(work, EVERY_ROW, ID(said.subject))
    erasure = await erasures.progress(work, said.erasure_id)
    if customer is None or erasure is None:
        return
    given = ErasureAnswer[said.answer]
    objections = [asdict(objection) for objection in said.objections]
    await erasures.answer(work, said.erasure_id, said.agent, given, objections)
    if erasure.state is not ErasureState.REQUESTED:
        return
    answers = {**erasure.answers, said.agent: given}
    if given is ErasureAnswer.VETOED:
        await _withdraw(work, customer, said.erasure_id)
    elif set(answers.values()) == {ErasureAnswer.ACCEPTED}:
        await _begin_scrubbing(work, customer, said.erasure_id)


async def take_acknowledgement(work: UnitOfWork, said: CustomerErasureAcknowledged) -> None:
    """The last one ends the erasure, unless there is a file left."""
    await customers.lock(work, EVERY_ROW, ID(said.subject))
    erasure = await erasures.progress(work, said.erasure_id)
    if erasure is None or erasure.state is not ErasureState.SCRUBBING:
        return
    await erasures.acknowledge(work, said.erasure_id, said.agent)
    await finish(work, ID(said.subject))


async def finish(work: UnitOfWork, customer_id: ID) -> None:
    """An erasure is done when every agent has acknowledged it, and no exported file is left."""
    whose = await merges.survivor(work, customer_id)
    await customers.lock(work, EVERY_ROW, whose)
    scrubbing = await erasures.scrubbing(work, whose)
    if scrubbing is None or await erasures.unacknowledged(work, scrubbing):
        return
    if not await exports.lying_about(work, await merges.family(work, whose)):
        await erasures.become(work, scrubbing, ErasureState.DONE)


async def _withdraw(work: UnitOfWork, customer: Customer, erasure: str) -> None:
    assert customer.status_before is not None  # noqa: S101  # as CHECK customer_status_before holds
    to = CUSTOMER.walk(PENDING, customer.status_before, by="customer.erasure_answered")
    await erasures.become(work, erasure, ErasureState.VETOED)
    everybody = await merges.family(work, customer.id)
    emit(
        work,
        CustomerErasureVetoed(
            aggregate_id=customer.id, erasure_id=erasure, customer_ids=[*map(str, everybody)]
        ),
    )
    await aggregate.save(work, replace(customer, status=to, status_before=None))


async def _begin_scrubbing(work: UnitOfWork, customer: Customer, erasure: str) -> None:
    """The record itself is scrubbed at once; the rest of this agent's rows with the others'."""
    to = CUSTOMER.walk(PENDING, ANONYMIZED, by="customer.erasure_answered")
    await erasures.become(work, erasure, ErasureState.SCRUBBING)
    everybody = await merges.family(work, customer.id)
    emit(
        work,
        CustomerAnonymized(
            aggregate_id=customer.id, erasure_id=erasure, customer_ids=[*map(str, everybody)]
        ),
    )
    scrubbed = replace(
        customer,
        status=to,
        status_before=None,
        email=None,
        first_name=None,
        last_name=None,
        phone=None,
        locale=None,
        name_key="",
        staff_reason=None,
    )
    await aggregate.save(work, scrubbed)
