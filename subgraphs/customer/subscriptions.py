"""What can be watched of customers."""

from events.catalog.customer import (
    CustomerAnonymized,
    CustomerCreated,
    CustomerErasureRequested,
    CustomerErasureVetoed,
    CustomerMerged,
    CustomerReactivated,
    CustomerSuspended,
    CustomerUpdated,
)
from subgraphs.customer.loaders import customers_by_id
from subgraphs.kit import changes

customer_changed = changes(
    "customer_changed",
    customers_by_id,
    CustomerCreated,
    CustomerUpdated,
    CustomerSuspended,
    CustomerReactivated,
    CustomerMerged,
    CustomerErasureRequested,
    CustomerErasureVetoed,
    CustomerAnonymized,
)
