"""What the customer agent offers."""

from subgraphs.customer import handlers, loaders, policy
from subgraphs.customer.exporting import gather_export, remove_export
from subgraphs.customer.mutations.accounts import (
    activate_customer,
    create_customer,
    reactivate_customer,
    suspend_customer,
    update_customer,
)
from subgraphs.customer.mutations.addresses import delete_address, upsert_address
from subgraphs.customer.mutations.contact import record_interaction, set_consent
from subgraphs.customer.mutations.leaving import (
    anonymize_customer,
    export_customer_data,
    merge_customers,
)
from subgraphs.customer.repository import customers as records
from subgraphs.customer.repository import interactions
from subgraphs.customer.subscriptions import customer_changed
from subgraphs.customer.types import (
    Customer,
    CustomerInteraction,
    CustomerInteractionWhere,
    CustomerSort,
    CustomerWhere,
)
from subgraphs.kit import ID, Connection, Info, lookup, query, subgraph
from subgraphs.kit.personal_data import personal_data_of


@query(policy.ME)
async def me(info: Info) -> Customer | None:
    """The signed-in customer's own record; null for anybody who is no customer."""
    if info.scope.owner is None:
        return None
    [found] = await loaders.customers_by_id.function([ID(info.scope.owner)], info)
    if isinstance(found, Exception):
        raise found
    return found


@query(policy.STAFF_READ)
async def customers(
    info: Info,
    search: str | None = None,
    where: CustomerWhere | None = None,
    order_by: CustomerSort | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[Customer]:
    """`search`: each of its words begins a word of the name or of the email."""
    order = order_by or CustomerSort()
    return await records.page(info.db, info.scope, search, where, order, first, after)


@query(policy.READ)
async def customer_interactions(
    info: Info,
    customer_id: ID,
    where: CustomerInteractionWhere | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[CustomerInteraction]:
    """The newest first."""
    return await interactions.page(info.db, info.scope, customer_id, where, first, after)


schema = subgraph(
    "customer",
    queries=[
        lookup(loaders.customers_by_id),
        lookup(loaders.exports_by_id, name="customer_export"),
        me,
        customers,
        customer_interactions,
    ],
    mutations=[
        create_customer,
        update_customer,
        activate_customer,
        suspend_customer,
        reactivate_customer,
        upsert_address,
        delete_address,
        set_consent,
        record_interaction,
        merge_customers,
        anonymize_customer,
        export_customer_data,
    ],
    resolvers=[
        loaders.customers_by_id,
        loaders.addresses_by_id,
        loaders.interactions_by_id,
        loaders.exports_by_id,
    ],
    subscriptions=[customer_changed],
    fields=[
        loaders.addresses,
        loaders.consents,
        loaders.history,
        loaders.merged_into,
        loaders.erasure,
        loaders.suspension_reason,
        loaders.note,
        loaders.url,
    ],
    broadcasts=[personal_data_of],
    intents=[gather_export, remove_export],
    handlers=[
        handlers.withdraw_exports,
        handlers.take_answer,
        handlers.take_acknowledgement,
        handlers.take_merge_acknowledgement,
    ],
)
