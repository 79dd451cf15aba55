"""Batched: entities by key, and fields that need the database."""

from collections.abc import Sequence

from models.customer import ExportState
from subgraphs.customer import policy
from subgraphs.customer.repository import addresses as books
from subgraphs.customer.repository import consents as consenting
from subgraphs.customer.repository import customers, erasures, exports, interactions
from subgraphs.customer.settings import ExportSettings
from subgraphs.customer.types import (
    Address,
    Consent,
    ConsentChange,
    Customer,
    CustomerErasure,
    CustomerInteraction,
    Export,
)
from subgraphs.kit import ID, Info, field, guarded, page_size, resolver


@resolver(Customer, "id", policy.READ)
async def customers_by_id(ids: Sequence[ID], info: Info) -> list[Customer | None]:
    found = await customers.by_ids(info.db, info.scope, ids)
    return [found.get(id) for id in ids]


@resolver(Address, "id", policy.READ)
async def addresses_by_id(ids: Sequence[ID], info: Info) -> list[Address | None]:
    found = await books.by_ids(info.db, info.scope, ids)
    return [found.get(id) for id in ids]


@resolver(CustomerInteraction, "id", policy.READ)
async def interactions_by_id(ids: Sequence[ID], info: Info) -> list[CustomerInteraction | None]:
    found = await interactions.by_ids(info.db, info.scope, ids)
    return [found.get(id) for id in ids]


@resolver(Export, "id", policy.READ)
async def exports_by_id(ids: Sequence[ID], info: Info) -> list[Export | None]:
    found = await exports.by_ids(info.db, info.scope, ids)
    return [found.get(id) for id in ids]


@field(Export, policy.READ)
async def url(parents: Sequence[Export], info: Info) -> list[str | None]:
    """Where the file is, relative to the graph's own address, as long as it is there: whoever has
    this link may read it, so keep it to yourself.
    """
    link = info.settings(ExportSettings).link
    return [
        link(parent.id, parent.expires_at)
        if parent.state is ExportState.READY
        and parent.expires_at is not None
        and parent.expires_at > info.now
        else None
        for parent in parents
    ]


@field(Customer, policy.READ)
async def addresses(parents: Sequence[Customer], info: Info) -> list[list[Address]]:
    """The address book, the oldest entry first."""
    found = await books.of_customers(info.db, info.scope, [parent.id for parent in parents])
    return [found[parent.id] for parent in parents]


@field(Customer, policy.READ)
async def consents(parents: Sequence[Customer], info: Info) -> list[list[Consent]]:
    """What the customer said last, for each kind ever asked for."""
    found = await consenting.of_customers(info.db, info.scope, [parent.id for parent in parents])
    return [found[parent.id] for parent in parents]


@field(Consent, policy.READ)
async def history(
    parents: Sequence[Consent], info: Info, *, first: int = 20
) -> list[list[ConsentChange]]:
    """The newest changes first, at most 100."""
    subjects = [(parent.customer_id, parent.kind) for parent in parents]
    found = await consenting.history(info.db, info.scope, subjects, page_size(first))
    return [found[subject] for subject in subjects]


@field(Customer, policy.READ)
async def merged_into(parents: Sequence[Customer], info: Info) -> list[Customer | None]:
    """The record that this one was merged into, where the caller may see it."""
    ids = [parent.merged_into_id for parent in parents if parent.merged_into_id is not None]
    found = await customers.by_ids(info.db, info.scope, ids) if ids else {}
    return [
        None if parent.merged_into_id is None else found.get(parent.merged_into_id)
        for parent in parents
    ]


@field(Customer, policy.READ)
async def erasure(parents: Sequence[Customer], info: Info) -> list[CustomerErasure | None]:
    """How far the last request to forget the customer has come, agent by agent."""
    found = await erasures.newest(info.db, info.scope, [parent.id for parent in parents])
    return [found.get(parent.id) for parent in parents]


@guarded(Customer, policy.NOTES)
def suspension_reason(parent: Customer, info: Info) -> str | None:
    """Why the account was suspended: what staff wrote, for staff."""
    return parent.staff_reason


@guarded(CustomerInteraction, policy.NOTES)
def note(parent: CustomerInteraction, info: Info) -> str | None:
    """What staff noted about it, for staff."""
    return parent.staff_note
